#include "cli/option_values.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <variant>

namespace sweetspot {

namespace {

struct SamplerKey {
  std::string name;
  double low;
  double high;
};

/// Bounds that every engine takes; nonsense beyond them would be measured as if it were meant.
const std::vector<SamplerKey>& sampler_keys() {
  static const std::vector<SamplerKey> keys{
      {"temperature", 0, 5}, {"top_p", 0, 1},           {"top_k", 0, 100'000},       {"min_p", 0, 1},
      {"typical_p", 0, 1},   {"repeat_penalty", 0, 10}, {"presence_penalty", -2, 2}, {"frequency_penalty", -2, 2}};
  return keys;
}

}  // namespace

std::string not_empty(const std::string& text) {
  if (text.empty()) throw Error{"the value is empty", "give a value, or leave the option out"};
  return text;
}

std::string one_of(const std::string& text, const std::vector<std::string>& words) {
  if (std::find(words.begin(), words.end(), text) != words.end()) return text;
  throw Error{fmt::format("'{}' is none of {}", escape_control(text), fmt::join(words, ", ")),
              did_you_mean(text, words, fmt::format("choose one of {}", fmt::join(words, ", ")))};
}

std::int64_t whole_number(const std::string& text, std::int64_t low, std::int64_t high) {
  const auto value = parse_value(text);
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number && *number >= low && *number <= high) return *number;
  throw Error{fmt::format("'{}' is not a whole number from {} to {}", escape_control(text), low, high),
              "give a number in this range"};
}

double real_number(const std::string& text, double low, double high) {
  const double value = number(parse_value(text));
  if (std::isfinite(value) && value >= low && value <= high) return value;
  throw Error{fmt::format("'{}' is not a number from {} to {}", escape_control(text), low, high), "give a number in this range"};
}

std::vector<std::int64_t> depths_from(const std::string& text) {
  constexpr std::int64_t deepest = 16'777'216;
  std::vector<std::int64_t> depths;
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(',', start), text.size());
    std::string item = text.substr(start, end - start);
    start = end + 1;
    const bool thousands = !item.empty() && (item.back() == 'k' || item.back() == 'K');
    if (thousands) item.pop_back();
    const std::int64_t depth = whole_number(item, 0, thousands ? deepest / 1024 : deepest) * (thousands ? 1024 : 1);
    if (std::find(depths.begin(), depths.end(), depth) == depths.end()) depths.push_back(depth);
  }
  return depths;
}

std::map<std::string, double> sampler_from(const std::string& text) {
  std::map<std::string, double> sampler;
  std::vector<std::string> names;
  for (const auto& known : sampler_keys()) names.push_back(known.name);
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(',', start), text.size());
    const auto item = text.substr(start, end - start);
    start = end + 1;
    const auto equals = item.find('=');
    if (equals == std::string::npos)
      throw Error{fmt::format("'{}' is not KEY=VALUE", escape_control(item)), "write for example temperature=0.6,top_p=0.95"};
    const auto name = one_of(item.substr(0, equals), names);
    const auto known =
        std::find_if(sampler_keys().begin(), sampler_keys().end(), [&name](const auto& entry) { return entry.name == name; });
    if (sampler.contains(name)) throw Error{fmt::format("{} is given twice", name), "give it once"};
    sampler[name] = real_number(item.substr(equals + 1), known->low, known->high);
  }
  return sampler;
}

void read_named(const std::string& option, const std::string& text, const std::function<void(const std::string&)>& take) {
  try {
    take(text);
  } catch (const Error& error) {
    const auto long_name = option.substr(option.find(',') == std::string::npos ? 0 : option.find(',') + 1);
    throw Error{fmt::format("{}: {}", long_name, error.what()), error.hint()};
  }
}

}  // namespace sweetspot
