#include "cli/stored_request.hpp"

#include "core/error.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <system_error>
#include <vector>

namespace sweetspot {

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
  options.json = now.json;
  options.output = now.output;
  options.quiet = now.quiet;
  options.store = now.store;
  if (now.budget_given) options.budget = now.budget;
  return options;
}

}  // namespace sweetspot
