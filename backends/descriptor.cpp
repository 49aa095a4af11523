#include "backends/descriptor.hpp"

#include "backends/condition_text.hpp"
#include "backends/descriptor_json.hpp"
#include "backends/descriptor_schema.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>
#include <set>
#include <utility>

namespace sweetspot {

namespace {

using nlohmann::json;
using namespace descriptor_json;

/// Reads a document that follows the schema, and collects what the schema cannot say.
class Reader {
public:
  explicit Reader(const json& root);
  EngineDescriptor read(const std::string& origin);
  const std::vector<std::string>& problems() const { return problems_; }

private:
  void report(const std::string& pointer, const std::string& text) { problems_.push_back(pointer + ": " + text); }
  void report(const std::string& pointer, const Error& error) {
    report(pointer, std::string(error.what()) + (error.hint().empty() ? "" : "; " + error.hint()));
  }
  std::string pattern(const json& owner, const char* member, const std::string& pointer, std::size_t groups);
  std::vector<Condition> conditions(const json& owner, const char* member, const std::string& pointer);
  void known_name(const std::string& name, const std::string& pointer);
  std::map<std::string, Value> values(const json& owner, const char* member, const std::string& pointer);
  EngineParameter parameter(const json& row, const std::string& pointer);
  Emission emission(const json& row, const std::string& pointer);
  void identity(EngineDescriptor& engine);
  void launch(EngineDescriptor& engine);
  void parameters(EngineDescriptor& engine);
  void speculation(EngineDescriptor& engine);
  void evidence(EngineDescriptor& engine);
  void default_space(EngineDescriptor& engine);
  void check_values(const EngineDescriptor& engine, const std::map<std::string, Value>& given, const std::string& pointer);

