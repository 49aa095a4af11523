#include "core/requirement.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace sweetspot {
namespace {

struct Figure {
  std::string_view name;
  std::optional<double> (*value)(const Measurement&);
};

template <auto Member>
std::optional<double> value_of(const Measurement& measurement) {
  const auto& value = measurement.*Member;
  return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
}

template <auto Member>
std::optional<double> crowd_value_of(const Measurement& measurement) {
  return measurement.concurrency ? (*measurement.concurrency).*Member : std::nullopt;
}

constexpr std::array figures{
    Figure{"score_s", value_of<&Measurement::score_s>},
    Figure{"decode_tokens_per_second", value_of<&Measurement::decode_tokens_per_second>},
    Figure{"ttft_ms_p50", value_of<&Measurement::ttft_ms_p50>},
    Figure{"ttft_ms_p95", value_of<&Measurement::ttft_ms_p95>},
    Figure{"ttft_warm_ms_p50", value_of<&Measurement::ttft_warm_ms_p50>},
    Figure{"ttft_short_ms_p50", value_of<&Measurement::ttft_short_ms_p50>},
    Figure{"prefill_tokens_per_second", value_of<&Measurement::prefill_tokens_per_second>},
    Figure{"end_to_end_tokens_per_second", value_of<&Measurement::end_to_end_tokens_per_second>},
    Figure{"first_32_tokens_per_second", value_of<&Measurement::first_32_tokens_per_second>},
    Figure{"itl_ms_p50", value_of<&Measurement::itl_ms_p50>},
    Figure{"itl_ms_p95", value_of<&Measurement::itl_ms_p95>},
    Figure{"draft_acceptance", value_of<&Measurement::draft_acceptance>},
    Figure{"memory_bytes_peak", value_of<&Measurement::memory_bytes_peak>},
    Figure{"concurrency_tokens_per_second", crowd_value_of<&ConcurrencyMeasurement::tokens_per_second>},
    Figure{"concurrency_ttft_ms_p95", crowd_value_of<&ConcurrencyMeasurement::ttft_ms_p95>},
};

struct Operator {
  std::string_view sign;
  Requirement::Op op;
};
// The longer ones first: "<=" begins with "<".
constexpr std::array operators{Operator{"<=", Requirement::Op::less_or_equal}, Operator{">=", Requirement::Op::greater_or_equal},
                               Operator{"<", Requirement::Op::less}, Operator{">", Requirement::Op::greater}};

constexpr std::string_view way_out = "write FIGURE<NUMBER, as in ttft_ms_p95<500 or memory_bytes_peak<24G";

const Figure* find_figure(std::string_view name) {
  const auto found = std::find_if(figures.begin(), figures.end(), [name](const Figure& figure) { return figure.name == name; });
  return found == figures.end() ? nullptr : &*found;
}

/// A number, with a power of 1024 behind it.
std::optional<double> scaled_number(std::string_view text) {
  constexpr std::string_view letters = "KMGT";
  double scale = 1;
  if (!text.empty()) {
    const auto letter = letters.find(text.back());
    if (letter != std::string_view::npos) {
      scale = std::pow(1024.0, static_cast<double>(letter + 1));
      text.remove_suffix(1);
    }
  }
  const double value = number(parse_value(std::string(text)));
  if (text.empty() || !std::isfinite(value)) return std::nullopt;
  return value * scale;
}

std::string shown(std::string_view figure, double value) {
  constexpr double gibibyte = 1 << 30;
  return figure.find("bytes") == std::string_view::npos ? fmt::format("{:.4g}", value) : fmt::format("{:.2f}G", value / gibibyte);
}

bool holds(Requirement::Op op, double value, double bound) {
  switch (op) {
    case Requirement::Op::less: return value < bound;
    case Requirement::Op::less_or_equal: return value <= bound;
    case Requirement::Op::greater: return value > bound;
    case Requirement::Op::greater_or_equal: return value >= bound;
  }
  return false;
}

}  // namespace

Requirement requirement_from(const std::string& text) {
  const auto sign_at = text.find_first_of("<>");
  if (sign_at == std::string::npos) throw Error{fmt::format("'{}' is no bound", escape_control(text)), std::string(way_out)};
  const std::string_view rest = std::string_view(text).substr(sign_at);
  const auto sign =
      std::find_if(operators.begin(), operators.end(), [rest](const Operator& row) { return rest.starts_with(row.sign); });
  Requirement requirement;
  requirement.text = text;
  requirement.op = sign->op;
  requirement.figure = text.substr(0, sign_at);
  if (find_figure(requirement.figure) == nullptr)
    throw Error{
        fmt::format("'{}' is no figure that is measured", escape_control(requirement.figure)),
        did_you_mean(requirement.figure, bounded_figures(), fmt::format("one of {}", fmt::join(bounded_figures(), ", ")))};
  const auto bound = scaled_number(rest.substr(sign->sign.size()));
  if (!bound)
    throw Error{fmt::format("'{}' is no number", escape_control(std::string(rest.substr(sign->sign.size())))),
                std::string(way_out)};
  requirement.bound = *bound;
  return requirement;
}

std::vector<std::string> bounded_figures() {
  std::vector<std::string> names;
  names.reserve(figures.size());
  for (const Figure& figure : figures) names.emplace_back(figure.name);
  return names;
}

double bytes_from(const std::string& text) {
  const auto bytes = scaled_number(text);
  if (!bytes || *bytes < 0) throw Error{fmt::format("'{}' is no size", escape_control(text)), "write 512M or 8G"};
  return *bytes;
}

std::optional<std::string> unmet(const std::vector<Requirement>& requirements, const Measurement& measurement) {
  for (const Requirement& requirement : requirements) {
    const auto value = find_figure(requirement.figure)->value(measurement);
    if (!value) return fmt::format("{}: not measured", requirement.text);
    if (!holds(requirement.op, *value, requirement.bound))
      return fmt::format("{}: {} is {}", requirement.text, requirement.figure, shown(requirement.figure, *value));
  }
  return std::nullopt;
}

}  // namespace sweetspot
