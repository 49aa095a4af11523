#pragma once

#include "demo_engine/server/connection.hpp"
#include "demo_engine/server/engine.hpp"

namespace demo {

/// Answers one HTTP request. Never throws: what is wrong with a request is said in an error object. `engine` is null while
/// it loads.
void serve(Engine* engine, const HttpRequest& request, Responder& responder);

}  // namespace demo
