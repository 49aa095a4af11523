#pragma once

#include "core/study.hpp"
#include "run/study_loop.hpp"

#include <functional>
#include <string>

namespace sweetspot {

/// The launch command of a configuration, without what only the measurement needed.
using CommandOf = std::function<Command(const Config&)>;

/// Fills recommendation, rejected, effects, pareto, baseline and commands from the study's trials. Pure: the same history
/// gives the same conclusion.
void conclude(Study& study, const StudySettings& settings, const CommandOf& command_of);

/// The study ends before anything was searched: engine or model is unsound as it comes.
void conclude_unsound(Study& study, const std::string& reason, const CommandOf& command_of);

}  // namespace sweetspot