  const json& root_;
  std::set<std::string> names_;
  std::vector<std::string> problems_;
};

std::pair<EngineDescriptor, std::vector<std::string>> read_all(const std::string& json_text, const std::string& origin);

}  // namespace

EngineDescriptor read_descriptor(const std::string& json_text, const std::string& origin) {
  auto [engine, problems] = read_all(json_text, origin);
  if (problems.empty()) return engine;
  const std::string more = problems.size() == 1 ? "" : " (and " + std::to_string(problems.size() - 1) + " more)";
  throw Error{problems.front() + more, "list all that is wrong with: sweetspot engines --check FILE"};
}

std::vector<std::string> descriptor_problems(const std::string& json_text, const std::string& origin) {
  return read_all(json_text, origin).second;
}

bool can_launch(const EngineDescriptor& engine) { return !engine.identity.executables.empty(); }

const EngineParameter* find_parameter(const EngineDescriptor& engine, const std::string& name) {
  const auto found =
      std::ranges::find_if(engine.parameters, [&](const EngineParameter& row) { return row.parameter.name == name; });
  return found == engine.parameters.end() ? nullptr : &*found;
}

namespace {

std::pair<EngineDescriptor, std::vector<std::string>> read_all(const std::string& json_text, const std::string& origin) {
  std::vector<std::string> problems;
  const auto located = [&](const std::string& text) { problems.push_back(origin + ": " + text); };
  try {
    const json root = json::parse(json_text);
    for (const SchemaProblem& problem : schema_problems(root)) located(problem.pointer + ": " + problem.text);
    if (!problems.empty()) return {EngineDescriptor{}, problems};
    Reader reader(root);
    EngineDescriptor engine = reader.read(origin);
    for (const std::string& problem : reader.problems()) located(problem);
    return {std::move(engine), problems};
  } catch (const json::parse_error& error) {
    located("no JSON at byte " + std::to_string(error.byte) + ": " + shortened(escape_control(error.what()), 200));
  } catch (const std::exception& error) {
    located(shortened(escape_control(error.what()), 200));
  }
  return {EngineDescriptor{}, problems};
}

Reader::Reader(const json& root) : root_(root) {
  std::size_t index = 0;
  for (const json& row : root_.at("parameters")) {
    const auto name = row.at("name").get<std::string>();
    if (!names_.insert(name).second) report(at("/parameters", index) + "/name", "\"" + name + "\" is there twice");
    ++index;
  }
}

EngineDescriptor Reader::read(const std::string& origin) {
  EngineDescriptor engine;
  engine.schema_version = root_.at("schema_version").get<int>();
  engine.name = text_of(root_, "name");
  engine.description = text_of(root_, "description");
  engine.origin = origin;
  for (const json& row : part(root_, "proven")) engine.proven[text_of(row, "version")] = text_of(row, "by");
  identity(engine);
  launch(engine);
  parameters(engine);
  check_values(engine, engine.launch.fixed, "/launch/fixed");
  speculation(engine);
  engine.reference = values(root_, "reference", "/reference");
  check_values(engine, engine.reference, "/reference");
  evidence(engine);
  default_space(engine);
  return engine;
}

std::string Reader::pattern(const json& owner, const char* member, const std::string& pointer, std::size_t groups) {
  const std::string source = text_of(owner, member);
  try {
    const std::regex compiled(source);
    if (!source.empty() && compiled.mark_count() < groups)
      report(pointer + "/" + member, "the pattern needs a group in parentheses");
  } catch (const std::regex_error& error) {
    report(pointer + "/" + member, "\"" + source + "\" is no regular expression: " + error.what());
  }
  return source;
}

std::vector<Condition> Reader::conditions(const json& owner, const char* member, const std::string& pointer) {
  std::vector<Condition> result;
  const auto sources = texts_of(owner, member);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    try {
      result.push_back(parse_condition(sources[i], names_));
    } catch (const Error& error) {
      report(at(pointer + "/" + member, i), error);
    }
  }
  return result;
}

void Reader::known_name(const std::string& name, const std::string& pointer) {
  if (names_.contains(name)) return;
  report(pointer, "\"" + name + "\" is no parameter of this engine; " +
                      did_you_mean(name, {names_.begin(), names_.end()}, "add it to its parameters"));
}

std::map<std::string, Value> Reader::values(const json& owner, const char* member, const std::string& pointer) {
  std::map<std::string, Value> result;
  const json object = part(owner, member);
  for (const auto& item : object.items()) {
    known_name(item.key(), pointer + "/" + item.key());
    result[item.key()] = value_of(item.value());
  }
  return result;
}

void Reader::check_values(const EngineDescriptor& engine, const std::map<std::string, Value>& given, const std::string& pointer) {
  for (const auto& [name, value] : given) {
    const EngineParameter* row = find_parameter(engine, name);
    if (row == nullptr) continue;
    try {
      checked_value(row->parameter, value);
    } catch (const Error& error) {
      report(std::string(pointer).append("/").append(name), error);
    }
  }
}

void Reader::identity(EngineDescriptor& engine) {
  const json& from = root_.at("identity");
  engine.identity.executables = texts_of(from, "executables");
  engine.identity.version_executable = text_of(from, "version_executable");
  engine.identity.version_arguments = texts_of(from, "version_arguments");
  engine.identity.help_arguments = texts_of(from, "help_arguments");
  engine.identity.version_pattern = pattern(from, "version_pattern", "/identity", 1);
  engine.identity.version_prefix = text_of(from, "version_prefix");
  engine.identity.help_style = text_of(from, "help_style");
  engine.identity.removed_pattern = pattern(from, "removed_pattern", "/identity", 0);
  engine.identity.models = texts_of(from, "models");
  if (from.contains("daemon")) {
    const json& daemon = from.at("daemon");
    engine.identity.daemon = {daemon.at("port").get<int>(), text_of(daemon, "version_path"), text_of(daemon, "version_pointer")};
  }
  const json marks = from.contains("recognised_by") ? from.at("recognised_by") : json::array();
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const std::string pointer = at("/identity/recognised_by", i);
    engine.identity.recognised_by.push_back({text_of(marks[i], "path"), text_of(marks[i], "pointer"),
                                             pattern(marks[i], "pattern", pointer, 0), pattern(marks[i], "server", pointer, 0)});
    if (text_of(marks[i], "pointer").empty() && text_of(marks[i], "pattern").empty() && text_of(marks[i], "server").empty())
      report(pointer, "needs a pointer, a pattern or a server: many servers answer at one path");
  }
  const std::string form = text_of(from, "model_form");
  engine.identity.model_form = form == "folder" ? ModelForm::folder : form == "name" ? ModelForm::name : ModelForm::gguf;
  const json& ready = root_.at("ready");
  engine.ready = {text_of(ready, "path"),
                  text_of(ready, "pointer"),
                  text_of(ready, "value"),
                  pattern(ready, "never", "/ready", 0),
                  text_of(ready, "properties_path"),
                  text_of(ready, "alias_pointer"),
                  text_of(ready, "context_pointer"),
                  text_of(ready, "template_pointer")};
  const json& protocol = root_.at("protocol");
  auto& to = engine.protocol;
  to.chat_path = text_of(protocol, "chat_path");
  to.headers = protocol.value("headers", std::map<std::string, std::string>{});
  to.model = text_of(protocol, "model");
  to.reasoning_field = text_of(protocol, "reasoning_field");
  to.terminator = text_of(protocol, "terminator");
  to.role_with_first_token = protocol.value("role_with_first_token", false);
  to.structured_output = protocol.value("structured_output", false);
  to.usage_pointer = text_of(protocol, "usage_pointer");
  to.timings_pointer = text_of(protocol, "timings_pointer");
  to.timings = protocol.value("timings", std::map<std::string, std::string>{});
  to.greedy_json = dumped(protocol, "greedy");
  to.no_cache_json = dumped(protocol, "no_cache");
  to.logprobs_json = dumped(protocol, "logprobs");
  to.template_path = text_of(protocol, "template_path");
  to.tokenize_path = text_of(protocol, "tokenize_path");
  to.completion_path = text_of(protocol, "completion_path");
  to.send_seed = protocol.value("seed", true);
  to.token_pieces = text_of(protocol, "tokens") == "pieces";
  const json apis = part(protocol, "apis");
  for (const auto& [name, offer] : apis.items()) {
    const auto liberties = texts_of(offer, "liberties");
    to.apis[api_from(name)] = {text_of(offer, "path"),
                               dumped(offer, "greedy"),
                               dumped(offer, "no_cache"),
                               {liberties.begin(), liberties.end()},
                               text_of(offer, "note")};
  }
}

