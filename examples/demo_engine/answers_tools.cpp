#include "demo_engine/answers.hpp"
#include "demo_engine/tool_calls.hpp"
#include "demo_engine/values.hpp"
#include "demo_engine/wording.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace demo {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t shown_max = 300;     // characters of a result that is no JSON
constexpr std::size_t request_max = 1500;  // more than that is a text with a question before or after it

std::string shown(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string spoken(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

/// "city: Bergen" of what was asked for, to name the result by.
std::string sentence_of(const Json& result) {
  const auto has = [&](const char* key) { return result.contains(key); };
  if (has("city") && has("condition") && has("temperature"))
    return fmt::format("The weather in {} is {} with {} degrees celsius.", shown(result["city"]), shown(result["condition"]),
                       shown(result["temperature"]));
  if (has("error")) return fmt::format("That did not work: {}.", shown(result["error"]));
  std::string text;
  for (const auto& [key, value] : result.items())
    text += fmt::format("{}the {} is {}", text.empty() ? "" : ", ", spoken(key), shown(value));
  if (text.empty()) return "The tool gave no result.";
  text.front() = 'T';
  return text + ".";
}

/// The arguments of the calls that were made, for results that say only that all went well.
std::vector<Json> calls_made(std::string_view turn) {
  std::vector<Json> calls;
  for (const std::string& line : lines_of(turn)) {
    Json call = Json::parse(line, nullptr, false);
    if (call.is_object() && call.contains("name") && call.contains("arguments")) calls.push_back(std::move(call));
  }
  return calls;
}

std::string done_sentence(const Json& call) {
  std::string text = fmt::format("Done: {}", spoken(shown(call["name"])));
  if (!call["arguments"].is_object()) return text + ".";
  for (const auto& [key, value] : call["arguments"].items()) text += fmt::format(", {} {}", spoken(key), shown(value));
  return text + ".";
}

/// The wishes of a long text are in its last paragraph or in its first one, unless the text itself is the value.
std::vector<PlannedCall> wished_calls(const Conversation& conversation, std::string_view request) {
  const auto last = request.rfind("\n\n");
  if (request.size() <= request_max || last == std::string_view::npos || verbatim_in(request))
    return calls_for(request, conversation.tools, conversation.must_call);
  std::vector<PlannedCall> calls = calls_for(request.substr(last + 2), conversation.tools, false);
  if (calls.empty())
    calls = calls_for(request.substr(0, std::min(request_max, request.find("\n\n"))), conversation.tools, conversation.must_call);
  return calls;
}

}  // namespace

std::optional<Answer> tool_answer(const Conversation& conversation, std::string_view request) {
  const std::vector<PlannedCall> calls = wished_calls(conversation, request);
  if (calls.empty()) return std::nullopt;
  Answer answer;
  Stage stage;
  std::vector<Span>& spans = stage.wordings.emplace_back();
  for (const PlannedCall& call : calls) {
    if (!spans.empty()) spans.push_back({"\n", Firmness::value, false});
    spans.push_back({"<tool_call>", Firmness::value, true});
    spans.push_back({"\n" + call_text(call) + "\n", Firmness::value, false});
    spans.push_back({"</tool_call>", Firmness::value, true});
  }
  answer.stages.push_back(std::move(stage));
  return answer;
}

Answer after_tools(const Conversation& conversation) {
  std::size_t first = conversation.turns.size();
  while (first > 0 && conversation.turns[first - 1].role == "tool") --first;
  std::vector<Json> calls;
  if (first > 0) calls = calls_made(conversation.turns[first - 1].text);
  std::string text;
  for (std::size_t i = first; i < conversation.turns.size(); ++i) {
    const std::string& result = conversation.turns[i].text;
    const Json json = Json::parse(result, nullptr, false);
    const bool only_status = json.is_object() && json.size() == 1 && (json.contains("status") || json.contains("ok"));
    if (!text.empty()) text += " ";
    if (only_status && i - first < calls.size())
      text += done_sentence(calls[i - first]);
    else if (json.is_object())
      text += sentence_of(json);
    else
      text += fmt::format("The result is: {}", stripped(std::string_view(result).substr(0, shown_max)));
  }
  return plain_answer(text);
}

}  // namespace demo
