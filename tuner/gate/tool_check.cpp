#include "gate/tool_check.hpp"

#include "core/text.hpp"
#include "gate/strict_json.hpp"
#include "gate/tool_schema.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <set>

namespace sweetspot {
namespace {

using Json = nlohmann::json;

constexpr std::size_t shown_length = 160;    // of arguments and texts in a message
constexpr std::size_t name_length_max = 64;  // OpenAI's limit

/// What the request says about calls.
struct ToolChoice {
  std::string mode = "auto";  ///< auto, none, required
  std::string name;           ///< the one tool that must be called
  bool parallel = true;
};

ToolChoice tool_choice(const Prompt& prompt);
std::string call_label(std::size_t position, const ToolCall& call);
std::vector<std::string> envelope_faults(const RequestSample& sample);
std::vector<std::string> argument_faults(const ToolSchemas& schemas, const RequestSample& sample);
std::vector<std::string> choice_faults(const ToolChoice& choice, const ToolSchemas& schemas, const RequestSample& sample);
std::optional<std::string> markup_fault(const Prompt& prompt, const RequestSample& sample);
std::optional<std::string> difference(std::vector<ExpectedCall> expected, std::vector<ExpectedCall> observed);
std::vector<ExpectedCall> named_values(const RequestSample& sample);
std::string document(const std::string& text);
std::string shown(std::string_view text);

}  // namespace

std::vector<std::string> tool_faults(const Prompt& prompt, const RequestSample& sample) {
  const ToolSchemas schemas(prompt.tools_json);
  const ToolChoice choice = tool_choice(prompt);
  std::vector<std::string> faults = choice_faults(choice, schemas, sample);
  const auto append = [&](std::vector<std::string> more) { faults.insert(faults.end(), more.begin(), more.end()); };
  append(envelope_faults(sample));
  append(argument_faults(schemas, sample));
  // Without tools markup is the detectors' matter, which know what the reference says (G9).
  if (!schemas.empty() && choice.mode != "none") {
    if (auto markup = markup_fault(prompt, sample)) faults.push_back(*markup);
  }
  return faults;
}

std::vector<std::string> tool_notes(const Prompt&, const RequestSample& sample) {
  if (!sample.calls.empty() && sample.finish_reason == "stop")
    return {"finish_reason is \"stop\" beside " + std::to_string(sample.calls.size()) + " tool call(s)"};
  return {};
}

std::optional<std::string> expectation_fault(const Prompt& prompt, const RequestSample& sample) {
  const Expectation& expect = prompt.expect;
  if (expect.no_calls && !sample.calls.empty())
    return "no call is needed, observed " + call_label(0, sample.calls.front()) + " with " +
           shown(sample.calls.front().arguments);
  if (!expect.calls.empty()) {
    if (auto found = difference(expect.calls, named_values(sample))) return found;
  }
  for (const std::string& part : expect.contains) {
    if (sample.text.find(part) == std::string::npos) return "the answer lacks \"" + shown(part) + "\"";
  }
  if (expect.json) {
    if (const StrictJson checked = check_strict_json(document(sample.text)); !checked.ok())
      return "the answer is no JSON document: " + checked.fault + " at byte " + std::to_string(checked.offset);
  }
  return std::nullopt;
}

std::optional<std::string> call_difference(const RequestSample& reference, const RequestSample& candidate) {
  return difference(named_values(reference), named_values(candidate));
}

bool same_calls(const RequestSample& a, const RequestSample& b) {
  return std::equal(a.calls.begin(), a.calls.end(), b.calls.begin(), b.calls.end(), [](const ToolCall& x, const ToolCall& y) {
    return x.name == y.name && (x.arguments == y.arguments || same_json(x.arguments, y.arguments));
  });
}

std::optional<std::string> tools_problem(std::string_view tools_json) { return ToolSchemas(tools_json).problem(); }

namespace {

std::string shown(std::string_view text) { return shortened(escape_control(text), shown_length); }

std::string call_label(std::size_t position, const ToolCall& call) {
  return "call " + std::to_string(position + 1) + " (" + (call.name.empty() ? "without a name" : shown(call.name)) + ")";
}

ToolChoice tool_choice(const Prompt& prompt) {
  ToolChoice choice;
  const Json extra = prompt.extra_json.empty() ? Json::object() : Json::parse(prompt.extra_json, nullptr, false);
  if (!extra.is_object()) return choice;
  if (const auto parallel = extra.find("parallel_tool_calls"); parallel != extra.end() && parallel->is_boolean())
    choice.parallel = parallel->get<bool>();
  const auto found = extra.find("tool_choice");
  if (found == extra.end()) return choice;
  if (found->is_string()) choice.mode = found->get<std::string>();
  if (found->is_object() && found->contains("function") && found->at("function").is_object()) {
    choice.mode = "required";
    choice.name = found->at("function").value("name", "");
  }
  return choice;
}

std::vector<std::string> choice_faults(const ToolChoice& choice, const ToolSchemas& schemas, const RequestSample& sample) {
  std::vector<std::string> faults;
  const std::size_t count = sample.calls.size();
  if (count > 0 && schemas.empty()) faults.push_back("tool calls although no tools were offered");
  if (count > 0 && !schemas.empty() && choice.mode == "none") faults.push_back("tool calls although tool_choice is none");
  if (count > 1 && !choice.parallel) faults.push_back(std::to_string(count) + " calls although parallel_tool_calls is false");
  const bool complete = sample.finish_reason == "stop" || sample.finish_reason == "tool_calls";
  if (count == 0 && choice.mode == "required" && !schemas.empty() && complete)
    faults.push_back("no tool call although tool_choice requires one");
  if (count == 0 && (sample.finish_reason == "tool_calls" || sample.finish_reason == "function_call"))
    faults.push_back("finish_reason is \"" + sample.finish_reason + "\" without any call");
  if (count > 0 && sample.finish_reason != "tool_calls" && sample.finish_reason != "stop" && sample.finish_reason != "length")
    faults.push_back("finish_reason is \"" + shown(sample.finish_reason) + "\" beside tool calls");
  for (std::size_t i = 0; i < count && !choice.name.empty(); ++i) {
    if (sample.calls[i].name != choice.name)
      faults.push_back(call_label(i, sample.calls[i]) + ": tool_choice names " + choice.name);
  }
  return faults;
}

bool legal_name(const std::string& name) {
  const auto legal = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= name_length_max && std::all_of(name.begin(), name.end(), legal);
}

std::vector<std::string> envelope_faults(const RequestSample& sample) {
  std::vector<std::string> faults;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < sample.calls.size(); ++i) {
    const ToolCall& call = sample.calls[i];
    const auto fault = [&](const std::string& what) { faults.push_back(call_label(i, call) + ": " + what); };
    if (call.id.empty()) fault("no id");
    if (!call.id.empty() && !ids.insert(call.id).second) fault("the id \"" + shown(call.id) + "\" for a second time");
    if (call.type != "function") fault("type is \"" + shown(call.type) + "\", expected \"function\"");
    if (sample.streamed && !call.index) fault("streamed without an index");
    if (sample.streamed && call.index && *call.index != static_cast<int>(i))
      fault("index " + std::to_string(*call.index) + ", expected " + std::to_string(i));
  }
  return faults;
}

std::vector<std::string> argument_faults(const ToolSchemas& schemas, const RequestSample& sample) {
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < sample.calls.size(); ++i) {
    const ToolCall& call = sample.calls[i];
    const auto fault = [&](const std::string& what) { faults.push_back(call_label(i, call) + ": " + what); };
    const bool offered = schemas.offers(call.name);
    if (!legal_name(call.name)) {
      fault("\"" + shown(call.name) + "\" is no legal name");
    } else if (!schemas.empty() && !offered) {
      fault("the tool was not offered");
    }
    const StrictJson checked = check_strict_json(call.arguments);
    if (!checked.ok()) {
      const bool cut = sample.finish_reason == "length" && i + 1 == sample.calls.size();
      if (!cut)
        fault("arguments are no JSON: " + checked.fault + " at byte " + std::to_string(checked.offset) + " of " +
              shown(call.arguments));
      continue;
    }
    if (!Json::parse(call.arguments, nullptr, false).is_object()) {
      fault("arguments are no JSON object: " + shown(call.arguments));
      continue;
    }
    for (const std::string& violation : schemas.violations(call.name, call.arguments))
      fault("arguments break the schema: " + violation + " in " + shown(call.arguments));
  }
  return faults;
}

