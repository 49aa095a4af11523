#include "demo_engine/server/trap_condition.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace demo {

namespace {

using Op = TrapCondition::Op;

struct Number {
  std::string_view name;
  double (*of)(const Facts&);
};

struct Word {
  std::string_view name;
  bool (*holds)(const Facts&);
};

constexpr std::array<Number, 5> numbers{{
    {"token", [](const Facts& facts) { return static_cast<double>(facts.token); }},
    {"request", [](const Facts& facts) { return static_cast<double>(facts.request); }},
    {"concurrency", [](const Facts& facts) { return static_cast<double>(facts.concurrency); }},
    {"context", [](const Facts& facts) { return static_cast<double>(facts.prompt_tokens); }},
    {"temperature", [](const Facts& facts) { return facts.temperature; }},
}};

constexpr std::array<Word, 4> words{{
    {"streaming", [](const Facts& facts) { return facts.streaming; }},
    {"plain", [](const Facts& facts) { return !facts.streaming; }},
    {"tools", [](const Facts& facts) { return facts.tools; }},
    {"no-tools", [](const Facts& facts) { return !facts.tools; }},
}};

constexpr std::array<std::string_view, 4> classes{"numeric", "lossy", "unverified", "none"};

template <typename Rows>
auto find(const Rows& rows, std::string_view name) {
  return std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
}

bool compared(double left, Op op, double right) {
  switch (op) {
    case Op::equal: return left == right;
    case Op::unequal: return left != right;
    case Op::greater: return left > right;
    case Op::less: return left < right;
    case Op::greater_equal: return left >= right;
    case Op::less_equal: return left <= right;
  }
  return false;
}

std::optional<double> as_number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return value;
}

/// The flag that a name stands for.
std::string_view option_name(std::string_view name) { return name == "depth" ? "draft_depth" : name; }

bool is_option(std::string_view name) {
  const auto& names = option_names();
  return std::find(names.begin(), names.end(), option_name(name)) != names.end();
}

bool is_class(std::string_view name) { return std::find(classes.begin(), classes.end(), name) != classes.end(); }

bool class_changed(std::string_view effect, const Options& options) {
  const Options unchanged;
  return std::any_of(option_names().begin(), option_names().end(), [&](std::string_view name) {
    return option_effect(name) == effect && option_value(options, name) != option_value(unchanged, name);
  });
}

void check(const TrapCondition& condition, std::string_view text) {
  const bool bare = condition.value.empty();
  const bool number = find(numbers, condition.name) != numbers.end();
  const bool word = find(words, condition.name) != words.end() || condition.name == "speculating" || is_class(condition.name);
  if (bare && (word || condition.name == "optimistic")) return;
  if (!bare && number && as_number(condition.value)) return;
  if (!bare && is_option(condition.name)) return;
  throw UsageError{"there is no condition \"" + std::string(text) + "\": see --help and --list-traps"};
}

}  // namespace

TrapCondition parse_condition(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Op>, 7> signs{{{">=", Op::greater_equal},
                                                                         {"<=", Op::less_equal},
                                                                         {"!=", Op::unequal},
                                                                         {"==", Op::equal},
                                                                         {">", Op::greater},
                                                                         {"<", Op::less},
                                                                         {"=", Op::equal}}};
  TrapCondition condition;
  condition.name = std::string(text);
  for (const auto& [sign, op] : signs) {
    const auto at = text.find(sign);
    if (at == std::string_view::npos) continue;
    condition.name = std::string(text.substr(0, at));
    condition.op = op;
    condition.value = std::string(text.substr(at + sign.size()));
    condition.number = as_number(condition.value).value_or(0);
    break;
  }
  check(condition, text);
  return condition;
}

std::vector<TrapCondition> parse_conditions(std::string_view text) {
  std::vector<TrapCondition> conditions;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    conditions.push_back(parse_condition(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return conditions;
}

bool of_launch(const TrapCondition& condition) {
  return find(numbers, condition.name) == numbers.end() && find(words, condition.name) == words.end();
}

bool holds_at_launch(const TrapCondition& condition, const Options& options) {
  if (condition.name == "speculating") return options.draft_depth > 0;
  if (is_class(condition.name)) return class_changed(condition.name, options);
  const std::string value = option_value(options, option_name(condition.name)).value_or("");
  if (condition.value.empty()) return value == "on";
  const auto left = as_number(value);
  const auto right = as_number(condition.value);
  if (left && right) return compared(*left, condition.op, *right);
  return condition.op == Op::unequal ? value != condition.value : condition.op == Op::equal && value == condition.value;
}

bool holds_now(const TrapCondition& condition, const Facts& facts) {
  if (const auto number = find(numbers, condition.name); number != numbers.end())
    return compared(number->of(facts), condition.op, condition.number);
  const auto word = find(words, condition.name);
  return word != words.end() && word->holds(facts);
}

}  // namespace demo
