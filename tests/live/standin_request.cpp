#include "live/standin_request.hpp"

#include "live/standin_json.hpp"

namespace sweetspot::standin {

namespace {

constexpr int refused_every = 17;

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

const std::vector<std::string_view>& request_fault_names() {
  static const std::vector<std::string_view> names{"sampled_greedy", "refused_once"};
  return names;
}

bool is_refused(std::string_view fault, const ChatRequest& request) {
  return fault == "refused_once" && request.number > 0 && request.number % refused_every == 0;
}

std::string passed_on(std::string_view fault, const ChatRequest& request, const std::string& body) {
  if (fault != "sampled_greedy" || request.temperature <= 0) return body;
  Json asked = Json::parse(body);
  asked["temperature"] = 0;
  return asked.dump();
}

}  // namespace sweetspot::standin
