#include "cli/stored_request.hpp"

#include "core/error.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>
#include <vector>

namespace sweetspot {

void save_options(Store& store, const std::string& id, const std::string& engine, const Options& options) {
  nlohmann::ordered_json request;
  request["arguments"] = options.arguments;
  request["folder"] = std::filesystem::current_path().string();
  request["engine"] = engine;
  request["model"] = options.model;
  request["budget_ms"] = options.budget.count();
  store.save_request(id, request);
}

Options stored_options(const Store& store, const std::string& id, const Options& now, const Context& context) {
  const nlohmann::ordered_json request = store.load_request(id);
  if (request.is_null())
    throw Error{"study " + id.substr(0, 8) + " was stored without its request", "start it anew with: sweetspot tune"};
  std::error_code error;
  std::filesystem::current_path(request.at("folder").get<std::string>(), error);
  if (error)
    throw Error{"the folder that the study was started in is gone: " + request.at("folder").get<std::string>(),
                "start it anew with: sweetspot tune"};
  Options options =
      parse_options(request.at("arguments").get<std::vector<std::string>>(), context.environment, context.paths.config_file);
  // One of several studies that were asked for at once.
  if (request.contains("engine")) options.engine = request.at("engine").get<std::string>();
  if (request.contains("model")) options.model = request.at("model").get<std::string>();
  if (request.contains("budget_ms")) options.budget = std::chrono::milliseconds(request.at("budget_ms").get<std::int64_t>());
  options.json = now.json;
  options.output = now.output;
  options.quiet = now.quiet;
  options.store = now.store;
  if (now.budget_given) options.budget = now.budget;
  return options;
}

}  // namespace sweetspot
