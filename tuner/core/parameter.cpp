#include "core/parameter.hpp"

#include "core/enum_names.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace sweetspot {

namespace {

constexpr std::array<std::string_view, 2> scopes{"restart", "request"};
constexpr std::array<std::string_view, 5> effects{"none", "numeric", "lossy", "unverified", "semantic"};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

/// "on" or "off" for the words that people write for them, otherwise nothing.
std::optional<std::string> switch_word(const std::string& word) {
  const std::string small = lower(word);
  if (small == "on" || small == "true" || small == "1" || small == "yes") return "on";
  if (small == "off" || small == "false" || small == "0" || small == "no") return "off";
  return std::nullopt;
}

std::optional<Value> checked(const Toggle&, const Value& value) {
  if (auto word = switch_word(text(value))) return *word;
  return std::nullopt;
}

std::optional<Value> checked(const Choices& domain, const Value& value) {
  const std::string word = text(value);
  if (domain.words.empty() || contains(domain.words, word)) return parse_value(word);
  if (contains(domain.words, lower(word))) return parse_value(lower(word));
  const auto on_or_off = switch_word(word);
  if (on_or_off && contains(domain.words, *on_or_off)) return *on_or_off;
  return std::nullopt;
}

std::optional<Value> checked(const IntegerRange& domain, const Value& value) {
  const std::string word = text(value);
  if (contains(domain.words, word)) return parse_value(word);
  if (contains(domain.words, lower(word))) return parse_value(lower(word));
  const double real = number(value);
  // Beyond 2^53 a real number no longer tells which integer was meant.
  constexpr double largest_exact = 9007199254740992.0;
  if (std::isnan(real) || std::floor(real) != real || std::abs(real) > largest_exact) return std::nullopt;
  const auto integer = static_cast<std::int64_t>(real);
  if (integer < domain.low || integer > domain.high) return std::nullopt;
  return integer;
}

std::optional<Value> checked(const RealRange& domain, const Value& value) {
  const double real = number(value);
  if (std::isnan(real) || real < domain.low || real > domain.high) return std::nullopt;
  return real;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : "|") + word;
  return out;
}

std::string text_of(const Choices& domain) { return domain.words.empty() ? "any text" : joined(domain.words); }

std::string text_of(const IntegerRange& domain) {
  const std::string range = std::to_string(domain.low) + ".." + std::to_string(domain.high);
  return domain.words.empty() ? range : range + "|" + joined(domain.words);
}

std::string text_of(const RealRange& domain) { return text(Value{domain.low}) + ".." + text(Value{domain.high}); }

std::string text_of(const Toggle&) { return "on|off"; }

std::vector<std::string> words_of(const Domain& domain) {
  if (const auto* choices = std::get_if<Choices>(&domain)) return choices->words;
  if (const auto* range = std::get_if<IntegerRange>(&domain)) return range->words;
  if (std::holds_alternative<Toggle>(domain)) return {"on", "off"};
  return {};
}

bool compared(double left, Condition::Op op, double right) {
  switch (op) {
    case Condition::Op::equal: return left == right;
    case Condition::Op::not_equal: return left != right;
    case Condition::Op::less: return left < right;
    case Condition::Op::less_or_equal: return left <= right;
    case Condition::Op::greater: return left > right;
    case Condition::Op::greater_or_equal: return left >= right;
  }
  return false;
}

}  // namespace

Value checked_value(const Parameter& parameter, const Value& value) {
  const auto result = std::visit([&](const auto& domain) { return checked(domain, value); }, parameter.domain);
  if (result) return *result;
  const std::string allowed = domain_text(parameter.domain);
  std::string hint = "allowed: " + allowed;
  if (const auto near = closest(text(value), words_of(parameter.domain))) hint += "; did you mean \"" + *near + "\"?";
  throw Error{"\"" + text(value) + "\" is no value for " + parameter.name, hint};
}

std::string domain_text(const Domain& domain) {
  return std::visit([](const auto& kind) { return text_of(kind); }, domain);
}

std::optional<Value> effective_value(const std::vector<Parameter>& parameters, const Config& config, const std::string& name) {
  const auto given = config.values.find(name);
  if (given != config.values.end()) return given->second;
  const auto known = std::ranges::find(parameters, name, &Parameter::name);
  if (known != parameters.end()) return known->default_value;
  return std::nullopt;
}

bool holds(const Condition& condition, const std::vector<Parameter>& parameters, const Config& config) {
  const auto left = effective_value(parameters, config, condition.parameter);
  const auto right =
      condition.other.empty() ? std::optional(condition.value) : effective_value(parameters, config, condition.other);
  if (!left || !right) return false;
  const double left_number = number(*left);
  const double right_number = number(*right) + condition.offset;
  if (!std::isnan(left_number) && !std::isnan(right_number)) return compared(left_number, condition.op, right_number);
  // Words have no order, only sameness.
  if (condition.op == Condition::Op::equal) return text(*left) == text(*right);
  if (condition.op == Condition::Op::not_equal) return text(*left) != text(*right);
  return false;
}

std::string_view to_string(Scope scope) { return enum_name(scopes, scope); }

std::string_view to_string(Effect effect) { return enum_name(effects, effect); }

}  // namespace sweetspot
