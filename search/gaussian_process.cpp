#include "search/gaussian_process.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace sweetspot {

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr std::size_t fitted_most = 100;    ///< observations that decide the parameters: a fit costs their cube
constexpr std::size_t observed_most = 300;  ///< that predict
constexpr int ascent_steps = 25;
constexpr int steps_between_samples = 15;
constexpr double walk_step = 0.25;  ///< deviation, of each logarithm
constexpr double theta_least = -9;
constexpr double theta_most = 5;
constexpr double jitter = 1e-6;
constexpr std::size_t others = 4;  ///< parameters beside the lengths

struct Prior {
  double mean = 0;
  double deviation = 1;
};

/// Lengths grow with the square root of the dimension, so that the prior's complexity does not (Hvarfner, Hellsten, Nardi,
/// ICML 2024).
Prior length_prior(std::size_t axes) { return {std::log(0.4) + 0.5 * std::log(static_cast<double>(axes)), 1.0}; }
constexpr Prior product_prior{0.0, 1.0};
constexpr Prior main_prior{-1.0, 1.0};
constexpr Prior pairs_prior{-1.0, 1.0};
constexpr Prior noise_prior{-5.0, 1.5};

/// The likeliest of the priors: one number a parameter, lengths first.
Vector start_of(std::size_t axes) {
  Vector theta = Vector::Constant(static_cast<Eigen::Index>(axes + others), length_prior(axes).mean);
  theta.tail(others) << product_prior.mean, main_prior.mean, pairs_prior.mean, noise_prior.mean;
  return theta;
}

Prior prior_of(std::size_t place, std::size_t axes) {
  if (place < axes) return length_prior(axes);
  constexpr std::array<Prior, others> rest{product_prior, main_prior, pairs_prior, noise_prior};
  return rest[place - axes];
}

/// k_d of every observation (rows) and every level of a metric (columns), and its derivative by the logarithm of the length.
struct AxisKernel {
  Matrix k;
  Matrix slope;
};

std::vector<AxisKernel> axis_kernels(const std::vector<AxisMetric>& metric, const Observations& seen, const Vector& theta) {
  const auto n = static_cast<Eigen::Index>(seen.values.size());
  std::vector<AxisKernel> kernels;
  for (std::size_t d = 0; d < metric.size(); ++d) {
    const double length = std::exp(theta[static_cast<Eigen::Index>(d)]);
    const auto levels = static_cast<Eigen::Index>(metric[d].levels);
    const Eigen::Map<const Matrix> distance(metric[d].distance.data(), levels, levels);
    const Eigen::ArrayXXd r = distance.array() * (std::sqrt(5.0) / length);
    const Eigen::ArrayXXd decay = (-r).exp();
    const Eigen::ArrayXXd k = (1 + r + r.square() / 3) * decay;
    const Eigen::ArrayXXd slope = r.square() / 3 * (1 + r) * decay;
    AxisKernel kernel{.k = Matrix(n, levels), .slope = Matrix(n, levels)};
    for (Eigen::Index i = 0; i < n; ++i) {
      const ValueIndex level = metric[d].level(seen.row(static_cast<std::size_t>(i)));
      kernel.k.row(i) = k.row(level);
      kernel.slope.row(i) = slope.row(level);
    }
    kernels.push_back(std::move(kernel));
  }
  return kernels;
}

/// The weights of the three parts for sums over the axes as they are.
struct Weights {
  double product = 0;
  double main = 0;
  double pairs = 0;
  double noise = 0;
  double whole() const { return product + main_whole + pairs_whole; }  ///< variance of the function
  double main_whole = 0;
  double pairs_whole = 0;
};

Weights weights_of(const Vector& theta, std::size_t axes) {
  const auto at = [&](std::size_t i) { return std::exp(theta[static_cast<Eigen::Index>(axes + i)]); };
  const auto d = static_cast<double>(axes);
  Weights weights{.product = at(0), .main = at(1) / d, .pairs = axes > 1 ? at(2) / (d * (d - 1)) : 0, .noise = at(3)};
  weights.main_whole = at(1);
  weights.pairs_whole = axes > 1 ? at(2) : 0;
  return weights;
}

