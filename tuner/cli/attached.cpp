#include "cli/attached.hpp"

#include "backends/recognition.hpp"
#include "cli/output.hpp"
#include "cli/url.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace sweetspot {
namespace {

using Json = nlohmann::json;

/// The engine that the user names, else the one that the server is recognised as, else any with an OpenAI-style API.
EngineDescriptor spoken_to(const AttachedServer& server, const Options& options, Context& context) {
  if (!options.engine_file.empty())
    return read_descriptor(read_named_file(options.engine_file, "--engine-file"), options.engine_file.string());
  const auto engines = catalog(context.paths.engines_folder);
  if (!options.engine.empty()) return find_engine(engines, options.engine);
  const EngineDescriptor* known = recognised(engines, telling_answers(engines, server.endpoint, context.interrupt));
  if (known == nullptr) return find_engine(engines, "openai");
  if (!options.quiet)
    context.err << fmt::format("the server at {} is {}; name another engine to speak to it otherwise\n",
                               escape_control(server.url), known->name);
  return *known;
}

HttpResponse models_of(const AttachedServer& server, const InterruptFlag& interrupt) {
  try {
    return http_get(server.endpoint, "/v1/models", {limits::connect_timeout, limits::short_request_timeout}, interrupt);
  } catch (const TrialError& error) {
    throw Error{fmt::format("nothing answers at {}: {}", server.url, error.failure().detail),
                "is the server running, and may this machine reach it?"};
  }
}

std::string listed_model(const AttachedServer& server, const std::string& key_variable, const InterruptFlag& interrupt) {
  const HttpResponse models = models_of(server, interrupt);
  if (models.status == 401 || models.status == 403)
    throw Error{
        fmt::format("{} wants an API key (HTTP {})", server.url, models.status),
        fmt::format("set {} in the environment; it is sent to this server alone, and neither shown nor stored", key_variable)};
  const Json json = Json::parse(models.body, nullptr, false);
  const bool listed = models.status == 200 && json.is_object() && json.contains("data") && json["data"].is_array() &&
                      !json["data"].empty() && json["data"][0].is_object();
  if (!listed)
    throw Error{server.url + " answers /v1/models with HTTP " + std::to_string(models.status) + " and no model",
                "is it the base address of an OpenAI-compatible server? Name the model with -m if it lists none"};
  return json["data"][0].value("id", "");
}

}  // namespace

AttachedServer attached_server(const std::string& url, const std::string& key_variable, const std::string& model,
                               const Options& options, Context& context) {
  AttachedServer server;
  server.url = url;
  server.endpoint = endpoint_from_url(url);
  server.endpoint.api_key = context.environment.variable(key_variable);
  server.engine = spoken_to(server, options, context);
  server.endpoint.headers = server.engine.protocol.headers;
  const std::string& fixed = server.engine.protocol.model;
  const bool is_fixed = fixed != "{alias}" && fixed != "{model}";
  server.model = !model.empty() ? model : is_fixed ? fixed : listed_model(server, key_variable, context.interrupt);
  return server;
}

void refuse_launch_options(const Options& options) {
  const std::pair<bool, const char*> given[] = {{!options.set.empty(), "--set"},
                                                {!options.binary.empty(), "--binary"},
                                                {!options.draft_model.empty(), "--draft-model"},
                                                {options.context.has_value(), "--context"},
                                                {options.port != 0, "--port"},
                                                {!options.engine_arguments.empty(), "what follows --"}};
  for (const auto& [is_given, name] : given) {
    if (is_given)
      throw Error{fmt::format("{} is about a server that sweetspot launches, and --url names one that already runs", name),
                  "leave one of the two out"};
  }
}

}  // namespace sweetspot
