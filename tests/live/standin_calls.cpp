#include "live/standin_calls.hpp"

#include "live/standin_json.hpp"

#include <utility>

namespace sweetspot::standin {

namespace {

Json without_last_brace(const std::string& event);

}  // namespace

void CallFault::take(Json& chunk, std::vector<std::string>& events) {
  for (Json& call : (*delta_of(chunk))["tool_calls"]) {
    if (fault_ == "tool_index_zero") call["index"] = 0;
    if (fault_ == "tool_name_drop" && call.contains("function") && call["function"].contains("name"))
      call["function"]["name"] = nullptr;
  }
  if (fault_ != "last_brace") {
    events.push_back(chunk.dump());
    return;
  }
  const auto call_index = [](Json& event) { return (*delta_of(event))["tool_calls"][0].value("index", 0); };
  if (!held_.empty()) {
    Json held = Json::parse(held_);
    if (call_index(held) == call_index(chunk)) {
      events.push_back(std::exchange(held_, {}));
    } else {
      release(events);
    }
  }
  held_ = chunk.dump();
}

void CallFault::release(std::vector<std::string>& events) {
  if (!held_.empty()) events.push_back(without_last_brace(std::exchange(held_, {})).dump());
}

void damage_calls(std::string_view fault, Json& message) {
  if (!message.contains("tool_calls") || !message["tool_calls"].is_array()) return;
  if (fault == "args_object_nonstream") {
    for (Json& call : message["tool_calls"]) {
      const Json arguments = Json::parse(call["function"].value("arguments", ""), nullptr, false);
      if (arguments.is_object()) call["function"]["arguments"] = arguments;
    }
  }
}

namespace {

Json without_last_brace(const std::string& event) {
  Json held = Json::parse(event);
  Json& call = (*delta_of(held))["tool_calls"][0];
  if (call.contains("function") && call["function"].contains("arguments")) {
    std::string arguments = call["function"]["arguments"];
    if (!arguments.empty() && arguments.back() == '}') arguments.pop_back();
    call["function"]["arguments"] = arguments;
  }
  return held;
}

}  // namespace

}  // namespace sweetspot::standin
