#include "benchmarks/decisions_sections.hpp"

#include "benchmarks/decisions_orders.hpp"
#include "benchmarks/decisions_study.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace sweetspot::decisions {
namespace {

constexpr double study_s = 3600;
constexpr double wrong_most = 0.03;
constexpr double missed_most = 0.05;     ///< of gains that there is time for
constexpr double noise_resolved = 0.05;  ///< at more noise a study has not the time to tell 1.10 from 1.05
constexpr int orders_per_replay = 10;    ///< eight visits each
constexpr std::string_view own_order = "A B B A";
constexpr int false_replays_least = 200;  ///< however few others are replayed
constexpr double clearly_slower = 0.97;   ///< of the best one's speed
constexpr double false_most = 0.05;
constexpr double overclaim_most = 0.01;
constexpr double coverage_least = 0.95;

/// Noise of about 2 % from visit to visit, and what is named.
Disturbance disturbed(std::string name, const std::function<void(Disturbance&)>& change) {
  Disturbance disturbance;
  disturbance.name = std::move(name);
  disturbance.launch_noise = 0.018;
  disturbance.request_noise = 0.03;
  change(disturbance);
  return disturbance;
}

void heat(Disturbance& to) { to.decay = 0.15; }
void two_steps(Disturbance& to) {
  to.steps = 2;
  to.step = 0.10;
}
void background(Disturbance& to) {
  to.bursts_per_hour = 10;
  to.burst_s = 45;
  to.burst = 0.30;
}

std::vector<Disturbance> disturbances() {
  return {disturbed("noise 2 %", [](Disturbance&) {}),
          disturbed("noise 8 %", [](Disturbance& to) { to.launch_noise = 0.08; }),
          disturbed("noise 15 %", [](Disturbance& to) { to.launch_noise = 0.15; }),
          disturbed("noise 2 %, decay 15 %", heat),
          disturbed("noise 2 %, two steps of 10 %", two_steps),
          disturbed("noise 2 %, bursts of 30 %", background),
          disturbed("noise 3 %, decay, steps, bursts", [](Disturbance& to) {
            to.launch_noise = 0.03;
            heat(to);
            two_steps(to);
            background(to);
          })};
}

std::vector<Replayed> ends(const std::function<Scenario(int)>& scenario, int replays, std::uint64_t seed) {
  std::vector<Replayed> all;
  all.reserve(static_cast<std::size_t>(replays));
  for (int i = 0; i < replays; ++i) all.push_back(replayed(scenario(i), seed + static_cast<std::uint64_t>(i)));
  return all;
}

std::vector<Replayed> ends(const Scenario& scenario, int replays, std::uint64_t seed) {
  return ends([&scenario](int) { return scenario; }, replays, seed);
}

template <typename Items, typename Holds>
double share(const Items& items, Holds holds) {
  const auto count = std::count_if(items.begin(), items.end(), holds);
  return static_cast<double>(count) / static_cast<double>(items.size());
}

template <typename Items, typename Figure>
std::vector<double> figures_of(const Items& items, Figure figure) {
  std::vector<double> values;
  values.reserve(items.size());
  for (const auto& item : items) values.push_back(figure(item));
  return values;
}

bool improves(const Replayed& end) { return end.kind == RecommendationKind::improvement; }

/// Recommended what is slower than the default, or clearly slower than the best.
bool is_wrong(const Replayed& end) {
  return improves(end) && (end.true_gain < 1 || end.true_gain < clearly_slower * end.best_gain);
}

Row winners(const std::string& section, const std::string& name, const std::vector<Replayed>& all) {
  std::vector<Replayed> with_gain;
  std::copy_if(all.begin(), all.end(), std::back_inserter(with_gain), [](const Replayed& end) { return end.best_gain > 1; });
  Row row{section, name, {}, {}};
  row.figures = {{"wrong", share(all, is_wrong)},
                 {"kept default", share(with_gain, [](const Replayed& end) { return !improves(end); })},
                 {"of best gain", mean(figures_of(with_gain, [](const Replayed& end) { return end.true_gain / end.best_gain; }))},
                 {"visits", mean(figures_of(all, [](const Replayed& end) { return end.visits; }))},
                 {"minutes", mean(figures_of(all, [](const Replayed& end) { return end.minutes; }))}};
  row.limits = {{"wrong", Limit::Side::at_most, wrong_most, row.figures[0].second, static_cast<int>(all.size()), 0}};
  return row;
}

double t_half_width(const Confirmed& pair) {
  return t_quantile(pair.decision.n - 1, 1 - coverage_least) * pair.decision.deviation / std::sqrt(pair.decision.n);
}

double half_width(const Confirmed& pair) { return (pair.decision.interval.high - pair.decision.interval.low) / 2; }

Row overclaim(const std::string& name, const std::vector<Replayed>& all) {
  std::vector<Replayed> claims;
  std::copy_if(all.begin(), all.end(), std::back_inserter(claims), improves);
  const auto over = figures_of(claims, [](const Replayed& end) { return end.published.ratio / end.true_gain - 1; });
  const double too_high = share(claims, [](const Replayed& end) { return end.published.ratio_low > end.true_gain; });
  const int count = static_cast<int>(claims.size());
  Row row{"published gain against the truth, nine configurations, gains of deviation 5 %", name, {}, {}};
  row.figures = {
      {"published", share(all, improves)},
      {"mean overclaim", mean(over)},
      {"deviation", sample_deviation(over)},
      {"lower bound too high", too_high},
      {"overclaim of best search visit", mean(figures_of(all, [](const Replayed& end) { return end.naive_overclaim - 1; }))}};
  row.limits = {
      {"mean overclaim", Limit::Side::at_most, overclaim_most, mean(over), 0, sample_deviation(over) / std::sqrt(count)},
      {"lower bound too high", Limit::Side::at_most, 1 - coverage_least, too_high, count, 0}};
  return row;
}

Row coverage(const std::string& name, const std::vector<Replayed>& all) {
  std::vector<Confirmed> pairs;
  for (const Replayed& end : all) pairs.insert(pairs.end(), end.confirmed.begin(), end.confirmed.end());
  const double held = share(pairs, [](const Confirmed& pair) {
    return pair.decision.interval.low <= pair.truth && pair.truth <= pair.decision.interval.high;
  });
  const double held_by_t =
      share(pairs, [](const Confirmed& pair) { return std::abs(pair.decision.mean - pair.truth) <= t_half_width(pair); });
  Row row{"interval of the log ratio where the loop stopped, the same studies", name, {}, {}};
  row.figures = {{"pairs", static_cast<double>(pairs.size())},
                 {"blocks", mean(figures_of(pairs, [](const Confirmed& pair) { return pair.decision.n; }))},
                 {"coverage", held},
                 {"half width", mean(figures_of(pairs, half_width))},
                 {"coverage of t interval", held_by_t},
                 {"its half width", mean(figures_of(pairs, t_half_width))}};
  row.limits = {{"coverage", Limit::Side::at_least, coverage_least, held, static_cast<int>(pairs.size()), 0}};
  return row;
}

}  // namespace