std::optional<std::string> markup_fault(const Prompt& prompt, const RequestSample& sample) {
  static constexpr std::string_view tags[] = {"<tool_call>",    "</tool_call>", "[TOOL_CALLS]",      "<|tool_call",
                                              "<|python_tag|>", "<function=",   "</function>",       "<|tool▁call",
                                              "<parameter=",    "<tool_code>",  "<|start|>assistant"};
  for (const std::string_view tag : tags) {
    if (sample.text.find(tag) == std::string::npos || prompt.messages_json.find(tag) != std::string::npos) continue;
    return "call markup " + std::string(tag) + " is left in the text: " + shown(sample.text);
  }
  return std::nullopt;
}

std::vector<ExpectedCall> named_values(const RequestSample& sample) {
  std::vector<ExpectedCall> values;
  values.reserve(sample.calls.size());
  for (const ToolCall& call : sample.calls) values.push_back({call.name, call.arguments});
  return values;
}

/// Calls whose arguments are no JSON are equal only byte for byte.
bool same_call(const ExpectedCall& a, const ExpectedCall& b) {
  return a.name == b.name && (a.arguments_json == b.arguments_json || same_json(a.arguments_json, b.arguments_json));
}

std::string text_of(const std::vector<ExpectedCall>& calls) {
  std::string text;
  for (const ExpectedCall& call : calls) text += (text.empty() ? "" : ", ") + call.name + shown(call.arguments_json);
  return text.empty() ? "none" : text;
}

