#include "core/statistics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

namespace sweetspot {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
/// Evidence 20 is an error of 5 %, whenever one stops (Ville's inequality).
constexpr double evidence_needed = 20;
constexpr double claimed_least_ratio = 1.01;  ///< measurement.md "Order beats sample count"

/// Half the width of the confidence sequence: E < threshold solved for |mean - hypothesis|.
double half_width(int n, double deviation, double threshold) {
  if (n < 2) return infinity;
  const double count = n;
  const double ratio = std::pow(threshold * std::sqrt(1 + count), 2 / count);
  if (ratio >= 1 + count) return infinity;  // even t = infinity stays below the threshold
  const double t_squared = (count - 1) * (ratio - 1) / (1 - ratio / (1 + count));
  return deviation * std::sqrt(t_squared / count);
}

constexpr double errors_most = 8;  ///< a truth that lies further below what was seen is not looked for
constexpr int bisections = 50;

/// Probability of |t| <= sqrt(degrees) tan(angle): the finite series of Abramowitz and Stegun 26.7.3 and 26.7.4.
double t_probability(int degrees, double angle) {
  const double cosine = std::cos(angle);
  const bool odd = degrees % 2 == 1;
  double term = odd ? cosine : 1;
  double sum = degrees > 1 ? term : 0;
  for (int power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= cosine * cosine * (power - 1) / power;
    sum += term;
  }
  sum *= std::sin(angle);
  return odd ? 2 / std::numbers::pi * (angle + sum) : sum;
}

/// Mean of a standard normal number that is known to exceed z.
double excess(double z) {
  const double density = std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
  return density / (std::erfc(z / std::numbers::sqrt2) / 2);
}

}  // namespace

double mean(const std::vector<double>& values) {
  if (values.empty()) return not_a_number;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double sample_deviation(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  const double centre = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

double quantile(std::vector<double> values, double fraction) {
  assert(fraction >= 0 && fraction <= 1);
  if (values.empty()) return not_a_number;
  std::ranges::sort(values);
  const double position = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], position - static_cast<double>(below));
}

double geometric_mean(const std::vector<double>& values) {
  if (values.empty()) return not_a_number;
  double logs = 0;
  for (const double value : values) logs += std::log(value);
  return std::exp(logs / static_cast<double>(values.size()));
}

double t_quantile(int degrees, double error) {
  if (degrees < 1) return infinity;
  double low = 0;
  double high = std::numbers::pi / 2;
  for (int step = 0; step < bisections; ++step) {
    const double middle = (low + high) / 2;
    (t_probability(degrees, middle) < 1 - error ? low : high) = middle;
  }
  return std::sqrt(static_cast<double>(degrees)) * std::tan((low + high) / 2);
}

double e_value(int n, double mean, double deviation, double hypothesis) {
  if (n < 2 || !std::isfinite(mean) || std::isnan(deviation)) return 1;  // what is no number is no evidence
  const double count = n;
  const double degrees = count - 1;
  const double gap = mean - hypothesis;
  const double prior = -0.5 * std::log1p(count);
  if (gap == 0) return std::exp(prior);
  const double x = count * gap * gap / (deviation * deviation * degrees);
  if (!std::isfinite(x)) return std::exp(prior + count / 2 * std::log1p(count));  // no deviation: the limit
  return std::exp(prior + count / 2 * (std::log1p(x) - std::log1p(x / (1 + count))));
}

Interval confidence_sequence(int n, double mean, double deviation, double threshold) {
  const double half = half_width(n, deviation, threshold);
  if (std::isinf(half)) return {-infinity, infinity};
  return {mean - half, mean + half};
}

double detectable(int n, double deviation, double threshold) { return half_width(n, deviation, threshold); }

double mean_when_chosen(int n, double mean, double deviation, double least) {
  const double error = deviation / std::sqrt(static_cast<double>(std::max(n, 1)));
  if (error <= 0 || mean <= least) return mean;
  double low = mean - errors_most * error;
  double high = mean;
  for (int step = 0; step < bisections; ++step) {
    const double middle = (low + high) / 2;
    (middle + error * excess((least - middle) / error) < mean ? low : high) = middle;
  }
  return (low + high) / 2;
}

ConfirmDecision decide(const std::vector<double>& log_ratios, double noise_floor) {
  ConfirmDecision decision;
  decision.n = static_cast<int>(log_ratios.size());
  decision.mean = log_ratios.empty() ? 0 : mean(log_ratios);
  decision.deviation = sample_deviation(log_ratios);
  decision.e = e_value(decision.n, decision.mean, decision.deviation, 0);
  decision.interval = confidence_sequence(decision.n, decision.mean, decision.deviation, evidence_needed);
  decision.detectable = detectable(decision.n, decision.deviation, evidence_needed);
  const double floor = noise_floor / std::sqrt(static_cast<double>(std::max(decision.n, 1)));
  decision.claimable = std::max(std::log(claimed_least_ratio), floor);
  decision.different = decision.e >= evidence_needed && std::abs(decision.mean) >= decision.claimable;
  return decision;
}

}  // namespace sweetspot