std::vector<Row> wrong_winners_of_two(int replays, std::uint64_t seed) {
  const std::string section = "wrong winner of two configurations 3 % apart, noise 2 %, decay 15 %";
  const double gap = 0.03;
  const Disturbance disturbance = disturbed("", heat);
  std::vector<Row> rows = {winners(section, "study loop",
                                   ends(
                                       [&](int i) {
                                         Scenario scenario{"", disturbance, {2}, {i % 2 == 0 ? 1 + gap : 1 / (1 + gap)}};
                                         scenario.budget_s = study_s;
                                         return scenario;
                                       },
                                       replays, seed))};
  const int cheap = orders_per_replay * replays;
  for (const RunOrder& order : run_orders()) {
    int wrong = 0;
    for (int i = 0; i < cheap; ++i)
      wrong += picks_slower(order, disturbance, gap, study_s, seed + static_cast<std::uint64_t>(i)) ? 1 : 0;
    const double unknown = std::nan("");
    const double wrong_share = static_cast<double>(wrong) / cheap;
    rows.push_back(
        {section,
         std::string(order.name) + ", 4 runs an arm",
         {{"wrong", wrong_share}, {"kept default", unknown}, {"of best gain", unknown}, {"visits", 8}, {"minutes", unknown}},
         {}});
    // The order of our blocks, without their right to abstain.
    if (order.name == own_order) rows.back().limits = {{"wrong", Limit::Side::at_most, wrong_most, wrong_share, cheap, 0}};
  }
  return rows;
}

