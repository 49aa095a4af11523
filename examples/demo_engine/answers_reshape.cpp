#include "demo_engine/answers.hpp"
#include "demo_engine/values.hpp"
#include "demo_engine/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace demo {
namespace {

constexpr std::size_t rows_max = 200;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::string_view rest = line;
  for (;;) {
    const auto comma = rest.find(',');
    cells.emplace_back(stripped(rest.substr(0, comma)));
    if (comma == std::string_view::npos) return cells;
    rest.remove_prefix(comma + 1);
  }
}

bool is_number(std::string_view text) {
  const std::vector<Value> values = values_in("x " + std::string(text));
  return values.size() == 1 && values.front().kind == Value::Kind::number && values.front().text == text;
}

std::string json_value(const std::string& text) { return is_number(text) ? text : json_string(text); }

std::optional<Answer> csv_to_json(std::string_view request) {
  const auto begin = request.find('\n');
  if (begin == std::string_view::npos) return std::nullopt;
  const std::vector<std::string> lines = lines_of(stripped(request.substr(begin + 1)));
  if (lines.size() < 2) return std::nullopt;
  const std::vector<std::string> keys = cells_of(lines.front());
  std::string out = "[\n";
  for (std::size_t i = 1; i < std::min(lines.size(), rows_max); ++i) {
    const std::vector<std::string> cells = cells_of(lines[i]);
    out += "  {";
    for (std::size_t k = 0; k < std::min(keys.size(), cells.size()); ++k)
      out += fmt::format("{}{}: {}", k == 0 ? "" : ", ", json_string(keys[k]), json_value(cells[k]));
    out += i + 1 < lines.size() ? "},\n" : "}\n";
  }
  return plain_answer(out + "]", Firmness::value);
}

/// "the name "Lena", the age 31 and the city "Bergen"": each value after the word that it is called.
std::optional<Answer> json_object(std::string_view request) {
  std::string out;
  for (const Value& value : values_in(request)) {
    const bool holds = value.kind == Value::Kind::quoted || value.kind == Value::Kind::number || value.kind == Value::Kind::name;
    if (!holds || value.before.empty() || is_function_word(value.before) == (value.before != "name")) continue;
    if (lowered(value.text) == "json" || value.before == "json") continue;
    const std::string text = value.kind == Value::Kind::number ? value.text : json_string(value.text);
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ", json_string(value.before), text);
  }
  if (out.empty()) return std::nullopt;
  return plain_answer("{" + out + "}", Firmness::value);
}

std::optional<Answer> table(std::string_view request) {
  const auto colon = request.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view list = stripped(request.substr(colon + 1));
  if (list.ends_with('.')) list.remove_suffix(1);
  std::string out = "| Name | Value |\n| --- | --- |";
  for (const std::string& cell : cells_of(std::string(list))) {
    const auto space = cell.rfind(' ');
    if (space == std::string::npos) return std::nullopt;
    out += fmt::format("\n| {} | {} |", cell.substr(0, space), cell.substr(space + 1));
  }
  return plain_answer(out, Firmness::value);
}

}  // namespace

std::optional<Answer> reshaped(std::string_view request) {
  const std::string head = lowered(request.substr(0, 120));
  if (contains_any(head, {"csv"}) && contains_any(head, {"json"})) return csv_to_json(request);
  if (contains_any(head, {"json object", "json document"})) return json_object(request);
  if (contains_any(head, {"a table of", "make a table", "markdown table"})) return table(request);
  return std::nullopt;
}

}  // namespace demo
