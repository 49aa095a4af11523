#include "live/standin_typed.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace sweetspot::standin {

using Json = nlohmann::ordered_json;

namespace {

constexpr int dropped_delta = 3;

std::string event_text(const std::string& name, const std::string& data) {
  return (name.empty() ? "" : "event: " + name + "\n") + "data: " + data + "\n\n";
}

/// The piece of arguments that the event brings, or null.
Json* arguments_of(Json& event) {
  if (event.value("type", "") == "response.function_call_arguments.delta") return &event["delta"];
  if (event.value("type", "") == "content_block_delta" && event["delta"].value("type", "") == "input_json_delta")
    return &event["delta"]["partial_json"];
  return nullptr;
}

bool is_text(const Json& event) {
  const std::string type = event.value("type", "");
  return type == "response.output_text.delta" ||
         (type == "content_block_delta" && event.at("delta").value("type", "") == "text_delta");
}

}  // namespace

const std::vector<std::string_view>& typed_fault_names() {
  static const std::vector<std::string_view> names{"typed_drop", "typed_brace", "typed_no_end"};
  return names;
}

std::string TypedFault::take(const std::string& name, const std::string& data) {
  Json event = Json::parse(data, nullptr, false);
  if (!event.is_object()) return event_text(name, data);
  const std::string type = event.value("type", "");
  std::string whole = event_text(name, data);
  if (fault_ == "typed_drop" && is_text(event) && ++deltas_ == dropped_delta) return {};
  if (fault_ == "typed_no_end" && (type == "message_stop" || type == "response.completed")) return {};
  if (fault_ != "typed_brace") return whole;
  Json* arguments = arguments_of(event);
  if (arguments == nullptr) {
    // What was kept back was the last piece.
    held_.clear();
    return std::exchange(braced_, {}) + whole;
  }
  std::string shortened = arguments->get<std::string>();
  if (!shortened.empty() && shortened.back() == '}') shortened.pop_back();
  *arguments = shortened;
  braced_ = event_text(name, event.dump());
  return std::exchange(held_, whole);
}

}  // namespace sweetspot::standin
