#include "demo_engine/server/endpoints.hpp"

#include <nlohmann/json.hpp>

namespace demo {

using Json = nlohmann::ordered_json;

namespace {

// What the template of the model does, in the language that clients expect there; the engine's own renders the same.
constexpr const char* template_text =
    "{%- for message in messages %}<|im_start|>{{ message.role }}\\n{{ message.content }}<|im_end|>\\n{%- endfor %}"
    "{%- if add_generation_prompt %}<|im_start|>assistant\\n{%- endif %}";

const char* word(bool value) { return value ? "on" : "off"; }

}  // namespace

void answer_health(Engine&, const HttpRequest&, Responder& responder) { responder.send(200, R"({"status":"ok"})"); }

void answer_properties(Engine& engine, const HttpRequest&, Responder& responder) {
  const Options& said = engine.said;
  Json body = Json::object();
  body["default_generation_settings"] = {{"params", {{"temperature", 0.8}, {"top_k", 40}, {"top_p", 0.95}, {"min_p", 0.05}}},
                                         {"n_ctx", said.context}};
  body["total_slots"] = said.parallel;
  body["model_alias"] = said.alias;
  body["model"] = said.model;
  body["machine"] = said.machine;
  body["time_scale"] = said.time_scale;
  body["speculation"] = {{"type", said.spec_type}, {"draft_depth", said.draft_depth}, {"optimistic", word(said.optimistic)}};
  if (said.spec_type == "draft-simple") body["speculation"]["draft_model"] = said.draft_model;
  body["kv_type_k"] = said.kv_type_k;
  body["kv_type_v"] = said.kv_type_v;
  body["flash_attention"] = word(said.flash_attention);
  body["stream_interval"] = said.stream_interval;
  body["cache_prompt"] = word(said.cache_prompt);
  body["reasoning"] = word(said.reasoning);
  body["batch"] = said.batch;
  body["chat_template"] = template_text;
  responder.send(200, body.dump());
}

void answer_models(Engine& engine, const HttpRequest&, Responder& responder) {
  const Json body = {
      {"object", "list"},
      {"data", Json::array({{{"id", engine.said.alias}, {"object", "model"}, {"owned_by", "sweetspot-demo-engine"}}})}};
  responder.send(200, body.dump());
}

}  // namespace demo
