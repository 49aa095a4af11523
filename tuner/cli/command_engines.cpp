#include "cli/commands.hpp"

#include "backends/daemon.hpp"
#include "backends/descriptor.hpp"
#include "backends/descriptor_gaps.hpp"
#include "backends/installed.hpp"
#include "backends/offered_apis.hpp"
#include "backends/probe.hpp"
#include "cli/exit_code.hpp"
#include "cli/found_here.hpp"
#include "cli/output.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "reports/format.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace sweetspot {

namespace {

using Json = nlohmann::ordered_json;

/// An engine and what was found of it here.
struct FoundEngine {
  EngineDescriptor engine;
  std::optional<EngineProbe> probe;
  std::string problem;  ///< why a binary that is there could not be asked
  std::string daemon;   ///< that another version of it still runs
};

int check_file(const Options& options, Context& context);
std::vector<EngineDescriptor> wanted(const Options& options, const Context& context);
FoundEngine look_for(const EngineDescriptor& engine, const Options& options, const Context& context);
std::string list_text(const std::vector<FoundEngine>& engines, const InstalledModels& installed);
std::string detail_text(const FoundEngine& found);
Json to_document(const std::vector<FoundEngine>& engines, const InstalledModels& installed);

}  // namespace

int command_engines(const Options& options, Context& context) {
  if (!options.check_file.empty()) return check_file(options, context);
  std::vector<FoundEngine> engines;
  for (const auto& engine : wanted(options, context)) engines.push_back(look_for(engine, options, context));
  const InstalledModels installed = installed_models(surroundings(context.environment));
  if (options.json) {
    write_result(options, context, json_text(to_document(engines, installed), 2) + "\n");
    return exit_ok;
  }
  const bool one = !options.engine.empty() || !options.engine_file.empty();
  write_result(options, context, one ? detail_text(engines.front()) : list_text(engines, installed));
  return exit_ok;
}

