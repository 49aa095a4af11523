#include "core/json.hpp"

#include "core/json_support.hpp"

namespace sweetspot {

using json_support::expect_object;
using json_support::Json;
using json_support::or_null;
using json_support::read;

namespace {

/// Of a stored study. A new field needs no new version, a changed meaning does.
constexpr int study_schema_version = 1;

}  // namespace

void to_json(Json& json, const Trial& trial) {
  json = Json{{"id", trial.id},
              {"config", trial.config},
              {"changed", trial.changed},
              {"verdict", or_null(trial.verdict)},
              {"failure", or_null(trial.failure)},
              {"measurement", or_null(trial.measurement)},
              {"speed_ratio", or_null(trial.speed_ratio)},
              {"unmet", trial.unmet},
              {"gate_speed_ratio", or_null(trial.gate_speed_ratio)},
              {"visits", trial.visits.size()}};
}

void from_json(const Json& json, Trial& trial) {
  expect_object(json, "trial");
  read(json, "id", trial.id);
  read(json, "config", trial.config);
  read(json, "changed", trial.changed);
  read(json, "verdict", trial.verdict);
  read(json, "failure", trial.failure);
  read(json, "measurement", trial.measurement);
  read(json, "speed_ratio", trial.speed_ratio);
  read(json, "unmet", trial.unmet);
  read(json, "gate_speed_ratio", trial.gate_speed_ratio);
}

void to_json(Json& json, const Recommendation& recommendation) {
  json = Json{{"kind", to_string(recommendation.kind)},
              {"config", recommendation.config},
              {"changed", recommendation.changed},
              {"reason", recommendation.reason},
              {"not_verified", recommendation.not_verified},
              {"gain", or_null(recommendation.gain)},
              {"measurement", or_null(recommendation.measurement)},
              {"detectable_gain_ratio", or_null(recommendation.detectable_gain_ratio)},
              {"command", or_null(recommendation.command)},
              {"verdict", or_null(recommendation.verdict)}};
}

void from_json(const Json& json, Recommendation& recommendation) {
  expect_object(json, "recommendation");
  recommendation.kind = recommendation_kind_from(json.at("kind").get<std::string>());
  read(json, "config", recommendation.config);
  read(json, "changed", recommendation.changed);
  read(json, "reason", recommendation.reason);
  read(json, "not_verified", recommendation.not_verified);
  read(json, "gain", recommendation.gain);
  read(json, "measurement", recommendation.measurement);
  read(json, "detectable_gain_ratio", recommendation.detectable_gain_ratio);
  read(json, "command", recommendation.command);
  read(json, "verdict", recommendation.verdict);
}

void to_json(Json& json, const Rejected& rejected) {
  json = Json{{"config", rejected.config},
              {"changed", rejected.changed},
              {"culprit", rejected.culprit},
              {"speed_ratio", or_null(rejected.speed_ratio)},
              {"speed_basis", rejected.speed_basis.empty() ? Json(nullptr) : Json(rejected.speed_basis)},
              {"outcome", to_string(rejected.outcome)},
              {"check", rejected.check},
              {"evidence", or_null(rejected.evidence)},
              {"command", rejected.command}};
}

void from_json(const Json& json, Rejected& rejected) {
  expect_object(json, "rejected configuration");
  read(json, "config", rejected.config);
  read(json, "changed", rejected.changed);
  read(json, "culprit", rejected.culprit);
  read(json, "speed_ratio", rejected.speed_ratio);
  std::optional<std::string> basis;
  read(json, "speed_basis", basis);
  rejected.speed_basis = basis.value_or("");
  rejected.outcome = outcome_from(json.at("outcome").get<std::string>());
  read(json, "check", rejected.check);
  read(json, "evidence", rejected.evidence);
  read(json, "command", rejected.command);
}

void to_json(Json& json, const ParameterEffect& effect) {
  json = Json{{"parameter", effect.parameter},
              {"value", value_to_json(effect.value)},
              {"ratio", effect.ratio},
              {"ratio_low", effect.ratio_low},
              {"ratio_high", effect.ratio_high}};
}

void from_json(const Json& json, ParameterEffect& effect) {
  expect_object(json, "effect");
  read(json, "parameter", effect.parameter);
  effect.value = value_from_json(json.at("value"));
  read(json, "ratio", effect.ratio);
  read(json, "ratio_low", effect.ratio_low);
  read(json, "ratio_high", effect.ratio_high);
}

void to_json(Json& json, const Gain& gain) {
  json = Json{
      {"ratio", gain.ratio}, {"ratio_low", gain.ratio_low}, {"ratio_high", gain.ratio_high}, {"confidence", gain.confidence}};
}

void from_json(const Json& json, Gain& gain) {
  expect_object(json, "gain");
  read(json, "ratio", gain.ratio);
  read(json, "ratio_low", gain.ratio_low);
  read(json, "ratio_high", gain.ratio_high);
  read(json, "confidence", gain.confidence);
}

void to_json(Json& json, const Reverification& again) {
  json = Json{
      {"at", again.at},         {"engine_version", again.engine_version}, {"stale", again.stale}, {"outcome", again.outcome},
      {"detail", again.detail}, {"ratio", or_null(again.ratio)},          {"holds", again.holds}, {"resolved", again.resolved}};
}

void from_json(const Json& json, Reverification& again) {
  expect_object(json, "reverification");
  read(json, "at", again.at);
  read(json, "engine_version", again.engine_version);
  read(json, "stale", again.stale);
  read(json, "outcome", again.outcome);
  read(json, "detail", again.detail);
  read(json, "ratio", again.ratio);
  read(json, "holds", again.holds);
  read(json, "resolved", again.resolved);
}

void to_json(Json& json, const Warning& warning) {
  json = Json{{"code", warning.code}, {"text", warning.text}, {"hint", warning.hint}};
}

void from_json(const Json& json, Warning& warning) {
  expect_object(json, "warning");
  read(json, "code", warning.code);
  read(json, "text", warning.text);
  read(json, "hint", warning.hint);
}

void to_json(Json& json, const ReferenceSummary& reference) {
  json = Json{{"prompts", reference.prompts},
              {"tokens", reference.tokens},
              {"dropped", reference.dropped},
              {"not_verified", reference.not_verified},
              {"findings", reference.findings}};
}

void from_json(const Json& json, ReferenceSummary& reference) {
  expect_object(json, "reference");
  read(json, "prompts", reference.prompts);
  read(json, "tokens", reference.tokens);
  read(json, "dropped", reference.dropped);
  read(json, "not_verified", reference.not_verified);
  read(json, "findings", reference.findings);
}

void to_json(Json& json, const DroppedPrompt& dropped) {
  json = Json{{"prompt_id", dropped.prompt_id}, {"reason", dropped.reason}};
}

void from_json(const Json& json, DroppedPrompt& dropped) {
  expect_object(json, "dropped prompt");
  read(json, "prompt_id", dropped.prompt_id);
  read(json, "reason", dropped.reason);
}

void to_json(Json& json, const Finding& finding) {
  json = Json{{"code", finding.code}, {"text", finding.text}, {"evidence", or_null(finding.evidence)}, {"fatal", finding.fatal}};
}

void from_json(const Json& json, Finding& finding) {
  expect_object(json, "finding");
  read(json, "code", finding.code);
  read(json, "text", finding.text);
  read(json, "evidence", finding.evidence);
  read(json, "fatal", finding.fatal);
}

void to_json(Json& json, const GoalPick& pick) {
  json = Json{{"goal", pick.goal}, {"config", pick.config}, {"changed", pick.changed}, {"ratio", pick.ratio}};
}

void from_json(const Json& json, GoalPick& pick) {
  expect_object(json, "pick");
  read(json, "goal", pick.goal);
  read(json, "config", pick.config);
  read(json, "changed", pick.changed);
  read(json, "ratio", pick.ratio);
}

void to_json(Json& json, const Study& study) {
  json = Json{{"schema_version", study_schema_version},
              {"id", study.id},
              {"key", study.key},
              {"tool_version", study.tool_version},
              {"started_at", study.started_at},
              {"duration_s", study.duration_s},
              {"seed", study.seed},
              {"strategy", study.strategy},
              {"goal", study.goal},
              {"sampler", study.sampler},
              {"pace", to_string(study.pace)},
              {"status", study.status},
              {"target", study.target},
              {"fixed", study.fixed},
              {"baseline", study.baseline},
              {"baseline_command", study.baseline_command},
              {"baseline_measurement", or_null(study.baseline_measurement)},
              {"reference", study.reference},
              {"trials", study.trials},
              {"recommendation", study.recommendation},
              {"rejected", study.rejected},
              {"effects", study.effects},
              {"picks", study.picks},
              {"pareto", study.pareto},
              {"pareto_lossy", study.pareto_lossy},
              {"warnings", study.warnings},
              {"commands", study.commands},
              {"reverifications", study.reverifications}};
}

void from_json(const Json& json, Study& study) {
  expect_object(json, "study");
  read(json, "id", study.id);
  read(json, "key", study.key);
  read(json, "tool_version", study.tool_version);
  read(json, "started_at", study.started_at);
  read(json, "duration_s", study.duration_s);
  read(json, "seed", study.seed);
  read(json, "strategy", study.strategy);
  read(json, "goal", study.goal);
  read(json, "sampler", study.sampler);
  if (json.contains("pace")) study.pace = pace_from(json.at("pace").get<std::string>());
  read(json, "status", study.status);
  read(json, "target", study.target);
  read(json, "fixed", study.fixed);
  read(json, "baseline", study.baseline);
  read(json, "baseline_command", study.baseline_command);
  read(json, "baseline_measurement", study.baseline_measurement);
  read(json, "reference", study.reference);
  read(json, "trials", study.trials);
  read(json, "recommendation", study.recommendation);
  read(json, "rejected", study.rejected);
  read(json, "effects", study.effects);
  read(json, "picks", study.picks);
  read(json, "pareto", study.pareto);
  read(json, "pareto_lossy", study.pareto_lossy);
  read(json, "warnings", study.warnings);
  read(json, "commands", study.commands);
  read(json, "reverifications", study.reverifications);
}
}  // namespace sweetspot