/// What the axes say of one row and the first n observations.
struct Likeness {
  Eigen::ArrayXd product;
  Eigen::ArrayXd sum;
  Eigen::ArrayXd pairs;  ///< of products of two different axes, each counted twice

  Likeness(const std::vector<AxisMetric>& metric, const std::vector<AxisKernel>& kernels, std::span<const ValueIndex> row,
           Eigen::Index n)
      : product(Eigen::ArrayXd::Ones(n)), sum(Eigen::ArrayXd::Zero(n)), pairs(Eigen::ArrayXd::Zero(n)) {
    for (std::size_t d = 0; d < metric.size(); ++d) {
      const auto k = kernels[d].k.col(metric[d].level(row)).head(n).array();
      product *= k;
      sum += k;
      pairs -= k.square();
    }
    pairs += sum.square();
  }

  Eigen::ArrayXd covariance(const Weights& weights) const {
    return weights.product * product + weights.main * sum + weights.pairs * pairs;
  }
};

Matrix covariance(const std::vector<AxisMetric>& metric, const std::vector<AxisKernel>& kernels, const Weights& weights,
                  const Observations& seen) {
  const auto n = static_cast<Eigen::Index>(seen.values.size());
  Matrix k(n, n);
  for (Eigen::Index i = 0; i < n; ++i)
    k.col(i).head(i + 1) = Likeness(metric, kernels, seen.row(static_cast<std::size_t>(i)), i + 1).covariance(weights);
  k.triangularView<Eigen::StrictlyLower>() = k.transpose();
  k.diagonal().array() += weights.noise + jitter;
  return k;
}

double log_prior(const Vector& theta, std::size_t axes) {
  double value = 0;
  for (std::size_t i = 0; i < axes + others; ++i) {
    const auto [mean, deviation] = prior_of(i, axes);
    const double away = (theta[static_cast<Eigen::Index>(i)] - mean) / deviation;
    value -= 0.5 * away * away;
  }
  return value;
}

/// Logarithm of the posterior of theta, up to a constant.
double posterior(const std::vector<AxisMetric>& metric, const Observations& seen, const Vector& theta) {
  const Eigen::LLT<Matrix> factor(covariance(metric, axis_kernels(metric, seen, theta), weights_of(theta, metric.size()), seen));
  if (factor.info() != Eigen::Success) return -1e300;
  const Eigen::Map<const Vector> y(seen.values.data(), static_cast<Eigen::Index>(seen.values.size()));
  return -0.5 * y.dot(factor.solve(y)) - factor.matrixLLT().diagonal().array().log().sum() + log_prior(theta, metric.size());
}

