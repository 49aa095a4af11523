#include "demo_engine/answers.hpp"
#include "demo_engine/values.hpp"
#include "demo_engine/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace demo {
namespace {

constexpr int depth_max = 32;

/// Sums, products and brackets; nothing when the text is not one whole expression.
class Calculator {
public:
  explicit Calculator(std::string_view text) : text_(text) {}

  std::optional<double> result() {
    const double value = sum(0);
    skip();
    if (failed_ || at_ != text_.size() || !std::isfinite(value)) return std::nullopt;
    return value;
  }

private:
  double sum(int depth) {
    double value = product(depth);
    for (;;) {
      if (take('+'))
        value += product(depth);
      else if (take('-'))
        value -= product(depth);
      else
        return value;
    }
  }

  double product(int depth) {
    double value = factor(depth);
    for (;;) {
      if (take('*') || take('x'))
        value *= factor(depth);
      else if (take('/'))
        value /= factor(depth);
      else
        return value;
    }
  }

  double factor(int depth) {
    if (depth > depth_max) failed_ = true;
    if (failed_) return 0;
    if (take('-')) return -factor(depth + 1);
    if (take('(')) {
      const double value = sum(depth + 1);
      if (!take(')')) failed_ = true;
      return value;
    }
    skip();
    std::string digits;
    while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '.'))
      digits += text_[at_++];
    if (digits.empty()) failed_ = true;
    return std::strtod(digits.c_str(), nullptr);
  }

  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

std::string number_text(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{}", static_cast<std::int64_t>(value));
  std::string text = fmt::format("{:.4f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

std::optional<Answer> expression(std::string_view request) {
  for (const Value& value : values_in(request)) {
    if (value.kind != Value::Kind::expression) continue;
    const auto result = Calculator(value.text).result();
    if (!result) continue;
    Answer answer = plain_answer(fmt::format("{} = {}", value.text, number_text(*result)), Firmness::value);
    return answer;
  }
  return std::nullopt;
}

std::vector<double> numbers_in(std::string_view text) {
  std::vector<double> numbers;
  for (const Value& value : values_in(text)) {
    if (value.kind == Value::Kind::number) numbers.push_back(std::strtod(value.text.c_str(), nullptr));
  }
  return numbers;
}

/// "She has 12 pears. Bob gives her 6 more and then she gives away 3. How many ...?"
std::optional<Answer> word_problem(std::string_view request) {
  const std::string text = lowered(request);
  const std::vector<double> all = numbers_in(request);
  if (all.size() < 2) return std::nullopt;
  if (contains_any(text, {" per hour", " an hour", " each ", " per "})) {
    return plain_answer(fmt::format("{} * {} = {}. The answer is {}.", number_text(all[0]), number_text(all[1]),
                                    number_text(all[0] * all[1]), number_text(all[0] * all[1])),
                        Firmness::value);
  }
  double total = 0;
  std::string sum;
  for (const Value& value : values_in(request)) {
    if (value.kind != Value::Kind::number) continue;
    // The verb stands in the same sentence part, before the number.
    const auto cut = text.find_last_of(".?!", value.at);
    std::string part = text.substr(cut == std::string::npos ? 0 : cut, value.at - (cut == std::string::npos ? 0 : cut));
    if (const auto conjunction = part.rfind(" and "); conjunction != std::string::npos) part.erase(0, conjunction);
    const bool less =
        contains_any(part, {"gives away", "gave away", "loses", "lost", "eats", "ate ", "sells", "sold", "spends", "drops"});
    const double number = std::strtod(value.text.c_str(), nullptr);
    total += less ? -number : number;
    sum += fmt::format("{}{}", sum.empty() ? "" : less ? " - " : " + ", number_text(number));
  }
  return plain_answer(fmt::format("{} = {}. The answer is {}.", sum, number_text(total), number_text(total)), Firmness::value);
}

}  // namespace

std::optional<Answer> computed(std::string_view request) {
  if (request.size() > 600) return std::nullopt;
  const std::string text = lowered(request);
  if (contains_any(text, {"what is ", "calculate", "how much is", "compute "})) {
    if (auto answer = expression(request)) return answer;
  }
  if (contains_any(text, {"how many", "how far", "how much"})) return word_problem(request);
  return std::nullopt;
}

}  // namespace demo