std::optional<std::string> difference(std::vector<ExpectedCall> expected, std::vector<ExpectedCall> observed) {
  const std::string counts =
      std::to_string(expected.size()) + " call(s) expected, " + std::to_string(observed.size()) + " observed";
  const bool same_count = expected.size() == observed.size();
  // Equality is transitive, so that pairing off the first match leaves the true difference of the multisets.
  std::erase_if(expected, [&](const ExpectedCall& call) {
    const auto found =
        std::find_if(observed.begin(), observed.end(), [&](const ExpectedCall& other) { return same_call(call, other); });
    if (found == observed.end()) return false;
    observed.erase(found);
    return true;
  });
  if (expected.empty() && observed.empty()) return std::nullopt;
  if (!same_count) return counts + "; missing: " + text_of(expected) + "; too many: " + text_of(observed);
  for (const ExpectedCall& call : expected) {
    const auto found =
        std::find_if(observed.begin(), observed.end(), [&](const ExpectedCall& other) { return call.name == other.name; });
    if (found != observed.end()) return call.name + " " + json_difference(call.arguments_json, found->arguments_json);
  }
  return "expected " + text_of(expected) + ", observed " + text_of(observed);
}

/// The inside of the only fenced block, or the whole text.
std::string document(const std::string& text) {
  const std::string fence = "```";
  const std::size_t open = text.find(fence);
  const std::size_t close = open == std::string::npos ? open : text.find(fence, open + fence.size());
  if (close == std::string::npos || text.find(fence, close + fence.size()) != std::string::npos) return text;
  const std::size_t line_end = text.find('\n', open);
  if (line_end >= close) return text;
  return text.substr(line_end + 1, close - line_end - 1);
}

}  // namespace
}  // namespace sweetspot