/// The same, and its gradient.
double posterior(const std::vector<AxisMetric>& metric, const Observations& seen, const Vector& theta, Vector& gradient) {
  const std::size_t width = metric.size();
  const auto kernels = axis_kernels(metric, seen, theta);
  const Weights weights = weights_of(theta, width);
  const auto n = static_cast<Eigen::Index>(seen.values.size());
  const Eigen::LLT<Matrix> factor(covariance(metric, kernels, weights, seen));
  if (factor.info() != Eigen::Success) {
    gradient.setZero(theta.size());
    return -1e300;
  }
  const Eigen::Map<const Vector> y(seen.values.data(), n);
  const Vector alpha = factor.solve(y);
  double value = -0.5 * y.dot(alpha) - factor.matrixLLT().diagonal().array().log().sum();
  Matrix w = factor.solve(Matrix::Identity(n, n));
  w = alpha * alpha.transpose() - w;

  gradient.setZero(theta.size());
  auto parts = gradient.tail(others);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto row = seen.row(static_cast<std::size_t>(i));
    const Likeness alike(metric, kernels, row, i + 1);
    Eigen::ArrayXd weight = w.col(i).head(i + 1).array();
    weight[i] *= 0.5;
    parts[0] += weights.product * (weight * alike.product).sum();
    parts[1] += weights.main * (weight * alike.sum).sum();
    parts[2] += weights.pairs * (weight * alike.pairs).sum();
    for (std::size_t d = 0; d < width; ++d) {
      const ValueIndex level = metric[d].level(row);
      const auto k = kernels[d].k.col(level).head(i + 1).array();
      const auto slope = kernels[d].slope.col(level).head(i + 1).array();
      const auto outer = weights.product * alike.product / k.max(1e-30) + weights.main + 2 * weights.pairs * (alike.sum - k);
      gradient[static_cast<Eigen::Index>(d)] += (weight * outer * slope).sum();
    }
  }
  parts[3] = 0.5 * w.trace() * weights.noise;
  for (std::size_t i = 0; i < width + others; ++i) {
    const auto [mean, deviation] = prior_of(i, width);
    gradient[static_cast<Eigen::Index>(i)] -= (theta[static_cast<Eigen::Index>(i)] - mean) / (deviation * deviation);
  }
  return value + log_prior(theta, width);
}

/// Resilient ascent (Rprop, Riedmiller and Braun 1993): only the signs of the gradient count, so that no scale matters.
Vector likeliest(const std::vector<AxisMetric>& metric, const Observations& seen) {
  constexpr double first_step = 0.4;
  constexpr double step_most = 1.0;
  Vector theta = start_of(metric.size());
  Vector best = theta;
  Vector gradient(theta.size());
  Vector before = Vector::Zero(theta.size());
  Vector step = Vector::Constant(theta.size(), first_step);
  double best_value = -1e301;
  for (int i = 0; i < ascent_steps; ++i) {
    const double value = posterior(metric, seen, theta, gradient);
    if (value > best_value) {
      best_value = value;
      best = theta;
    }
    for (Eigen::Index p = 0; p < theta.size(); ++p) {
      const double agreement = gradient[p] * before[p];
      if (agreement > 0) step[p] = std::min(step[p] * 1.2, step_most);
      if (agreement < 0) {
        step[p] *= 0.5;
        gradient[p] = 0;
      }
      const double sign = static_cast<double>((gradient[p] > 0) - (gradient[p] < 0));
      theta[p] = std::clamp(theta[p] + sign * step[p], theta_least, theta_most);
      before[p] = gradient[p];
    }
  }
  return best;
}

/// The highest half of `most`, and of the rest as many at even distances.
Observations thinned(const Observations& all, std::size_t most) {
  const std::size_t n = all.values.size();
  if (n <= most) return all;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return all.values[a] > all.values[b]; });
  Observations kept{.width = all.width, .rows = {}, .values = {}};
  const std::size_t top = most / 2;
  for (std::size_t i = 0; i < most; ++i) {
    const std::size_t place = i < top ? i : top + (i - top) * (n - top) / (most - top);
    const auto row = all.row(order[place]);
    kept.rows.insert(kept.rows.end(), row.begin(), row.end());
    kept.values.push_back(all.values[order[place]]);
  }
  return kept;
}

GaussianProcess process_with(const std::vector<AxisMetric>& metric, const Observations& seen, const Vector& theta) {
  GaussianProcess process;
  process.metric = metric;
  process.observations = seen;
  const auto axes = static_cast<Eigen::Index>(metric.size());
  process.parameters.log_lengths.assign(theta.data(), theta.data() + axes);
  process.parameters.log_product = theta[axes];
  process.parameters.log_main = theta[axes + 1];
  process.parameters.log_pairs = theta[axes + 2];
  process.parameters.log_noise = theta[axes + 3];
  const Eigen::LLT<Matrix> factor(covariance(metric, axis_kernels(metric, seen, theta), weights_of(theta, metric.size()), seen));
  const auto n = static_cast<Eigen::Index>(seen.values.size());
  const Vector alpha = factor.solve(Eigen::Map<const Vector>(seen.values.data(), n));
  const Matrix lower = factor.matrixL();
  process.weights.assign(alpha.data(), alpha.data() + n);
  process.cholesky.assign(lower.data(), lower.data() + n * n);
  return process;
}

