#include "demo_engine/conversation.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace demo {
namespace {

using Json = nlohmann::ordered_json;

// Stands after the "<" of characters that look like a special token. A text that has it there already gets one more.
constexpr char guard = '\x02';
constexpr std::array<std::string_view, 7> looks = {"|im_start|>", "|im_end|>",  "|endoftext|>", "think>",
                                                   "/think>",     "tool_call>", "/tool_call>"};
constexpr std::string_view tools_begin = "<tools>\n";
constexpr std::string_view tools_end = "\n</tools>";
constexpr int depth_max = 8;  // of nested schemas

bool looks_special(std::string_view after_bracket) {
  const auto first = after_bracket.find_first_not_of(guard);
  if (first == std::string_view::npos) return false;
  for (const std::string_view look : looks) {
    if (after_bracket.substr(first).starts_with(look)) return true;
  }
  return false;
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::vector<Parameter> read_parameters(const Json& schema, int depth) {
  std::vector<Parameter> parameters;
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object() || depth >= depth_max) return parameters;
  for (const auto& [name, property] : properties->items()) {
    if (!property.is_object()) continue;
    Parameter parameter;
    parameter.name = name;
    parameter.type = text_of(property, "type");
    parameter.description = text_of(property, "description");
    if (const auto values = property.find("enum"); values != property.end() && values->is_array()) {
      for (const Json& value : *values) {
        if (value.is_string()) parameter.values.push_back(value.get<std::string>());
      }
    }
    if (const auto items = property.find("items"); items != property.end() && items->is_object())
      parameter.item_type = text_of(*items, "type");
    parameter.properties = read_parameters(property, depth + 1);
    if (const auto required = schema.find("required"); required != schema.end() && required->is_array()) {
      for (const Json& one : *required) parameter.required = parameter.required || one == name;
    }
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

std::vector<Tool> read_tools(std::string_view system) {
  std::vector<Tool> tools;
  const auto begin = system.find(tools_begin);
  const auto end = system.find(tools_end);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return tools;
  std::string_view lines = system.substr(begin + tools_begin.size(), end - begin - tools_begin.size());
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) continue;
    const auto function = json.find("function");
    const Json& described = function != json.end() && function->is_object() ? *function : json;
    Tool tool{text_of(described, "name"), text_of(described, "description"), {}};
    if (const auto schema = described.find("parameters"); schema != described.end() && schema->is_object())
      tool.parameters = read_parameters(*schema, 0);
    if (!tool.name.empty()) tools.push_back(std::move(tool));
  }
  return tools;
}

}  // namespace

Conversation read_conversation(const Vocabulary& vocabulary, std::span<const Token> tokens) {
  const Token end = vocabulary.end_of_turn();
  const Token start = vocabulary.encode("<|im_start|>", Vocabulary::Specials::parse).front();
  Conversation conversation;
  for (std::size_t i = 0; i < tokens.size();) {
    if (tokens[i] != start) {
      ++i;
      continue;
    }
    std::size_t stop = ++i;
    while (stop < tokens.size() && tokens[stop] != end && tokens[stop] != start) ++stop;
    if (stop == tokens.size()) break;  // the answer that is to be given
    const std::string text = vocabulary.decode(tokens.subspan(i, stop - i));
    const auto line = text.find('\n');
    if (line != std::string::npos) conversation.turns.push_back({text.substr(0, line), unguarded(text.substr(line + 1))});
    i = stop;
  }
  for (const Turn& turn : conversation.turns) {
    if (turn.role != "system") continue;
    if (conversation.tools.empty()) conversation.tools = read_tools(turn.text);
    conversation.must_call = conversation.must_call || turn.text.find("Call a tool.") != std::string::npos;
  }
  return conversation;
}

std::string guarded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '<' && looks_special(text.substr(i + 1))) out += guard;
  }
  return out;
}

std::string unguarded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '<' && i + 1 < text.size() && text[i + 1] == guard && looks_special(text.substr(i + 1))) ++i;
  }
  return out;
}

}  // namespace demo
