#pragma once

#include "core/study.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace sweetspot {

/// Between the nouns and JSON, the same for the store, the reports and the caches. Field names are those of the public
/// contract (cli.md); optional values are null. from_json throws nlohmann's exceptions on a wrong shape.
void to_json(nlohmann::ordered_json& json, const Config& config);
void from_json(const nlohmann::ordered_json& json, Config& config);
void to_json(nlohmann::ordered_json& json, const RequestSample& sample);
void from_json(const nlohmann::ordered_json& json, RequestSample& sample);
void to_json(nlohmann::ordered_json& json, const Measurement& measurement);
void from_json(const nlohmann::ordered_json& json, Measurement& measurement);
void to_json(nlohmann::ordered_json& json, const Failure& failure);
void from_json(const nlohmann::ordered_json& json, Failure& failure);
void to_json(nlohmann::ordered_json& json, const ApiVerdict& verdict);
void from_json(const nlohmann::ordered_json& json, ApiVerdict& verdict);
void to_json(nlohmann::ordered_json& json, const Verdict& verdict);
void from_json(const nlohmann::ordered_json& json, Verdict& verdict);
void to_json(nlohmann::ordered_json& json, const Rescored& rescored);
void from_json(const nlohmann::ordered_json& json, Rescored& rescored);
void to_json(nlohmann::ordered_json& json, const Evidence& evidence);
void from_json(const nlohmann::ordered_json& json, Evidence& evidence);
void to_json(nlohmann::ordered_json& json, const Visit& visit);
void from_json(const nlohmann::ordered_json& json, Visit& visit);
void to_json(nlohmann::ordered_json& json, const MachineProfile& machine);
void from_json(const nlohmann::ordered_json& json, MachineProfile& machine);
void to_json(nlohmann::ordered_json& json, const ModelIdentity& model);
void from_json(const nlohmann::ordered_json& json, ModelIdentity& model);
void to_json(nlohmann::ordered_json& json, const Command& command);
void from_json(const nlohmann::ordered_json& json, Command& command);
void to_json(nlohmann::ordered_json& json, const ReferenceSummary& reference);
void from_json(const nlohmann::ordered_json& json, ReferenceSummary& reference);
void to_json(nlohmann::ordered_json& json, const Recommendation& recommendation);
void from_json(const nlohmann::ordered_json& json, Recommendation& recommendation);

/// Without visits, of which only the number is written (and not read back).
void to_json(nlohmann::ordered_json& json, const Trial& trial);
void from_json(const nlohmann::ordered_json& json, Trial& trial);
void to_json(nlohmann::ordered_json& json, const EngineIdentity& engine);
void from_json(const nlohmann::ordered_json& json, EngineIdentity& engine);
void to_json(nlohmann::ordered_json& json, const Gain& gain);
void from_json(const nlohmann::ordered_json& json, Gain& gain);
void to_json(nlohmann::ordered_json& json, const Rejected& rejected);
void from_json(const nlohmann::ordered_json& json, Rejected& rejected);
void to_json(nlohmann::ordered_json& json, const ParameterEffect& effect);
void to_json(nlohmann::ordered_json& json, const GoalPick& pick);
void from_json(const nlohmann::ordered_json& json, ParameterEffect& effect);
void from_json(const nlohmann::ordered_json& json, GoalPick& pick);
void to_json(nlohmann::ordered_json& json, const Reverification& again);
void from_json(const nlohmann::ordered_json& json, Reverification& again);
void to_json(nlohmann::ordered_json& json, const Warning& warning);
void from_json(const nlohmann::ordered_json& json, Warning& warning);

/// A study without its trials' visits: what the store keeps in the study's row.
void to_json(nlohmann::ordered_json& json, const Study& study);
void from_json(const nlohmann::ordered_json& json, Study& study);

nlohmann::ordered_json value_to_json(const Value& value);
Value value_from_json(const nlohmann::ordered_json& json);

/// The document as text; bytes that are not UTF-8 become U+FFFD instead of an exception. `indent` < 0: one line.
std::string json_text(const nlohmann::ordered_json& json, int indent = -1);

}  // namespace sweetspot
