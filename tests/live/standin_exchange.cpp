#include "live/standin_exchange.hpp"

#include "live/standin_http.hpp"
#include "live/standin_json.hpp"

#include <array>

namespace sweetspot::standin {

namespace {

constexpr int refused_every = 17;

/// Their letters may be large or small.
struct MediaType {
  const char* usual;
  const char* odd;
};
constexpr std::array media_types{MediaType{"text/event-stream", "Text/Event-Stream"},
                                 MediaType{"application/json", "Application/JSON; charset=UTF-8"}};

}  // namespace

ChatRequest chat_request(int number, const std::string& body) {
  ChatRequest request;
  request.number = number;
  Json asked = Json::parse(body, nullptr, false);
  if (!asked.is_object()) return request;
  request.logprobs = asked.contains("logprobs") && asked["logprobs"].is_boolean() && asked["logprobs"].get<bool>();
  if (asked.contains("temperature") && asked["temperature"].is_number()) request.temperature = asked["temperature"].get<double>();
  return request;
}

const std::vector<std::string_view>& exchange_fault_names() {
  static const std::vector<std::string_view> names{"sampled_greedy", "stop_ignored",      "form_ignored",
                                                   "refused_once",   "content_type_case", "early_hints"};
  return names;
}

bool is_refused(std::string_view fault, const ChatRequest& request) {
  return fault == "refused_once" && request.number > 0 && request.number % refused_every == 0;
}

std::string passed_on(std::string_view fault, const ChatRequest& request, const std::string& body) {
  const bool greedy = fault == "sampled_greedy" && request.temperature > 0;
  const bool endless = fault == "stop_ignored" && request.number > 0;
  const bool formless = fault == "form_ignored" && request.number > 0;
  if (!greedy && !endless && !formless) return body;
  Json asked = Json::parse(body);
  if (greedy) asked["temperature"] = 0;
  if (endless) asked.erase("stop");
  if (formless) asked.erase("response_format");
  return asked.dump();
}

std::string interim_answer(std::string_view fault) {
  if (fault != "early_hints") return {};
  return "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n";
}

std::string answer_head(std::string_view fault, const std::string& head) {
  if (fault != "content_type_case") return head;
  const std::string type = header(head, "content-type");
  for (const MediaType& known : media_types) {
    if (type.starts_with(known.usual)) return with_header(without_headers(head, {"content-type"}), "Content-Type", known.odd);
  }
  return head;
}

}  // namespace sweetspot::standin
