#include "reports/json_report.hpp"

#include "core/json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace sweetspot {

namespace {

using Json = nlohmann::ordered_json;

constexpr int schema_version = 1;
constexpr int indent = 2;

Json study_part(const Study& study);
Json recommendation_part(const Study& study);

}  // namespace

std::string json_report(const Study& study, const ReportOptions&) {
  Json json;
  json["schema_version"] = schema_version;
  json["tool_version"] = study.tool_version;
  json["study"] = study_part(study);
  json["machine"] = study.target.machine;
  json["engine"] = study.target.engine;
  json["model"] = study.target.model;
  const auto ceiling = ceiling_tokens_per_second(study.target);
  json["ceiling_tokens_per_second"] = ceiling ? Json(*ceiling) : Json(nullptr);
  json["draft_model"] = study.target.draft_model ? Json(*study.target.draft_model) : Json(nullptr);
  json["fixed"] = study.fixed;
  json["reference"] = study.reference;
  json["baseline"]["config"] = study.baseline;
  json["baseline"]["command"] = study.baseline_command;
  json["baseline"]["measurement"] = study.baseline_measurement ? Json(*study.baseline_measurement) : Json(nullptr);
  json["trials"] = study.trials;
  json["recommendation"] = recommendation_part(study);
  json["rejected"] = rejected_by_speed(study);
  json["effects"] = study.effects;
  json["picks"] = study.picks;
  json["pareto"] = study.pareto;
  json["pareto_lossy"] = study.pareto_lossy;
  json["warnings"] = study.warnings;
  json["reverifications"] = study.reverifications;
  return json_text(json, indent) + "\n";
}

std::string json_trial_report(const Study& study, const Trial& trial, const ReportOptions&) {
  Json json;
  json["schema_version"] = schema_version;
  json["tool_version"] = study.tool_version;
  json["study"] = study_part(study);
  json["number"] = trial_number(study, trial);
  const auto ratio = speed_ratio(study, trial);
  json["speed_ratio"] = ratio ? Json(*ratio) : Json(nullptr);
  json["trial"] = trial;
  json["trial"]["visits"] = trial.visits;
  const auto command = study.commands.find(trial.id);
  json["command"] = command != study.commands.end() ? Json(command->second) : Json(nullptr);
  return json_text(json, indent) + "\n";
}

namespace {

Json study_part(const Study& study) {
  Json json;
  json["id"] = study.id;
  json["key"] = study.key;
  json["started_at"] = study.started_at;
  json["duration_s"] = study.duration_s;
  json["seed"] = study.seed;
  json["strategy"] = study.strategy;
  json["goal"] = study.goal;
  json["sampler"] = study.sampler;
  json["pace"] = to_string(study.pace);
  json["status"] = study.status;
  return json;
}

Json recommendation_part(const Study& study) {
  Json json = study.recommendation;
  // The contract asks for a reason; a study that was cut short has none yet.
  if (study.recommendation.reason.empty()) json["reason"] = "the study is not finished (" + study.status + ")";
  const auto& detectable = study.recommendation.detectable_gain_ratio;
  if (!detectable || !std::isfinite(*detectable)) json["detectable_gain_ratio"] = nullptr;
  return json;
}

}  // namespace

}  // namespace sweetspot
