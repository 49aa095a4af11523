#include "live/standin_calls.hpp"

#include "live/standin_json.hpp"

#include <algorithm>
#include <utility>

namespace sweetspot::standin {

namespace {

Json& call_of(Json& chunk) { return (*delta_of(chunk))["tool_calls"][0]; }
int index_of(const Json& chunk) { return chunk.at(Json::json_pointer("/choices/0/delta/tool_calls/0")).value("index", 0); }

Json without_last_brace(const std::string& event);
std::vector<Json> reversed(std::vector<Json> pieces);
std::vector<Json> respaced(const std::vector<Json>& pieces);

}  // namespace

void CallFault::take(Json& chunk, std::vector<std::string>& events) {
  for (Json& call : (*delta_of(chunk))["tool_calls"]) {
    if (fault_ == "tool_index_zero") call["index"] = 0;
    if (fault_ == "tool_name_drop" && call.contains("function") && call["function"].contains("name"))
      call["function"]["name"] = nullptr;
    if (fault_ == "same_call_ids" && call.contains("id")) call["id"] = "call_" + std::to_string(call.value("index", 0));
  }
  if (fault_ == "last_brace") return take_last_brace(chunk, events);
  if (fault_ == "calls_reversed" || fault_ == "arguments_respaced") return keep(chunk, events);
  events.push_back(chunk.dump());
}

void CallFault::take_last_brace(Json& chunk, std::vector<std::string>& events) {
  if (!held_.empty()) {
    if (index_of(Json::parse(held_)) == index_of(chunk)) {
      events.push_back(std::exchange(held_, {}));
    } else {
      release(events);
    }
  }
  held_ = chunk.dump();
}

/// What the chunk brings beside calls goes out at once.
void CallFault::keep(Json& chunk, std::vector<std::string>& events) {
  Json rest = chunk;
  const Json calls = std::exchange((*delta_of(rest))["tool_calls"], {});
  delta_of(rest)->erase("tool_calls");
  if (!delta_of(rest)->empty()) events.push_back(rest.dump());
  for (const Json& call : calls) {
    *delta_of(rest) = Json{{"tool_calls", Json::array({call})}};
    kept_.push_back(rest.dump());
  }
}

void CallFault::release(std::vector<std::string>& events) {
  if (!held_.empty()) events.push_back(without_last_brace(std::exchange(held_, {})).dump());
  std::vector<Json> pieces;
  pieces.reserve(kept_.size());
  for (const std::string& piece : std::exchange(kept_, {})) pieces.push_back(Json::parse(piece));
  for (const Json& piece : fault_ == "calls_reversed" ? reversed(pieces) : respaced(pieces)) events.push_back(piece.dump());
}

void damage_calls(std::string_view fault, Json& message) {
  if (!message.contains("tool_calls") || !message["tool_calls"].is_array()) return;
  Json& calls = message["tool_calls"];
  if (fault == "calls_reversed") std::reverse(calls.begin(), calls.end());
  int index = 0;
  for (Json& call : calls) {
    if (fault == "calls_reversed" && call.contains("index")) call["index"] = index;
    if (fault == "same_call_ids") call["id"] = "call_" + std::to_string(index);
    ++index;
    if (fault != "args_object_nonstream") continue;
    const Json arguments = Json::parse(call["function"].value("arguments", ""), nullptr, false);
    if (arguments.is_object()) call["function"]["arguments"] = arguments;
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

/// The last call first, and numbered as if it had been.
std::vector<Json> reversed(std::vector<Json> pieces) {
  int last = 0;
  for (Json& piece : pieces) last = std::max(last, index_of(piece));
  for (Json& piece : pieces) call_of(piece)["index"] = last - index_of(piece);
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const Json& one, const Json& other) { return index_of(one) < index_of(other); });
  return pieces;
}

/// A piece for each call, its arguments spread over lines. Arguments that are no JSON stay as they are.
std::vector<Json> respaced(const std::vector<Json>& pieces) {
  std::vector<Json> calls;
  for (Json piece : pieces) {
    if (calls.empty() || index_of(calls.back()) != index_of(piece)) {
      calls.push_back(piece);
      continue;
    }
    Json& function = call_of(calls.back())["function"];
    function["arguments"] = function.value("arguments", "") + call_of(piece)["function"].value("arguments", "");
  }
  for (Json& call : calls) {
    Json& function = call_of(call)["function"];
    const Json arguments = Json::parse(function.value("arguments", ""), nullptr, false);
    if (!arguments.is_discarded()) function["arguments"] = arguments.dump(2);
  }
  return calls;
}

}  // namespace

}  // namespace sweetspot::standin
