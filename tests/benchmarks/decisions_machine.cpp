#include "benchmarks/decisions_machine.hpp"

#include "core/statistics.hpp"

#include <cmath>
#include <utility>

namespace sweetspot::decisions {
namespace {

constexpr double launch_s = 4;
constexpr double request_plain_s = 0.8;
constexpr int classes = 5;  ///< of prompts: the score is the geometric mean of their medians
constexpr double score_plain_s = 20;
constexpr double decay_speed = 3;  ///< time constants of the heat within a study

double check_s(Tier tier) {
  switch (tier) {
    case Tier::quick: return 15;
    case Tier::standard: return 90;
    case Tier::release: return 180;
    case Tier::fresh: return 40;
  }
  return 0;
}

}  // namespace

Machine::Machine(const Disturbance& disturbance, double study_s, std::uint64_t seed)
    : disturbance_(disturbance), study_s_(study_s), rng_(seed) {
  for (int i = 0; i < disturbance.steps; ++i) {
    const double direction = rng_.below(2) == 0 ? 1 : -1;
    changes_.push_back({rng_.unit() * study_s, 10 * study_s, -direction * std::log1p(-disturbance.step)});
  }
  const auto waited_s = [&](double mean_s) { return -mean_s * std::log1p(-rng_.unit()); };
  if (disturbance.bursts_per_hour <= 0) return;
  const double between_s = 3600 / disturbance.bursts_per_hour;
  for (double from_s = waited_s(between_s); from_s < 2 * study_s; from_s += waited_s(between_s)) {
    const double to_s = from_s + waited_s(disturbance.burst_s);
    changes_.push_back({from_s, to_s, -std::log1p(-disturbance.burst)});
    from_s = to_s;
  }
}

double Machine::launch_factor() { return std::exp(disturbance_.launch_noise * rng_.normal()); }

double Machine::request_s(double at_s, double plain_s) {
  return plain_s * std::exp(log_slowness(at_s) + disturbance_.request_noise * rng_.normal());
}

double Machine::log_slowness(double at_s) const {
  const double warmth = (1 - std::exp(-decay_speed * at_s / study_s_)) / (1 - std::exp(-decay_speed));
  double slowness = -std::log1p(-disturbance_.decay * warmth);
  for (const Change& change : changes_) {
    if (change.from_s <= at_s && at_s < change.to_s) slowness += change.log_slowness;
  }
  return slowness;
}

SimulatedRunner::SimulatedRunner(Machine machine, std::map<std::string, double> gains)
    : machine_(std::move(machine)), gains_(std::move(gains)) {}

VisitOutcome SimulatedRunner::visit(const VisitOrder& order) {
  VisitOutcome outcome;
  clock_s += launch_s;
  if (order.gate) {
    clock_s += check_s(*order.gate);
    outcome.verdict = Verdict{};
    outcome.verdict->outcome = Outcome::pass;
    outcome.verdict->tier = *order.gate;
  }
  if (order.timed) outcome.visit = timed(order);
  return outcome;
}

Visit SimulatedRunner::timed(const VisitOrder& order) {
  const double begin_s = clock_s;
  const auto gain = gains_.find(key(order.config));
  const double factor = machine_.launch_factor() / (gain != gains_.end() ? gain->second : 1.0);
  std::vector<std::vector<double>> seconds(classes);
  for (int request = 0; request < order.timed->requests_per_class; ++request) {
    for (std::vector<double>& own : seconds) {
      own.push_back(factor * machine_.request_s(clock_s, request_plain_s));
      clock_s += own.back();
    }
  }
  std::vector<double> medians;
  medians.reserve(seconds.size());
  for (std::vector<double>& own : seconds) medians.push_back(median(std::move(own)));
  Visit visit;
  visit.phase = order.phase;
  visit.block = order.block;
  visit.duration_s = clock_s - begin_s;
  visit.measurement.score_s = score_plain_s / request_plain_s * geometric_mean(medians);
  return visit;
}

}  // namespace sweetspot::decisions
