#include "run/warm_start.hpp"

#include "core/candidates.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace sweetspot {
namespace {

/// A configuration and its ratio in each table.
struct Known {
  Config config;
  std::vector<double> ratios;
};

std::vector<Known> known_of(const std::vector<RecordedTable>& tables) {
  std::map<std::string, Known> known;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const RecordedTable& table = tables[i];
    const double optimum = optimum_ms(table);
    const std::size_t width = table.space.axes.size();
    const Candidates places{.axes = table.space.axes, .baseline = {}, .indices = {}};
    for (std::size_t row = 0; row < table.results.size(); ++row) {
      if (!table.results[row].ms) continue;
      Config config = config_of(table.space, places, {table.space.rows.data() + row * width, width});
      Known& one = known[key(config)];
      one.config = std::move(config);
      one.ratios.resize(tables.size(), 0);
      one.ratios[i] = optimum / *table.results[row].ms;
    }
  }
  std::vector<Known> all;
  all.reserve(known.size());
  for (auto& [name, one] : known) all.push_back(std::move(one));
  return all;
}

}  // namespace

std::vector<Config> winners_of(const std::vector<RecordedTable>& tables, std::size_t most) {
  const std::vector<Known> known = known_of(tables);
  std::vector<double> reached(tables.size(), 0);
  std::vector<Config> winners;
  while (winners.size() < most) {
    const Known* best = nullptr;
    double best_gain = 0;
    for (const Known& one : known) {
      double gain = 0;
      for (std::size_t i = 0; i < reached.size(); ++i) gain += std::max(one.ratios[i] - reached[i], 0.0);
      if (gain <= best_gain) continue;
      best_gain = gain;
      best = &one;
    }
    if (best == nullptr) break;
    for (std::size_t i = 0; i < reached.size(); ++i) reached[i] = std::max(reached[i], best->ratios[i]);
    winners.push_back(best->config);
  }
  return winners;
}

}  // namespace sweetspot