Vector theta_of(const ProcessParameters& parameters) {
  const auto axes = static_cast<Eigen::Index>(parameters.log_lengths.size());
  Vector theta(axes + static_cast<Eigen::Index>(others));
  theta.head(axes) = Eigen::Map<const Vector>(parameters.log_lengths.data(), axes);
  theta.tail(others) << parameters.log_product, parameters.log_main, parameters.log_pairs, parameters.log_noise;
  return theta;
}

}  // namespace

std::vector<GaussianProcess> fitted(const std::vector<AxisMetric>& metric, const Observations& observations, std::size_t count,
                                    Rng rng) {
  const Observations deciding = thinned(observations, fitted_most);
  const Observations seen = thinned(observations, observed_most);
  std::vector<GaussianProcess> processes;
  Vector theta = likeliest(metric, deciding);
  processes.push_back(process_with(metric, seen, theta));
  double value = posterior(metric, deciding, theta);
  while (processes.size() < count) {
    for (int step = 0; step < steps_between_samples; ++step) {
      Vector other = theta;
      for (Eigen::Index i = 0; i < theta.size(); ++i)
        other[i] = std::clamp(theta[i] + walk_step * rng.normal(), theta_least, theta_most);
      const double other_value = posterior(metric, deciding, other);
      if (std::log(1 - rng.unit()) >= other_value - value) continue;
      theta = other;
      value = other_value;
    }
    processes.push_back(process_with(metric, seen, theta));
  }
  return processes;
}

Prediction predicted(const GaussianProcess& process, const std::vector<ValueIndex>& rows, std::size_t deviation_after) {
  constexpr std::size_t block = 256;
  const std::size_t width = process.observations.width;
  const std::size_t count = width == 0 ? 0 : rows.size() / width;
  const std::size_t n = process.observations.values.size();
  const Vector theta = theta_of(process.parameters);
  const auto kernels = axis_kernels(process.metric, process.observations, theta);
  const Weights weights = weights_of(theta, process.metric.size());
  const Eigen::Map<const Vector> alpha(process.weights.data(), static_cast<Eigen::Index>(n));
  const Eigen::Map<const Matrix> lower(process.cholesky.data(), static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  const auto deciding = static_cast<Eigen::Index>(std::min(n, deviation_after));
  Prediction prediction;
  prediction.mean.reserve(count);
  prediction.deviation.reserve(count);
  for (std::size_t begin = 0; begin < count; begin += block) {
    const std::size_t size = std::min(block, count - begin);
    Matrix cross(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(size));
    for (std::size_t c = 0; c < size; ++c) {
      const Likeness alike(process.metric, kernels, {rows.data() + (begin + c) * width, width}, static_cast<Eigen::Index>(n));
      cross.col(static_cast<Eigen::Index>(c)) = alike.covariance(weights);
    }
    const Vector mean = cross.transpose() * alpha;
    // The factor of the first observations' covariance is the first block of the whole's.
    Matrix first = cross.topRows(deciding);
    lower.topLeftCorner(deciding, deciding).triangularView<Eigen::Lower>().solveInPlace(first);
    const Vector explained = first.colwise().squaredNorm();
    for (Eigen::Index c = 0; c < static_cast<Eigen::Index>(size); ++c) {
      prediction.mean.push_back(mean[c]);
      prediction.deviation.push_back(std::sqrt(std::max(weights.whole() - explained[c], 1e-12)));
    }
  }
  return prediction;
}

}  // namespace sweetspot
