#include "backends/condition_text.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace sweetspot {

namespace {

/// Longer operators first, so that "<=" is not read as "<".
constexpr std::array<std::pair<std::string_view, Condition::Op>, 6> operators{{{"==", Condition::Op::equal},
                                                                               {"!=", Condition::Op::not_equal},
                                                                               {"<=", Condition::Op::less_or_equal},
                                                                               {">=", Condition::Op::greater_or_equal},
                                                                               {"<", Condition::Op::less},
                                                                               {">", Condition::Op::greater}}};

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// "batch + 1" -> batch, 1; nothing when the left part is no parameter or the right part no number.
std::optional<std::pair<std::string, double>> parameter_with_offset(std::string_view text,
                                                                    const std::set<std::string>& parameters) {
  const auto plus = text.find('+');
  const std::string name{trimmed(text.substr(0, plus))};
  if (!parameters.contains(name)) return std::nullopt;
  if (plus == std::string_view::npos) return std::pair{name, 0.0};
  const Value offset = parse_value(trimmed(text.substr(plus + 1)));
  if (std::holds_alternative<std::string>(offset)) return std::nullopt;
  return std::pair{name, number(offset)};
}

void set_right_side(Condition& condition, std::string_view right, const std::set<std::string>& parameters) {
  if (right.size() >= 2 && right.front() == '\'' && right.back() == '\'') {
    condition.value = std::string(right.substr(1, right.size() - 2));
  } else if (const auto other = parameter_with_offset(right, parameters)) {
    condition.other = other->first;
    condition.offset = other->second;
  } else {
    condition.value = parse_value(right);
  }
}

}  // namespace

Condition parse_condition(std::string_view text, const std::set<std::string>& parameters) {
  const auto at = text.find_first_of("=!<>");
  for (const auto& [sign, op] : operators) {
    if (at == std::string_view::npos || !text.substr(at).starts_with(sign)) continue;
    Condition condition;
    condition.parameter = std::string(trimmed(text.substr(0, at)));
    condition.op = op;
    const auto right = trimmed(text.substr(at + sign.size()));
    if (condition.parameter.empty() || right.empty()) break;
    if (!parameters.contains(condition.parameter)) {
      throw Error{"\"" + condition.parameter + "\" is no parameter of this engine",
                  did_you_mean(condition.parameter, {parameters.begin(), parameters.end()}, "add it to its parameters")};
    }
    set_right_side(condition, right, parameters);
    return condition;
  }
  throw Error{"\"" + std::string(text) + "\" is no condition", "write it like \"draft_depth > 0\" or \"ubatch > batch\""};
}

}  // namespace sweetspot
