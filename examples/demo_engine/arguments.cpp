#include "demo_engine/arguments.hpp"

#include "demo_engine/wording.hpp"

#include <algorithm>
#include <functional>

namespace demo {
namespace {

using Kind = Value::Kind;
using Found = std::optional<std::string>;  // JSON text

bool speaks_of(const Parameter& parameter, const std::vector<std::string_view>& words) {
  std::vector<std::string> own = plain_words(parameter.name);
  for (std::string& word : plain_words(parameter.description)) own.push_back(std::move(word));
  return std::ranges::any_of(own, [&](const std::string& word) {
    return std::ranges::any_of(words, [&](std::string_view one) { return same_stem(word, one); });
  });
}

bool names_it(const Parameter& parameter, const std::string& word) {
  if (word.empty() || is_function_word(word)) return false;
  return std::ranges::any_of(plain_words(parameter.name), [&](const std::string& own) { return same_stem(own, word); });
}

/// The first unused value of the kind that the test takes.
Value* first_of(std::vector<Value>& values, Kind kind, const std::function<bool(const Value&)>& test = {}) {
  for (Value& value : values) {
    if (!value.used && value.kind == kind && (!test || test(value))) return &value;
  }
  return nullptr;
}

Found taken(Value* value) {
  if (value == nullptr) return std::nullopt;
  value->used = true;
  return json_string(value->text);
}

Found boolean(const Parameter& parameter, std::string_view request) {
  const std::vector<std::string> words = plain_words(request);
  const auto says = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
  for (const std::string_view no : {"off", "false", "no", "disable", "without", "stop", "not"}) {
    if (says(no)) return "false";
  }
  for (const std::string_view yes : {"on", "true", "yes", "enable", "with", "start"}) {
    if (says(yes)) return "true";
  }
  return parameter.required ? Found("true") : std::nullopt;
}

Found number(const Parameter& parameter, std::vector<Value>& values) {
  const auto fits = [&](const Value& value) { return parameter.type != "integer" || value.text.find('.') == std::string::npos; };
  Value* best = first_of(values, Kind::number, [&](const Value& v) { return fits(v) && names_it(parameter, v.before); });
  if (best == nullptr)
    best = first_of(values, Kind::number, [&](const Value& v) { return fits(v) && names_it(parameter, v.after); });
  if (best == nullptr && parameter.required) best = first_of(values, Kind::number, fits);
  if (best == nullptr) return std::nullopt;
  best->used = true;
  return best->text.starts_with('+') ? best->text.substr(1) : best->text;
}

Found one_of(const Parameter& parameter, std::string_view request) {
  const std::vector<std::string> words = plain_words(request);
  for (const std::string& value : parameter.values) {
    if (std::ranges::find(words, lowered(value)) != words.end()) return json_string(value);
  }
  if (parameter.required && !parameter.values.empty()) return json_string(parameter.values.front());
  return std::nullopt;
}

/// "in the kitchen" for a room: the common noun after the last of such words.
Found noun_phrase(std::string_view request) {
  const std::string text = " " + lowered(request);
  std::size_t at = std::string::npos;
  std::size_t length = 0;
  for (const std::string_view opening : {" in the ", " of the ", " for the ", " in my ", " the "}) {
    at = text.rfind(opening);
    length = opening.size();
    if (at != std::string::npos) break;
  }
  if (at == std::string::npos) return std::nullopt;
  const std::string rest = text.substr(at + length);
  return json_string(rest.substr(0, rest.find_first_of(" .,?!\n")));
}

/// What is left of the request when nothing else can be the value.
std::string remainder(std::string_view request) {
  const auto colon = request.find(": ");
  std::string_view rest = stripped(colon == std::string_view::npos ? request : request.substr(colon + 2));
  while (!rest.empty() && (rest.back() == '.' || rest.back() == '?' || rest.back() == '!')) rest.remove_suffix(1);
  return json_string(rest);
}

/// "from Oslo to Rome", "to Marta": the value after the word that the parameter is called.
Value* after_preposition(const Parameter& parameter, std::vector<Value>& values, Kind kind) {
  const std::string name = lowered(parameter.name);
  return first_of(values, kind, [&](const Value& value) { return value.before == name; });
}

Found first_kind(std::vector<Value>& values, const std::vector<Kind>& kinds) {
  for (const Kind kind : kinds) {
    if (Found found = taken(first_of(values, kind))) return found;
  }
  return std::nullopt;
}

Found by_meaning(const Parameter& parameter, std::vector<Value>& values) {
  struct Meaning {
    std::vector<std::string_view> words;
    std::vector<Kind> kinds;
  };
  static const std::vector<Meaning> meanings = {
      {{"path", "file", "filename", "folder", "directory"}, {Kind::path, Kind::quoted}},
      {{"url", "link", "email", "mail", "address"}, {Kind::address, Kind::quoted}},
      {{"time", "hour"}, {Kind::time}},
      {{"date", "day"}, {Kind::date}},
      {{"expression", "formula"}, {Kind::expression, Kind::quoted}},
      {{"currency", "code"}, {Kind::code, Kind::quoted}},
      {{"text", "content", "body", "message", "title", "subject", "command", "query", "note", "song"},
       {Kind::verbatim, Kind::quoted}},
      {{"city", "person", "restaurant", "name", "country", "place", "location", "recipient", "town", "contact", "artist"},
       {Kind::name, Kind::quoted}}};
  // The parameter's own name says more than its description ("name of the file").
  for (const bool described : {false, true}) {
    Parameter asked = parameter;
    if (!described) asked.description.clear();
    for (const Meaning& meaning : meanings) {
      if (!speaks_of(asked, meaning.words)) continue;
      if (Found found = first_kind(values, meaning.kinds)) return found;
    }
  }
  return std::nullopt;
}

Found text(const Parameter& parameter, std::string_view request, std::vector<Value>& values) {
  if (!parameter.values.empty()) return one_of(parameter, request);
  if (speaks_of(parameter, {"text", "content", "body"}) &&
      contains_any(lowered(request), {"empty text", "empty string", "length zero"}))
    return "\"\"";
  for (const Kind kind : {Kind::quoted, Kind::code, Kind::name, Kind::path, Kind::time, Kind::date}) {
    if (Found found = taken(after_preposition(parameter, values, kind))) return found;
  }
  if (Found found = by_meaning(parameter, values)) return found;
  if (!parameter.required) return std::nullopt;
  if (Found found = first_kind(values, {Kind::verbatim, Kind::quoted, Kind::name, Kind::path})) return found;
  if (Found found = noun_phrase(request)) return found;
  return remainder(request);
}

Found list(const Parameter& parameter, std::vector<Value>& values) {
  const bool numbers = parameter.item_type == "integer" || parameter.item_type == "number";
  std::string out;
  for (Value& value : values) {
    const bool fits = numbers ? value.kind == Kind::number : value.kind == Kind::quoted || value.kind == Kind::name;
    if (value.used || !fits) continue;
    value.used = true;
    out += (out.empty() ? "" : ", ") + (numbers ? value.text : json_string(value.text));
  }
  if (out.empty() && !parameter.required) return std::nullopt;
  return "[" + out + "]";
}

Found value_of(const Parameter& parameter, std::string_view request, std::vector<Value>& values) {
  if (parameter.type == "integer" || parameter.type == "number") {
    Found found = number(parameter, values);
    return found || !parameter.required ? found : "0";
  }
  if (parameter.type == "boolean") return boolean(parameter, request);
  if (parameter.type == "array") return list(parameter, values);
  if (parameter.type == "object") {
    std::string inner = arguments_for(parameter.properties, request, values);
    return inner == "{}" && !parameter.required ? std::nullopt : Found(std::move(inner));
  }
  return text(parameter, request, values);
}

}  // namespace

std::string arguments_for(const std::vector<Parameter>& parameters, std::string_view request, std::vector<Value>& values) {
  std::vector<Found> found(parameters.size());
  // A long text is the value of what is called a text, before a name is taken out of it.
  for (std::size_t i = 0; i < parameters.size(); ++i) found[i] = value_of(parameters[i], request, values);
  std::string out;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (found[i]) out += (out.empty() ? "" : ", ") + json_string(parameters[i].name) + ": " + *found[i];
  }
  return "{" + out + "}";
}

}  // namespace demo