namespace {

int check_file(const Options& options, Context& context) {
  const auto origin = options.check_file.string();
  const std::string source = read_named_file(options.check_file, "--check");
  const auto problems = descriptor_problems(source, origin);
  const auto gaps = problems.empty() ? descriptor_gaps(read_descriptor(source, origin)) : std::vector<std::string>{};
  if (options.json) {
    write_result(options, context, json_text(Json{{"file", origin}, {"problems", problems}, {"gaps", gaps}}, 2) + "\n");
    return problems.empty() ? exit_ok : exit_failed;
  }
  std::string text;
  for (const auto& problem : problems) text += escape_control(problem) + "\n";
  if (problems.empty())
    text = fmt::format("{}: nothing is wrong; copy it to {} or name it with --engine-file\n", origin,
                       context.paths.engines_folder.string());
  if (!gaps.empty()) text += "what cannot be proved with it as it is:\n";
  for (const auto& gap : gaps) text += "  " + escape_control(gap) + "\n";
  write_result(options, context, text);
  return problems.empty() ? exit_ok : exit_failed;
}

std::vector<EngineDescriptor> wanted(const Options& options, const Context& context) {
  if (!options.engine_file.empty()) {
    if (!options.engine.empty())
      throw Error{fmt::format("both the engine {} and --engine-file are given", options.engine), "give one of them"};
    return {read_descriptor(read_named_file(options.engine_file, "--engine-file"), options.engine_file.string())};
  }
  auto engines = catalog(context.paths.engines_folder);
  if (!options.engine.empty()) return {find_engine(engines, options.engine)};
  if (!options.binary.empty())
    throw Error{"--binary is given without an engine", "name it: sweetspot engines ENGINE --binary PATH"};
  return engines;
}

/// In a list, an engine that does not answer is a line of the result; asked for by name it is an Error.
FoundEngine look_for(const EngineDescriptor& engine, const Options& options, const Context& context) {
  FoundEngine found{engine, std::nullopt, {}, {}};
  const auto binary = find_executable(engine, options.binary, context.environment.search_path());
  if (!binary) return found;
  if (!options.engine.empty() || !options.engine_file.empty()) {
    found.probe = probe_binary(engine, *binary, context.interrupt);
    found.daemon = daemon_finding(engine, found.probe->version, context.interrupt);
    return found;
  }
  try {
    found.probe = probe_binary(engine, *binary, context.interrupt);
    found.daemon = daemon_finding(engine, found.probe->version, context.interrupt);
  } catch (const Error& error) {
    found.problem = error.what();
  }
  return found;
}

std::string models_text(const InstalledModels& installed) {
  constexpr std::size_t most_shown = 40;
  std::string text = "\nModels found here, newest first\n";
  if (installed.models.empty()) return text + "  none in the caches of Hugging Face, llama.cpp, LM Studio and Ollama\n";
  for (std::size_t i = 0; i < std::min(installed.models.size(), most_shown); ++i) {
    const InstalledModel& model = installed.models[i];
    text += fmt::format("  {}  {:>8}  {}  {}\n", padded(escape_control(model.name), 48), bytes_text(model.size_bytes),
                        padded(model.format, 11), model.source);
  }
  if (installed.models.size() > most_shown)
    text += fmt::format("  ... and {} more (all with --json)\n", installed.models.size() - most_shown);
  if (!installed.complete) text += "  there is more than is looked at\n";
  return text;
}

std::string list_text(const std::vector<FoundEngine>& engines, const InstalledModels& installed) {
  std::string text;
  for (const auto& [engine, probe, problem, daemon] : engines) {
    std::string state = can_launch(engine) ? "not found here" : "asked where it runs: measure or check NAME --url";
    if (!problem.empty()) state = escape_control(problem);
    if (probe)
      state = fmt::format("{}  {}  {}", padded(escape_control(probe->version), 14), padded(proven(engine, probe->version), 10),
                          probe->binary.string());
    text += fmt::format("{}  {}\n", padded(engine.name, 20), state);
    if (!daemon.empty()) text += fmt::format("{}  {}\n", padded("", 20), daemon);
  }
  return text + models_text(installed) +
         "\nparameters of an engine: sweetspot engines NAME\nwhat a model really is: sweetspot inspect MODEL\n";
}

std::string proven_text(const EngineDescriptor& engine, const std::string& version) {
  const std::string how = proven(engine, version);
  if (how == "live") return "live: the description was tested against this version";
  if (how == "transcript") return "transcript: the description was tested against what this version was recorded to answer";
  std::string versions;
  for (const auto& [known, by] : engine.proven) versions += (versions.empty() ? "" : ", ") + known;
  return "never with this version" + (versions.empty() ? std::string{} : " (with " + versions + ")");
}

/// Each API with its path, and what is known of it.
std::string apis_text(const EngineDescriptor& engine) {
  std::string text;
  for (const Api api : apis_of(engine)) {
    const auto offer = engine.protocol.apis.find(api);
    const std::string note = offer == engine.protocol.apis.end() ? "" : escape_control(offer->second.note);
    text += fmt::format("  {}  {}  {}{}\n", text.empty() ? "speaks      " : "            ", padded(to_string(api), 9),
                        escape_control(api_path(engine.protocol, api)), note.empty() ? "" : ": " + note);
  }
  return text;
}

std::string detail_text(const FoundEngine& found) {
  const auto& engine = found.engine;
  std::string text = fmt::format("{}: {}\n  described by  {}\n", engine.name, escape_control(engine.description), engine.origin);
  if (found.probe)
    text += fmt::format("  version       {}\n  binary        {}\n  proven        {}\n", escape_control(found.probe->version),
                        found.probe->binary.string(), proven_text(engine, found.probe->version));
  else
    text += can_launch(engine)
                ? "  binary        not found here (name it with --binary PATH)\n"
                : fmt::format("  binary        none: asked where it runs, with measure or check {} --url\n", engine.name);
  if (!found.daemon.empty()) text += "  daemon        " + found.daemon + "\n";
  text += apis_text(engine);
  std::string rows, lacking;
  for (const auto& row : engine.parameters) {
    const auto& parameter = row.parameter;
    const auto* probed = found.probe ? found.probe->find(parameter.name) : nullptr;
    if (found.probe && (!probed || !probed->spelling)) {
      lacking +=
          fmt::format("  {}  {}\n", padded(parameter.name, 18), probed ? escape_control(probed->lacking) : "not in its help");
      continue;
    }
    rows += fmt::format("  {}  {}  {}  {}  {}\n", padded(parameter.name, 18), padded(probed ? *probed->spelling : "-", 28),
                        padded(sweetspot::text(probed ? probed->default_value : parameter.default_value), 8),
                        padded(to_string(parameter.effect), 10), domain_text(parameter.domain));
  }
  text += fmt::format("\n  {}  {}  {}  {}  {}\n", padded("parameter", 18), padded("spelling in this binary", 28),
                      padded("default", 8), padded("effect", 10), "values") +
          rows;
  if (!lacking.empty()) text += "\n  This binary lacks\n" + lacking;
  return text;
}

/// A list of words ("any text" where there is none), or the ends of a range (with the words that are allowed beside it).
Json values_document(const Domain& domain) {
  if (const auto* choices = std::get_if<Choices>(&domain)) {
    return choices->words.empty() ? Json("any text") : Json(choices->words);
  }
  if (const auto* range = std::get_if<IntegerRange>(&domain)) {
    Json json{{"from", range->low}, {"to", range->high}};
    if (!range->words.empty()) json["words"] = range->words;
    return json;
  }
  if (const auto* range = std::get_if<RealRange>(&domain)) return {{"from", range->low}, {"to", range->high}};
  return {"on", "off"};
}

Json parameter_document(const Parameter& parameter, const ProbedParameter* probed) {
  Json json;
  json["name"] = parameter.name;
  json["spelling"] = probed && probed->spelling ? Json(*probed->spelling) : Json(nullptr);
  json["values"] = values_document(parameter.domain);
  json["default"] = value_to_json(probed ? probed->default_value : parameter.default_value);
  json["scope"] = to_string(parameter.scope);
  json["effect"] = to_string(parameter.effect);
  json["lacking"] = probed && !probed->lacking.empty() ? Json(probed->lacking) : Json(nullptr);
  json["description"] = parameter.description;
  return json;
}

/// Models found here that the engine loads.
Json models_document(const EngineDescriptor& engine, const InstalledModels& installed) {
  Json list = Json::array();
  for (const InstalledModel& model : installed.models) {
    if (takes(engine, model))
      list.push_back({{"name", model.name},
                      {"path", model.path.string()},
                      {"format", model.format},
                      {"source", model.source},
                      {"size_bytes", model.size_bytes}});
  }
  return list;
}

Json apis_document(const EngineDescriptor& engine) {
  Json list = Json::array();
  for (const Api api : apis_of(engine)) {
    const auto offer = engine.protocol.apis.find(api);
    list.push_back({{"api", to_string(api)},
                    {"path", api_path(engine.protocol, api)},
                    {"note", offer == engine.protocol.apis.end() ? "" : offer->second.note}});
  }
  return list;
}

Json to_document(const std::vector<FoundEngine>& engines, const InstalledModels& installed) {
  Json list = Json::array();
  for (const auto& [engine, probe, problem, daemon] : engines) {
    Json json;
    json["name"] = engine.name;
    json["found"] = probe.has_value();
    json["binary"] = probe ? Json(probe->binary.string()) : Json(nullptr);
    json["version"] = probe ? Json(probe->version) : Json(nullptr);
    json["proven"] = probe ? proven(engine, probe->version) : "never";
    json["origin"] = engine.origin;
    json["problem"] = problem.empty() ? Json(nullptr) : Json(problem);
    json["daemon"] = daemon.empty() ? Json(nullptr) : Json(daemon);
    json["apis"] = apis_document(engine);
    json["parameters"] = Json::array();
    for (const auto& row : engine.parameters)
      json["parameters"].push_back(parameter_document(row.parameter, probe ? probe->find(row.parameter.name) : nullptr));
    json["models"] = models_document(engine, installed);
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace

}  // namespace sweetspot
