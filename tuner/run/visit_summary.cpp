#include "run/visit_summary.hpp"

#include "core/statistics.hpp"
#include "run/measure.hpp"
#include "run/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace sweetspot {
namespace {

/// The middle one by what the clients got together; depths and sessions are asked once, so the last stands.
void add_single_figures(const std::vector<const Visit*>& visits, Measurement& measurement) {
  std::vector<ConcurrencyMeasurement> crowds;
  for (const Visit* visit : visits) {
    if (!visit->measurement.depths.empty()) measurement.depths = visit->measurement.depths;
    if (!visit->measurement.turns.empty()) measurement.turns = visit->measurement.turns;
    if (visit->measurement.concurrency) crowds.push_back(*visit->measurement.concurrency);
  }
  if (crowds.empty()) return;
  const auto middle = crowds.begin() + static_cast<std::ptrdiff_t>(crowds.size() / 2);
  std::nth_element(crowds.begin(), middle, crowds.end(), [](const ConcurrencyMeasurement& a, const ConcurrencyMeasurement& b) {
    return a.tokens_per_second.value_or(0) < b.tokens_per_second.value_or(0);
  });
  measurement.concurrency = *middle;
}

std::vector<const Visit*> visits_in(const Trial& trial, const std::map<int, double>& blocks) {
  std::vector<const Visit*> chosen;
  for (const Visit& visit : trial.visits) {
    if (visit.phase == Phase::confirm && blocks.contains(visit.block)) chosen.push_back(&visit);
  }
  return chosen;
}

}  // namespace

Measurement measured_in(const std::vector<const Visit*>& visits, const StudySettings& settings) {
  std::vector<RequestSample> samples;
  std::vector<std::string> findings;
  std::vector<double> log_scores;
  std::optional<std::int64_t> memory;
  for (const Visit* visit : visits) {
    const Measurement& own = visit->measurement;
    samples.insert(samples.end(), visit->samples.begin(), visit->samples.end());
    if (own.memory_bytes_peak) memory = std::max(memory.value_or(0), *own.memory_bytes_peak);
    if (own.score_s && *own.score_s > 0 && visit->phase != Phase::depth) log_scores.push_back(std::log(*own.score_s));
    for (const std::string& finding : own.findings) {
      if (std::find(findings.begin(), findings.end(), finding) == findings.end()) findings.push_back(finding);
    }
  }
  // Visits without samples (a replay, a test) bring their figures themselves.
  Measurement measurement =
      samples.empty() ? visits.back()->measurement : summarised(samples, settings.goal, settings.not_scored, memory);
  measurement.findings = findings;
  add_single_figures(visits, measurement);
  if (!log_scores.empty()) measurement.score_s = std::exp(mean(log_scores));
  return measurement;
}

bool measured_in_confirm(const Trial& baseline, const Trial& candidate, const StudySettings& settings, Measurement& of_baseline,
                         Measurement& of_candidate) {
  const std::map<int, double> blocks = compared_blocks(baseline, candidate);
  if (blocks.empty()) return false;
  const auto confirmed = [&](const Trial& trial, const Measurement& all) {
    Measurement own = measured_in(visits_in(trial, blocks), settings);
    if (settings.goal.work != Goal::Work::depth) own.depths = all.depths;  // asked in launches of their own
    own.turns = all.turns;
    return own;
  };
  of_baseline = confirmed(baseline, of_baseline);
  of_candidate = confirmed(candidate, of_candidate);
  return true;
}

}  // namespace sweetspot