void Reader::launch(EngineDescriptor& engine) {
  const json& from = root_.at("launch");
  using Groups = std::vector<std::vector<std::string>>;
  engine.launch.arguments = from.value("arguments", Groups{});
  engine.launch.measurement_only = from.value("measurement_only", Groups{});
  engine.launch.draft_model = from.value("draft_model", Groups{});
  engine.launch.scrub_environment = texts_of(from, "scrub_environment");
  engine.launch.environment = from.value("environment", std::map<std::string, std::string>{});
  engine.launch.fixed = values(from, "fixed", "/launch/fixed");
}

void Reader::parameters(EngineDescriptor& engine) {
  const json& rows = root_.at("parameters");
  for (std::size_t i = 0; i < rows.size(); ++i) engine.parameters.push_back(parameter(rows[i], at("/parameters", i)));
}

EngineParameter Reader::parameter(const json& row, const std::string& pointer) {
  EngineParameter result;
  auto& to = result.parameter;
  to.name = text_of(row, "name");
  to.description = text_of(row, "description");
  to.domain = domain_of(row.at("domain"));
  to.scope = row.value("scope", "restart") == "request" ? Scope::request : Scope::restart;
  to.effect = effect_of(text_of(row, "effect"));
  to.active_when = conditions(row, "active_when", pointer);
  to.default_value = value_of(row.at("default"));
  try {
    to.default_value = checked_value(to, to.default_value);
  } catch (const Error& error) {
    report(pointer + "/default", error);
  }
  result.request_field = text_of(row, "request_field");
  if (!result.request_field.empty() && to.scope != Scope::request)
    report(pointer + "/request_field", "is for parameters of scope \"request\"");
  result.active_when_searched = conditions(row, "active_when_searched", pointer);
  result.emission = emission(row, pointer);
  const json effective = part(row, "effective");
  result.effective_log = pattern(effective, "log", pointer + "/effective", 1);
  result.effective_pointer = text_of(effective, "pointer");
  result.effective_words = effective.value("words", std::map<std::string, std::string>{});
  return result;
}

Emission Reader::emission(const json& row, const std::string& pointer) {
  Emission result;
  result.spellings = texts_of(row, "flag");
  result.by_value = row.value("by_value", std::map<std::string, std::vector<std::string>>{});
  result.variable = text_of(row, "variable");
  result.written_as = row.value("written_as", std::map<std::string, std::string>{});
  result.boolean_when_no_hint = row.value("boolean_when_no_hint", false);
  result.default_from_help = row.value("default_from_help", true);
  result.default_follows = text_of(row, "default_follows");
  if (!result.default_follows.empty()) known_name(result.default_follows, pointer + "/default_follows");
  result.when = conditions(row, "when", pointer);
  const json alternatives = row.contains("alternatives") ? row.at("alternatives") : json::array();
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    result.alternatives.push_back(
        {conditions(alternatives[i], "when", at(pointer + "/alternatives", i)), texts_of(alternatives[i], "flag")});
  }
  const bool never_written = result.spellings.empty() && result.by_value.empty() && result.alternatives.empty();
  if (never_written && result.variable.empty()) {
    report(pointer, "needs \"flag\", \"by_value\", \"alternatives\" or \"variable\"");
  }
  return result;
}

