#include "demo_engine/server/traps_dialect.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace demo {

namespace {

using Json = nlohmann::ordered_json;

constexpr int noise_every = 5;  ///< events

constexpr const char* keep_alive_chunk =
    R"({"id":"keepalive","object":"chat.completion.chunk","model":"keepalive","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]})";
constexpr const char* progress_frame = R"({"mtplx_progress":{"phase":"prefill","done":128,"all":512}})";

/// Bytes that end anywhere, also inside a character.
void cut_anywhere(std::vector<std::string>& writes, std::string_view bytes) {
  for (std::size_t size = 1; !bytes.empty(); size = size * 5 % 61 + 1) {
    writes.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
}

/// Everything that the format of event streams allows and few servers do.
void speak_oddly(Wire& wire) {
  const std::string data(wire.data);
  const bool object = data.starts_with('{');
  std::string text = wire.number == 0 ? "\xEF\xBB\xBF" : "";
  switch (wire.number % 5) {
    case 0: text += "data: " + data + "\r\n\r\n"; break;
    case 1: text += ": still here\r\n\r\ndata:" + data + "\r\n\r\n"; break;
    case 2: text += "weather: fine\ndata: " + data + "\n\n"; break;
    case 3: text += "data: " + data + "\r\r"; break;
    default: text += object ? "data: {\r\ndata:" + data.substr(1) + "\r\n\r\n" : "data: " + data + "\r\n\r\n";
  }
  cut_anywhere(wire.writes, text);
}

std::string framed(const std::string& data) { return "data: " + data + "\n\n"; }
std::string framed(const Json& json) { return framed(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

/// The words of the parameter, each between two "+".
class Words {
public:
  explicit Words(const std::string& parameter) : all_("+" + parameter + "+") {}
  bool has(const std::string& word) const { return all_.find("+" + word + "+") != std::string::npos; }

private:
  std::string all_;
};

/// Thoughts under the engine's name for them, in a delta or a message.
void rename_thoughts(const Words& words, Json& document) {
  if (!words.has("reasoning") && !words.has("both-reasonings")) return;
  if (!document.contains("choices")) return;
  for (Json& choice : document["choices"]) {
    for (const char* part : {"delta", "message"}) {
      if (!choice.contains(part) || !choice[part].contains("reasoning_content")) continue;
      Json& holder = choice[part];
      holder["reasoning"] = holder["reasoning_content"];
      if (!words.has("both-reasonings")) holder.erase("reasoning_content");
    }
  }
}

bool has_choice(const Json& document) { return document.contains("choices") && !document["choices"].empty(); }

bool finishes(const Json& document) {
  return has_choice(document) && document["choices"][0].value("finish_reason", Json()).is_string();
}

/// Fragments of calls are kept until the answer ends: true when the event holds nothing else.
bool keep_calls(Json& document, Json& kept) {
  if (!has_choice(document) || !document["choices"][0].contains("delta")) return false;
  Json& delta = document["choices"][0]["delta"];
  if (!delta.contains("tool_calls")) return false;
  for (const Json& fragment : delta["tool_calls"]) {
    const auto same = std::find_if(kept.begin(), kept.end(),
                                   [&](const Json& call) { return call.value("index", -1) == fragment.value("index", -1); });
    if (same == kept.end()) {
      kept.push_back(fragment);
    } else {
      std::string& arguments = (*same)["function"]["arguments"].get_ref<std::string&>();
      arguments += fragment["function"].value("arguments", "");
    }
  }
  delta.erase("tool_calls");
  return delta.empty();
}

void add_noise(const Words& words, int number, std::vector<std::string>& writes) {
  if (number % noise_every != 0) return;
  if (words.has("keepalive-chunks")) writes.push_back(framed(std::string(keep_alive_chunk)));
  if (words.has("keepalive-comments")) writes.emplace_back(": keepalive 128/512\n\n");
  if (words.has("progress-frames")) writes.push_back(framed(std::string(progress_frame)));
}

/// The finish event waits in the memory for the counts, which come next.
void speak_as(const Words& words, Wire& wire, TrapMemory& memory) {
  add_noise(words, wire.number, wire.writes);
  Json document = Json::parse(wire.data, nullptr, false);
  if (!document.is_object()) {
    wire.writes.push_back(framed(std::string(wire.data)));
    return;
  }
  rename_thoughts(words, document);
  Json state = memory.text.empty() ? Json{{"calls", Json::array()}, {"finish", nullptr}} : Json::parse(memory.text);
  const bool role_only = wire.number == 0 && words.has("no-role");
  const bool only_calls = words.has("whole-calls") && keep_calls(document, state["calls"]);
  const bool merges = words.has("usage-on-finish") || words.has("usage-twice");
  if (finishes(document) && !state["calls"].empty()) {
    Json calls = document;
    calls["choices"][0] = {{"index", 0}, {"delta", {{"tool_calls", state["calls"]}}}, {"finish_reason", nullptr}};
    wire.writes.push_back(framed(calls));
    state["calls"] = Json::array();
  }
  if (document.contains("usage") && words.has("usage-object")) document["object"] = "chat.completion";
  if (role_only || only_calls) {
    wire.writes.emplace_back();
  } else if (finishes(document) && merges) {
    state["finish"] = document;
    wire.writes.emplace_back();
  } else {
    if (document.contains("usage") && state["finish"].is_object()) {
      state["finish"]["usage"] = document["usage"];
      wire.writes.push_back(framed(state["finish"]));
      if (words.has("usage-twice")) wire.writes.push_back(framed(document));
    } else {
      wire.writes.push_back(framed(document));
    }
  }
  memory.text = state.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void speak_dialect(Wire& wire, const Strike& strike) {
  const Words words(strike.parameter);
  if (strike.facts.streaming) {
    if (strike.parameter.empty()) {
      speak_oddly(wire);
    } else {
      speak_as(words, wire, strike.memory);
    }
    return;
  }
  Json document = Json::parse(wire.data, nullptr, false);
  if (!document.is_object()) return;
  rename_thoughts(words, document);
  wire.writes.push_back(document.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace demo
