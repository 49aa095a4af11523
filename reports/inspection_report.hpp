#pragma once

#include "core/inspection.hpp"

#include <string>

namespace sweetspot {

/// What `sweetspot inspect` shows: for a person, and as one JSON document (fields: cli.md). The machine is the one that the
/// ceiling and the memory are held against.
std::string inspection_text(const ModelInspection& model, const MachineProfile& machine);
std::string inspection_json(const ModelInspection& model, const MachineProfile& machine);

}  // namespace sweetspot