void Reader::speculation(EngineDescriptor& engine) {
  const json from = part(root_, "speculation");
  const json kinds = part(from, "kinds");
  for (const auto& item : kinds.items()) {
    const auto needs = item.value().get<std::string>();
    engine.speculation.kinds[item.key()] = needs == "draft_model" ? SpeculationNeeds::draft_model
                                           : needs == "own_head"  ? SpeculationNeeds::own_head
                                                                  : SpeculationNeeds::nothing;
  }
  engine.speculation.with_draft_model = text_of(from, "with_draft_model");
  engine.speculation.with_own_head = text_of(from, "with_own_head");
  engine.speculation.implied = texts_of(from, "implied");
  const auto known_kind = [&](const std::string& kind, const std::string& pointer) {
    if (!kind.empty() && !engine.speculation.kinds.contains(kind)) report(pointer, "\"" + kind + "\" is none of the kinds");
  };
  known_kind(engine.speculation.with_draft_model, "/speculation/with_draft_model");
  known_kind(engine.speculation.with_own_head, "/speculation/with_own_head");
  for (std::size_t i = 0; i < engine.speculation.implied.size(); ++i) {
    known_kind(engine.speculation.implied[i], at("/speculation/implied", i));
  }
}

void Reader::evidence(EngineDescriptor& engine) {
  const auto rows = [&](const char* member) { return root_.contains(member) ? root_.at(member) : json::array(); };
  const json constraints = rows("constraints");
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    engine.constraints.push_back({conditions(constraints[i], "when", at("/constraints", i)), text_of(constraints[i], "reason")});
  }
  const json engaged = rows("engaged");
  for (std::size_t i = 0; i < engaged.size(); ++i) {
    const std::string pointer = at("/engaged", i);
    const json& row = engaged[i];
    Engagement to{conditions(row, "when", pointer), text_of(row, "kind"),      pattern(row, "pattern", pointer, 0),
                  text_of(row, "pointer"),          text_of(row, "parameter"), text_of(row, "detail")};
    if (to.kind == "log" && to.pattern.empty()) report(pointer, "kind \"log\" needs a pattern");
    if (to.kind == "pointer" && to.pointer.empty()) report(pointer, "kind \"pointer\" needs a pointer");
    if (to.kind == "pointer" || !to.parameter.empty()) known_name(to.parameter, pointer + "/parameter");
    engine.engaged.push_back(std::move(to));
  }
  const json failures = rows("failures");
  for (std::size_t i = 0; i < failures.size(); ++i) {
    engine.failures.push_back({pattern(failures[i], "pattern", at("/failures", i), 0),
                               failure_kind_from(text_of(failures[i], "kind")), text_of(failures[i], "hint")});
  }
  const json traps = rows("traps");
  for (std::size_t i = 0; i < traps.size(); ++i) {
    engine.traps.push_back({conditions(traps[i], "when", at("/traps", i)), text_of(traps[i], "cap"), text_of(traps[i], "reason"),
                            text_of(traps[i], "source")});
  }
}

void Reader::default_space(EngineDescriptor& engine) {
  const json goals = part(root_, "default_space");
  for (const auto& goal : goals.items()) {
    const std::string goal_pointer = "/default_space/" + goal.key();
    for (const auto& axis : goal.value().items()) {
      known_name(axis.key(), goal_pointer + "/" + axis.key());
      auto& to = engine.default_space[goal.key()][axis.key()];
      for (std::size_t i = 0; i < axis.value().size(); ++i) {
        to.push_back(value_of(axis.value()[i]));
        // {cores} and its shares get their number on the machine.
        if (text(to.back()).starts_with("{cores")) continue;
        check_values(engine, {{axis.key(), to.back()}}, at(goal_pointer + "/" + axis.key(), i));
      }
    }
  }
}

}  // namespace

}  // namespace sweetspot
