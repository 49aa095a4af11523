#pragma once

#include "demo_engine/server/connection.hpp"
#include "demo_engine/server/engine.hpp"

/// One function for each endpoint. They throw BadRequest for what the client did wrong.
namespace demo {

void answer_health(Engine& engine, const HttpRequest& http, Responder& responder);
void answer_properties(Engine& engine, const HttpRequest& http, Responder& responder);
void answer_models(Engine& engine, const HttpRequest& http, Responder& responder);
void answer_chat(Engine& engine, const HttpRequest& http, Responder& responder);
/// Token ids or text -> the text that follows, with the next tokens' probabilities.
void answer_completion(Engine& engine, const HttpRequest& http, Responder& responder);
void answer_tokenize(Engine& engine, const HttpRequest& http, Responder& responder);
void answer_detokenize(Engine& engine, const HttpRequest& http, Responder& responder);
void answer_template(Engine& engine, const HttpRequest& http, Responder& responder);

}  // namespace demo
