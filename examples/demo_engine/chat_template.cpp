#include "demo_engine/conversation.hpp"
#include "demo_engine/language_model.hpp"
#include "demo_engine/tool_calls.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace demo {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view default_system = "You are a helpful assistant.";
constexpr std::string_view tools_intro = "# Tools\n\nThese functions may help with the request:\n<tools>\n";
constexpr std::string_view tools_outro =
    "\n</tools>\n\nTo call one, write its name and arguments as a JSON object between the tool call markers, one pair for each "
    "call.";

Json parsed(std::string_view text, const char* what) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) throw std::invalid_argument(fmt::format("{} is not JSON", what));
  if (!json.is_array()) throw std::invalid_argument(fmt::format("{} must be an array", what));
  return json;
}

/// A string, null, or the OpenAI list of parts of which the texts count.
std::string content_of(const Json& message, std::size_t index) {
  const auto content = message.find("content");
  if (content == message.end() || content->is_null()) return {};
  if (content->is_string()) return content->get<std::string>();
  if (!content->is_array())
    throw std::invalid_argument(fmt::format("messages[{}].content must be a string or an array of parts", index));
  std::string text;
  for (const Json& part : *content) {
    const auto piece = part.is_object() ? part.find("text") : part.end();
    if (!part.is_object() || part.value("type", Json("text")) != "text" || piece == part.end() || !piece->is_string())
      throw std::invalid_argument(fmt::format("messages[{}].content has a part that is not text", index));
    text += piece->get<std::string>();
  }
  return text;
}

std::string calls_of(const Json& message, std::size_t index) {
  const auto calls = message.find("tool_calls");
  if (calls == message.end() || calls->is_null()) return {};
  if (!calls->is_array()) throw std::invalid_argument(fmt::format("messages[{}].tool_calls must be an array", index));
  std::string text;
  for (const Json& call : *calls) {
    const auto function = call.is_object() ? call.find("function") : call.end();
    if (!call.is_object() || function == call.end() || !function->is_object() || !function->contains("name") ||
        !function->at("name").is_string())
      throw std::invalid_argument(fmt::format("messages[{}].tool_calls has a call without function.name", index));
    const Json arguments = function->value("arguments", Json("{}"));
    const std::string written = arguments.is_string() ? arguments.get<std::string>() : arguments.dump();
    if (!text.empty()) text += "\n";
    text += fmt::format("<tool_call>\n{}\n</tool_call>", guarded(call_text({function->at("name").get<std::string>(), written})));
  }
  return text;
}

std::string turn(std::string_view role, std::string_view text) {
  return fmt::format("<|im_start|>{}\n{}<|im_end|>\n", role, text);
}

std::string tools_text(std::string_view tools_json) {
  if (tools_json.empty()) return {};
  std::string text;
  for (const Json& tool : parsed(tools_json, "tools")) {
    if (!tool.is_object()) throw std::invalid_argument("tools has an element that is not an object");
    text += (text.empty() ? "" : "\n") + guarded(tool.dump());
  }
  return text.empty() ? text : std::string(tools_intro) + text + std::string(tools_outro);
}

}  // namespace

std::string apply_chat_template(std::string_view messages_json, std::string_view tools_json, bool reasoning) {
  const Json messages = parsed(messages_json, "messages");
  if (messages.empty()) throw std::invalid_argument("messages is empty");
  std::string system;
  std::string rest;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Json& message = messages[i];
    if (!message.is_object() || !message.contains("role") || !message["role"].is_string())
      throw std::invalid_argument(fmt::format("messages[{}] has no role", i));
    const auto role = message["role"].get<std::string>();
    const std::string content = guarded(content_of(message, i));
    if (role == "system" || role == "developer") {
      system += (system.empty() ? "" : "\n\n") + content;
    } else if (role == "assistant") {
      const std::string calls = calls_of(message, i);
      const char* between = content.empty() || calls.empty() ? "" : "\n";
      rest += turn("assistant", fmt::format("{}{}{}", content, between, calls));
    } else if (role == "user" || role == "tool") {
      rest += turn(role, content);
    } else {
      throw std::invalid_argument(fmt::format("messages[{}].role is \"{}\", not system, user, assistant or tool", i, role));
    }
  }
  const std::string tools = tools_text(tools_json);
  if (system.empty()) system = default_system;
  if (!tools.empty()) system += "\n\n" + tools;
  return turn("system", system) + rest + "<|im_start|>assistant\n" + (reasoning ? "<think>\n" : "");
}

}  // namespace demo
