#include "run/visit_effort.hpp"

#include "core/decode_rate.hpp"
#include "core/statistics.hpp"
#include "run/measure.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

namespace sweetspot {
namespace {

constexpr std::size_t visits_least = 3;
constexpr std::size_t prompts_least = 3;
constexpr double requests_least = 3;
constexpr double requests_most = 12;

bool is_of_a_class(const RequestSample& sample) {
  return sample.prompt_class != class_cold && sample.prompt_class != class_warm && sample.prompt_class != class_unstreamed;
}

/// Log rates by prompt. A prompt that a visit asks more than once counts by its first answer.
std::map<std::string, double> log_rates(const Visit& visit) {
  std::map<std::string, double> rates;
  for (const RequestSample& sample : visit.samples) {
    const auto rate = decode_rate(sample);
    if (is_of_a_class(sample) && rate) rates.emplace(sample.prompt_id, std::log(*rate));
  }
  return rates;
}

/// A row a visit, of the prompts that all have.
std::vector<std::vector<double>> table_of(const std::vector<const Visit*>& visits) {
  std::vector<std::map<std::string, double>> all;
  all.reserve(visits.size());
  for (const Visit* visit : visits) all.push_back(log_rates(*visit));
  std::vector<std::vector<double>> rows(all.size());
  for (const auto& [prompt, first_rate] : all.front()) {
    const bool in_all = std::all_of(all.begin(), all.end(), [&](const auto& rates) { return rates.contains(prompt); });
    for (std::size_t i = 0; in_all && i < all.size(); ++i) rows[i].push_back(all[i].at(prompt));
  }
  return rows;
}

double square(double value) { return value * value; }

}  // namespace

std::optional<VarianceComponents> variance_components(const std::vector<const Visit*>& visits) {
  if (visits.size() < visits_least) return std::nullopt;
  const auto rows = table_of(visits);
  const std::size_t prompts = rows.front().size();
  if (prompts < prompts_least) return std::nullopt;
  std::vector<double> of_visit;
  std::vector<double> of_prompt(prompts, 0);
  for (const auto& row : rows) {
    of_visit.push_back(mean(row));
    for (std::size_t i = 0; i < prompts; ++i) of_prompt[i] += row[i] / static_cast<double>(rows.size());
  }
  const double overall = mean(of_visit);
  double residuals = 0;
  for (std::size_t v = 0; v < rows.size(); ++v) {
    for (std::size_t i = 0; i < prompts; ++i) residuals += square(rows[v][i] - of_visit[v] - of_prompt[i] + overall);
  }
  VarianceComponents variances;
  variances.within = residuals / static_cast<double>((rows.size() - 1) * (prompts - 1));
  const double of_means = square(sample_deviation(of_visit));
  variances.between = std::max(0.0, of_means - variances.within / static_cast<double>(prompts));
  return variances;
}

int requests_per_visit(const VarianceComponents& variances, double launch_s, double request_s) {
  if (variances.between <= 0 || request_s <= 0) return static_cast<int>(requests_most);
  const double best = std::sqrt(launch_s / request_s * variances.within / variances.between);
  return static_cast<int>(std::ceil(std::clamp(best, requests_least, requests_most)));
}

TimedEffort effort_for_repeats(const TimedEffort& planned, const Trial& baseline, double launch_s) {
  std::vector<const Visit*> visits;
  std::set<std::string> classes;
  std::vector<double> seconds;
  double beside_s = launch_s;
  for (const Visit& visit : baseline.visits) {
    if (visit.block >= 0 || visit.phase == Phase::depth || visit.samples.empty()) continue;
    visits.push_back(&visit);
    double asked_s = 0;
    for (const RequestSample& sample : visit.samples) {
      asked_s += sample.total_ms / 1000;
      if (!is_of_a_class(sample)) continue;
      classes.insert(sample.prompt_class);
      seconds.push_back(sample.total_ms / 1000);
    }
    beside_s = launch_s + std::max(0.0, visit.duration_s - asked_s);  // with the warm-up
  }
  const auto variances = variance_components(visits);
  if (!variances) return planned;
  const int best = requests_per_visit(*variances, beside_s, mean(seconds));
  const int count = static_cast<int>(classes.size());
  TimedEffort effort = planned;
  effort.requests_per_class = std::clamp((best + count - 1) / count, 1, planned.requests_per_class);
  return effort;
}

}  // namespace sweetspot