std::vector<Row> wrong_winners_of_nine(int replays, std::uint64_t seed) {
  std::vector<Row> rows;
  const auto add = [&](const std::string& name, const Disturbance& disturbance, double budget_s) {
    const Scenario scenario{"", disturbance, {3, 3}, {1.10, 1.05, 1.05, 0.95, 0.9, 0.8}, 0, budget_s};
    rows.push_back(
        winners("wrong winner of nine configurations, the best 1.10, the next 1.05", name, ends(scenario, replays, seed)));
    Row& row = rows.back();
    // Not to choose wrongly is easy for one that never chooses.
    row.limits.push_back({"kept default", Limit::Side::at_most, missed_most, row.figures[1].second, replays, 0});
    if (disturbance.launch_noise > noise_resolved) row.limits.clear();
  };
  for (const Disturbance& disturbance : disturbances()) add(disturbance.name, disturbance, study_s);
  const Disturbance quiet = disturbances().front();
  add(quiet.name + ", a third of the time", quiet, study_s / 3);
  return rows;
}

std::vector<Row> wrong_winners_of_many(int replays, std::uint64_t seed) {
  std::vector<Row> rows;
  for (const Disturbance& disturbance : disturbances()) {
    const Scenario scenario{"", disturbance, {4, 4, 4}, {}, 0.05};
    Row row = winners("wrong winner of 64 configurations, gains of deviation 5 %, time for about 50", disturbance.name,
                      ends(scenario, replays, seed));
    row.limits.clear();  // the next best are closer than one study can tell
    rows.push_back(row);
  }
  return rows;
}

std::vector<Row> false_improvements(int replays, std::uint64_t seed) {
  std::vector<Row> rows;
  for (const Disturbance& disturbance : disturbances()) {
    const Scenario scenario{"", disturbance, {3, 3}, {}};
    const std::vector<Replayed> all = ends(scenario, std::max(replays, false_replays_least), seed);
    const double found = share(all, improves);
    Row row{"false improvement, nine equal configurations", disturbance.name, {}, {}};
    row.figures = {{"improvement", found},
                   {"visits", mean(figures_of(all, [](const Replayed& end) { return end.visits; }))},
                   {"minutes", mean(figures_of(all, [](const Replayed& end) { return end.minutes; }))}};
    row.limits = {{"improvement", Limit::Side::at_most, false_most, found, static_cast<int>(all.size()), 0}};
    rows.push_back(row);
  }
  return rows;
}

std::vector<Row> published_claims(int replays, std::uint64_t seed) {
  std::vector<Row> rows;
  std::vector<Row> intervals;
  for (const Disturbance& disturbance : disturbances()) {
    const Scenario scenario{"", disturbance, {3, 3}, {}, 0.05};
    const std::vector<Replayed> all = ends(scenario, replays, seed);
    rows.push_back(overclaim(disturbance.name, all));
    intervals.push_back(coverage(disturbance.name, all));
  }
  rows.insert(rows.end(), intervals.begin(), intervals.end());
  return rows;
}

}  // namespace sweetspot::decisions
