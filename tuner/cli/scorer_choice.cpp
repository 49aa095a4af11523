#include "cli/scorer_choice.hpp"

#include "backends/model.hpp"
#include "core/error.hpp"
#include "run/capabilities.hpp"

#include <string>
#include <utility>

namespace sweetspot {
namespace {

ScorerSetup resolved(EngineDescriptor engine, const std::string& model, Context& context) {
  if (!scores_texts(engine.protocol))
    throw Error{engine.name + " cannot score: its descriptor has no log probabilities or no token ids", "name another --scorer"};
  const auto binary = find_executable(engine, "", context.environment.search_path());
  if (!binary) throw Error{engine.name + " was not found here", "install it, or name another --scorer"};
  ScorerSetup setup;
  setup.model = find_model(engine, model, "--scorer-model FILE");
  setup.probe = probe_binary(engine, *binary, context.interrupt);
  setup.engine = std::move(engine);
  return setup;
}

}  // namespace

std::optional<ScorerSetup> chosen_scorer(const Options& options, Context& context, const LiveSetup& setup) {
  const std::string& model = options.scorer_model.empty() ? setup.model.path : options.scorer_model;
  if (options.scorer == "none") return std::nullopt;
  const auto engines = catalog(context.paths.engines_folder);
  if (!options.scorer.empty()) return resolved(find_engine(engines, options.scorer), model, context);
  for (const EngineDescriptor& engine : engines) {
    if (engine.name == setup.engine.name) continue;
    try {
      return resolved(engine, model, context);
    } catch (const Error&) {  // not this one: nobody asked for it
      continue;
    }
  }
  if (!options.scorer_model.empty())
    throw Error{"no engine here can score with " + options.scorer_model, "name one that is installed with --scorer"};
  return std::nullopt;
}

}  // namespace sweetspot
