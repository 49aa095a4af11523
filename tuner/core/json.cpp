#include "core/json.hpp"

#include "core/json_support.hpp"
#include "core/text.hpp"

namespace sweetspot {

using json_support::expect_object;
using json_support::Json;
using json_support::or_null;
using json_support::read;

namespace {

/// The field's word, for the reader of an enumeration.
std::string word(const Json& json, const char* name) { return json.at(name).get<std::string>(); }

}  // namespace

Json value_to_json(const Value& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

Value value_from_json(const Json& json) {
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  return json.get<std::string>();
}

std::string json_text(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

void to_json(Json& json, const Config& config) {
  json = Json::object();
  for (const auto& [name, value] : config.values) json[name] = value_to_json(value);
}

void from_json(const Json& json, Config& config) {
  expect_object(json, "configuration");
  config.values.clear();
  for (const auto& [name, value] : json.items()) config.values.insert_or_assign(name, value_from_json(value));
}

void to_json(Json& json, const Failure& failure) {
  json = Json{{"kind", to_string(failure.kind)}, {"detail", failure.detail}, {"log_tail", failure.log_tail}};
}

void from_json(const Json& json, Failure& failure) {
  expect_object(json, "failure");
  failure.kind = failure_kind_from(word(json, "kind"));
  read(json, "detail", failure.detail);
  read(json, "log_tail", failure.log_tail);
}

void to_json(Json& json, const ApiVerdict& verdict) {
  json = Json{{"api", verdict.api},
              {"outcome", to_string(verdict.outcome)},
              {"check", verdict.check},
              {"detail", verdict.detail},
              {"prompts_compared", verdict.prompts_compared}};
}

void from_json(const Json& json, ApiVerdict& verdict) {
  expect_object(json, "verdict over an API");
  read(json, "api", verdict.api);
  verdict.outcome = outcome_from(word(json, "outcome"));
  read(json, "check", verdict.check);
  read(json, "detail", verdict.detail);
  read(json, "prompts_compared", verdict.prompts_compared);
}

void to_json(Json& json, const Verdict& verdict) {
  json = Json{{"outcome", to_string(verdict.outcome)},
              {"tier", to_string(verdict.tier)},
              {"fresh", verdict.fresh},
              {"check", verdict.check},
              {"api", verdict.api},
              {"detail", verdict.detail},
              {"not_verified", verdict.not_verified},
              {"apis", verdict.apis},
              {"divergences", verdict.divergences},
              {"rescored", or_null(verdict.rescored)},
              {"quality", or_null(verdict.quality)},
              {"beyond_limit", verdict.beyond_limit},
              {"evidence", or_null(verdict.evidence)},
              {"checks", verdict.checks},
              {"prompts_compared", verdict.prompts_compared},
              {"tokens_compared", verdict.tokens_compared},
              {"requests", verdict.requests},
              {"evidence_folder", verdict.evidence_folder}};
}

void from_json(const Json& json, Verdict& verdict) {
  expect_object(json, "verdict");
  verdict.outcome = outcome_from(word(json, "outcome"));
  if (json.contains("tier")) verdict.tier = tier_from(word(json, "tier"));
  read(json, "fresh", verdict.fresh);
  read(json, "check", verdict.check);
  read(json, "detail", verdict.detail);
  read(json, "api", verdict.api);
  read(json, "not_verified", verdict.not_verified);
  read(json, "apis", verdict.apis);
  read(json, "divergences", verdict.divergences);
  read(json, "rescored", verdict.rescored);
  read(json, "quality", verdict.quality);
  read(json, "beyond_limit", verdict.beyond_limit);
  read(json, "evidence", verdict.evidence);
  read(json, "checks", verdict.checks);
  read(json, "prompts_compared", verdict.prompts_compared);
  read(json, "tokens_compared", verdict.tokens_compared);
  read(json, "requests", verdict.requests);
  read(json, "evidence_folder", verdict.evidence_folder);
}

void to_json(Json& json, const CheckResult& check) {
  json = Json{{"id", check.id}, {"outcome", to_string(check.outcome)}, {"detail", check.detail}};
}

void from_json(const Json& json, CheckResult& check) {
  expect_object(json, "check");
  read(json, "id", check.id);
  check.outcome = outcome_from(word(json, "outcome"));
  read(json, "detail", check.detail);
}

void to_json(Json& json, const Divergence& divergence) {
  json = Json{{"prompt_id", divergence.prompt_id},
              {"token", divergence.token},
              {"margin", or_null(divergence.margin)},
              {"rank", or_null(divergence.rank)},
              {"class", divergence.classification}};
}

void from_json(const Json& json, Divergence& divergence) {
  expect_object(json, "divergence");
  read(json, "prompt_id", divergence.prompt_id);
  read(json, "token", divergence.token);
  read(json, "margin", divergence.margin);
  read(json, "rank", divergence.rank);
  read(json, "class", divergence.classification);
}

void to_json(Json& json, const Rescored& rescored) {
  json = Json{{"tokens", rescored.tokens},       {"disagree", rescored.disagree},         {"grey", rescored.grey},
              {"miscommit", rescored.miscommit}, {"worst_margin", rescored.worst_margin}, {"histogram", rescored.histogram}};
}

void from_json(const Json& json, Rescored& rescored) {
  expect_object(json, "rescored");
  read(json, "tokens", rescored.tokens);
  read(json, "disagree", rescored.disagree);
  read(json, "grey", rescored.grey);
  read(json, "miscommit", rescored.miscommit);
  read(json, "worst_margin", rescored.worst_margin);
  read(json, "histogram", rescored.histogram);
}

void to_json(Json& json, const Quality& quality) {
  json = Json{{"positions", quality.positions},
              {"mean_kld", quality.mean_kld},
              {"same_top_rate", quality.same_top_rate},
              {"perplexity", quality.perplexity},
              {"reference_perplexity", quality.reference_perplexity}};
  if (!quality.texts.empty()) json["texts"] = quality.texts;
}

void from_json(const Json& json, Quality& quality) {
  expect_object(json, "quality");
  read(json, "positions", quality.positions);
  read(json, "mean_kld", quality.mean_kld);
  read(json, "same_top_rate", quality.same_top_rate);
  read(json, "perplexity", quality.perplexity);
  read(json, "reference_perplexity", quality.reference_perplexity);
  read(json, "texts", quality.texts);
}

void to_json(Json& json, const Evidence& evidence) {
  json = Json{{"prompt_id", evidence.prompt_id},
              {"expected", evidence.expected},
              {"observed", evidence.observed},
              {"detail", evidence.detail}};
}

void from_json(const Json& json, Evidence& evidence) {
  expect_object(json, "evidence");
  read(json, "prompt_id", evidence.prompt_id);
  read(json, "expected", evidence.expected);
  read(json, "observed", evidence.observed);
  read(json, "detail", evidence.detail);
}

void to_json(Json& json, const MachineProfile& machine) {
  json = Json{{"os", machine.os},
              {"kernel", machine.kernel},
              {"model", machine.model},
              {"cpu", machine.cpu},
              {"cores", machine.cores},
              {"performance_cores", or_null(machine.performance_cores)},
              {"accelerator", machine.accelerator},
              {"gpu_cores", or_null(machine.gpu_cores)},
              {"memory_bytes", machine.memory_bytes},
              {"load_1min", or_null(machine.load_1min)},
              {"memory_available_bytes", or_null(machine.memory_available_bytes)},
              {"swap_used_bytes", or_null(machine.swap_used_bytes)},
              {"on_battery", or_null(machine.on_battery)},
              {"power_mode", machine.power_mode},
              {"temperature_c", or_null(machine.temperature_c)},
              {"thermal_pressure", or_null(machine.thermal_pressure)},
              {"memory_pressure", or_null(machine.memory_pressure)},
              {"gpu_memory_limit_bytes", or_null(machine.gpu_memory_limit_bytes)},
              {"memory_bandwidth_bytes_per_s", or_null(machine.memory_bandwidth_bytes_per_s)}};
}

void from_json(const Json& json, MachineProfile& machine) {
  expect_object(json, "machine");
  read(json, "os", machine.os);
  read(json, "kernel", machine.kernel);
  read(json, "model", machine.model);
  read(json, "cpu", machine.cpu);
  read(json, "cores", machine.cores);
  read(json, "performance_cores", machine.performance_cores);
  read(json, "accelerator", machine.accelerator);
  read(json, "gpu_cores", machine.gpu_cores);
  read(json, "memory_bytes", machine.memory_bytes);
  read(json, "load_1min", machine.load_1min);
  read(json, "memory_available_bytes", machine.memory_available_bytes);
  read(json, "swap_used_bytes", machine.swap_used_bytes);
  read(json, "on_battery", machine.on_battery);
  read(json, "power_mode", machine.power_mode);
  read(json, "temperature_c", machine.temperature_c);
  read(json, "thermal_pressure", machine.thermal_pressure);
  read(json, "memory_pressure", machine.memory_pressure);
  read(json, "gpu_memory_limit_bytes", machine.gpu_memory_limit_bytes);
  read(json, "memory_bandwidth_bytes_per_s", machine.memory_bandwidth_bytes_per_s);
}

void to_json(Json& json, const ModelIdentity& model) {
  json = Json{{"path", model.path},
              {"size_bytes", model.size_bytes},
              {"sha256", model.sha256},
              {"name", model.name},
              {"quantisation", model.quantisation},
              {"architecture", model.architecture},
              {"context_length", model.context_length},
              {"nextn_predict_layers", model.nextn_predict_layers},
              {"bytes_per_token", model.bytes_per_token},
              {"has_chat_template", model.has_chat_template}};
}

void from_json(const Json& json, ModelIdentity& model) {
  expect_object(json, "model");
  read(json, "path", model.path);
  read(json, "size_bytes", model.size_bytes);
  read(json, "sha256", model.sha256);
  read(json, "name", model.name);
  read(json, "quantisation", model.quantisation);
  read(json, "architecture", model.architecture);
  read(json, "context_length", model.context_length);
  read(json, "nextn_predict_layers", model.nextn_predict_layers);
  read(json, "bytes_per_token", model.bytes_per_token);
  read(json, "has_chat_template", model.has_chat_template);
}

void to_json(Json& json, const EngineIdentity& engine) {
  json = Json{{"name", engine.name}, {"version", engine.version}, {"binary", engine.binary}};
}

void from_json(const Json& json, EngineIdentity& engine) {
  expect_object(json, "engine");
  read(json, "name", engine.name);
  read(json, "version", engine.version);
  read(json, "binary", engine.binary);
}

void to_json(Json& json, const Command& command) {
  json = Json{{"argv", command.argv}, {"environment", command.environment}, {"shell", command.shell}};
}

void from_json(const Json& json, Command& command) {
  expect_object(json, "command");
  read(json, "argv", command.argv);
  read(json, "environment", command.environment);
  read(json, "shell", command.shell);
}

void to_json(Json& json, const Target& target) {
  json = Json{{"machine", target.machine},
              {"engine", target.engine},
              {"model", target.model},
              {"draft_model", or_null(target.draft_model)}};
}

void from_json(const Json& json, Target& target) {
  expect_object(json, "target");
  read(json, "machine", target.machine);
  read(json, "engine", target.engine);
  read(json, "model", target.model);
  read(json, "draft_model", target.draft_model);
}

namespace json_support {

Json bytes_to_json(const std::string& bytes) {
  if (valid_utf8(bytes)) return bytes;
  Json numbers = Json::array();
  for (const char c : bytes) numbers.push_back(static_cast<unsigned char>(c));
  Json wrapped = Json::object();
  wrapped["bytes"] = std::move(numbers);
  return wrapped;
}

void read_bytes(const Json& json, const char* name, std::string& field) {
  const auto found = json.find(name);
  if (found == json.end()) return;
  if (!found->is_object()) {
    found->get_to(field);
    return;
  }
  field.clear();
  for (const Json& byte : found->at("bytes")) field += static_cast<char>(byte.get<unsigned char>());
}

void expect_object(const Json& json, const char* what) {
  if (!json.is_object())
    throw Json::type_error::create(302, std::string(what) + " must be an object, but is " + json.type_name(), &json);
}

}  // namespace json_support
}  // namespace sweetspot
