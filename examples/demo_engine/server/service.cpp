#include "demo_engine/server/service.hpp"

#include "demo_engine/server/endpoints.hpp"
#include "demo_engine/server/request.hpp"
#include "demo_engine/server/response_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace demo {

namespace {

struct Route {
  std::string_view method;
  std::string_view path;
  void (*handle)(Engine&, const HttpRequest&, Responder&);
};

constexpr std::array<Route, 9> routes{{
    {"GET", "/health", answer_health},
    {"GET", "/props", answer_properties},
    {"GET", "/v1/models", answer_models},
    {"POST", "/v1/chat/completions", answer_chat},
    {"POST", "/chat/completions", answer_chat},
    {"POST", "/completion", answer_completion},
    {"POST", "/tokenize", answer_tokenize},
    {"POST", "/detokenize", answer_detokenize},
    {"POST", "/apply-template", answer_template},
}};

void send_error(Responder& responder, int status, const std::string& message, const std::string& type) {
  using Json = nlohmann::ordered_json;
  responder.send(status, error_json(status, message, type).dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

void serve(Engine* engine, const HttpRequest& request, Responder& responder) {
  try {
    if (engine == nullptr) throw BadRequest("Loading model", 503, "unavailable_error");
    const auto known = std::find_if(routes.begin(), routes.end(), [&](const Route& route) { return route.path == request.path; });
    if (known == routes.end()) throw BadRequest("File Not Found", 404, "not_found_error");
    if (known->method != request.method)
      throw BadRequest(fmt::format("{} takes {}, not {}", request.path, known->method, request.method), 405);
    known->handle(*engine, request, responder);
  } catch (const BadRequest& error) {
    send_error(responder, error.status(), error.what(), error.type());
  } catch (const std::exception& error) {
    log_line(fmt::format("error: {} {}: {}", request.method, request.path, error.what()));
    send_error(responder, 500, error.what(), "server_error");
  }
}

}  // namespace demo
