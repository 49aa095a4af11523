#include "backends/model.hpp"

#include "backends/emission.hpp"
#include "backends/gguf.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace sweetspot {

ModelIdentity find_model(const EngineDescriptor& engine, const std::string& named, const std::string& option) {
  const auto& built_in = engine.identity.models;
  if (built_in.empty()) {
    if (named.empty()) throw Error{"no model was named", "give a model file with " + option};
    return read_gguf(named);
  }
  ModelIdentity model;
  model.name = named.empty() ? built_in.front() : named;
  if (std::ranges::find(built_in, model.name) == built_in.end())
    throw Error{engine.name + " has no model \"" + escape_control(named) + "\"",
                did_you_mean(named, built_in, "it has " + listed(built_in))};
  model.path = model.name;
  model.sha256 = digest(model.name);
  model.architecture = "built in";
  model.has_chat_template = true;
  model.nextn_predict_layers = 1;  // what drafts for it is built in, too
  return model;
}

ModelIdentity model_now(const ModelIdentity& saved) { return saved.size_bytes > 0 ? read_gguf(saved.path) : saved; }

}  // namespace sweetspot
