#include "benchmarks/decisions_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace sweetspot::decisions {
namespace {

constexpr double rare = 0.001;           ///< so seldom that it is not put down to chance
constexpr double rare_deviations = 3.1;  ///< the same for a mean

/// Probability of at least `hits` in `tries` when each has probability p.
double binomial_tail(int hits, int tries, double p) {
  double tail = 0;
  for (int k = std::max(hits, 0); k <= tries; ++k) {
    const double ways = std::lgamma(tries + 1.0) - std::lgamma(k + 1.0) - std::lgamma(tries - k + 1.0);
    tail += std::exp(ways + k * std::log(p) + (tries - k) * std::log1p(-p));
  }
  return tail;
}

std::string text_of(const Limit& limit) {
  return fmt::format("{} {} {:.3g}", limit.figure, limit.side == Limit::Side::at_most ? "<=" : ">=", limit.limit);
}

void add_header(std::string& text, const Row& row) {
  text += fmt::format("{}{}\n{:44}", text.empty() ? "" : "\n", row.section, "");
  for (const auto& [name, value] : row.figures) text += fmt::format("  {:>{}}", name, std::max<std::size_t>(name.size(), 7));
  text += "\n";
}

void add_row(std::string& text, const Row& row, Chance chance) {
  text += fmt::format("  {:42}", row.name);
  for (const auto& [name, value] : row.figures) {
    const std::string figure = std::isfinite(value) ? fmt::format("{:.4g}", value) : "-";
    text += fmt::format("  {:>{}}", figure, std::max<std::size_t>(name.size(), 7));
  }
  for (const Limit& limit : row.limits) {
    text += "   " + text_of(limit) + (met(limit, chance) ? " ok" : " MISSED");
  }
  text += "\n";
}

}  // namespace

bool met(const Limit& limit, Chance chance) {
  if (!std::isfinite(limit.measured)) return true;  // nothing of the kind happened
  const bool at_most = limit.side == Limit::Side::at_most;
  if (at_most ? limit.measured <= limit.limit : limit.measured >= limit.limit) return true;
  if (chance == Chance::none) return false;
  if (limit.tries == 0) return std::abs(limit.measured - limit.limit) <= rare_deviations * limit.standard_error;
  const double bad = at_most ? limit.measured : 1 - limit.measured;
  const double bad_most = at_most ? limit.limit : 1 - limit.limit;
  return binomial_tail(static_cast<int>(std::lround(bad * limit.tries)), limit.tries, bad_most) >= rare;
}

std::string text_table(const std::vector<Row>& rows, Chance chance) {
  std::string text;
  std::string missed;
  const Row* before = nullptr;
  for (const Row& row : rows) {
    if (before == nullptr || before->section != row.section) add_header(text, row);
    add_row(text, row, chance);
    for (const Limit& limit : row.limits) {
      if (!met(limit, chance))
        missed += fmt::format("missed: {}: {}: {}, measured {:.4g}\n", row.section, row.name, text_of(limit), limit.measured);
    }
    before = &row;
  }
  return text + "\n" + (missed.empty() ? "every goal is met\n" : missed);
}

std::string json_table(const std::vector<Row>& rows, Chance chance) {
  auto json = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    nlohmann::ordered_json figures = nlohmann::ordered_json::object();
    for (const auto& [name, value] : row.figures) {
      if (std::isfinite(value)) figures[name] = value;
    }
    auto goals = nlohmann::ordered_json::array();
    for (const Limit& limit : row.limits) goals.push_back({{"goal", text_of(limit)}, {"met", met(limit, chance)}});
    json.push_back({{"section", row.section}, {"scenario", row.name}, {"figures", figures}, {"goals", goals}});
  }
  return json.dump(2) + "\n";
}

}  // namespace sweetspot::decisions
