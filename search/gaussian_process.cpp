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

/// k_d of every two values of an axis, and its derivative by the logarithm of the length.
struct AxisKernel {
  std::size_t axis = 0;
  std::size_t values = 0;
  std::vector<double> k;
  std::vector<double> slope;
};

std::vector<AxisKernel> axis_kernels(const std::vector<AxisMetric>& metric, const Vector& theta) {
  std::vector<AxisKernel> kernels;
  for (std::size_t d = 0; d < metric.size(); ++d) {
    const double length = std::exp(theta[static_cast<Eigen::Index>(d)]);
    AxisKernel kernel{.axis = metric[d].axis, .values = metric[d].values, .k = {}, .slope = {}};
    for (const double distance : metric[d].distance) {
      const double r = std::sqrt(5.0) * distance / length;
      kernel.k.push_back((1 + r + r * r / 3) * std::exp(-r));
      kernel.slope.push_back(r * r / 3 * (1 + r) * std::exp(-r));
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

/// Covariances between one row and many.
void covariances(const std::vector<AxisKernel>& kernels, const Weights& weights, std::span<const ValueIndex> row,
                 const ValueIndex* others_begin, std::size_t count, double* out) {
  const std::size_t width = row.size();
  std::vector<std::pair<const double*, std::size_t>> tables;
  for (const AxisKernel& kernel : kernels) tables.emplace_back(kernel.k.data() + row[kernel.axis] * kernel.values, kernel.axis);
  for (std::size_t i = 0; i < count; ++i) {
    const ValueIndex* other = others_begin + i * width;
    double product = 1;
    double sum = 0;
    double squares = 0;
    for (const auto& [table, axis] : tables) {
      const double k = table[other[axis]];
      product *= k;
      sum += k;
      squares += k * k;
    }
    out[i] = weights.product * product + weights.main * sum + weights.pairs * (sum * sum - squares);
  }
}

Matrix covariance(const std::vector<AxisKernel>& kernels, const Weights& weights, const Observations& seen) {
  const auto n = static_cast<Eigen::Index>(seen.values.size());
  Matrix k(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    covariances(kernels, weights, seen.row(static_cast<std::size_t>(i)), seen.rows.data(), static_cast<std::size_t>(i) + 1,
                k.col(i).data());
    for (Eigen::Index j = 0; j < i; ++j) k(i, j) = k(j, i);
    k(i, i) += weights.noise + jitter;
  }
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
  const Eigen::LLT<Matrix> factor(covariance(axis_kernels(metric, theta), weights_of(theta, metric.size()), seen));
  if (factor.info() != Eigen::Success) return -1e300;
  const Eigen::Map<const Vector> y(seen.values.data(), static_cast<Eigen::Index>(seen.values.size()));
  return -0.5 * y.dot(factor.solve(y)) - factor.matrixLLT().diagonal().array().log().sum() + log_prior(theta, metric.size());
}

/// The same, and its gradient.
double posterior(const std::vector<AxisMetric>& metric, const Observations& seen, const Vector& theta, Vector& gradient) {
  const std::size_t width = metric.size();
  const auto kernels = axis_kernels(metric, theta);
  const Weights weights = weights_of(theta, width);
  const auto n = static_cast<Eigen::Index>(seen.values.size());
  const Eigen::LLT<Matrix> factor(covariance(kernels, weights, seen));
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
  std::vector<double> k(width);
  std::vector<double> by_length(width, 0.0);
  double by_product = 0;
  double by_main = 0;
  double by_pairs = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto a = seen.row(static_cast<std::size_t>(i));
    for (Eigen::Index j = 0; j <= i; ++j) {
      const auto b = seen.row(static_cast<std::size_t>(j));
      const double weight = i == j ? 0.5 * w(i, j) : w(i, j);
      double product = 1;
      double sum = 0;
      double squares = 0;
      for (std::size_t d = 0; d < width; ++d) {
        k[d] = kernels[d].k[a[kernels[d].axis] * kernels[d].values + b[kernels[d].axis]];
        product *= k[d];
        sum += k[d];
        squares += k[d] * k[d];
      }
      by_product += weight * product;
      by_main += weight * sum;
      by_pairs += weight * (sum * sum - squares);
      for (std::size_t d = 0; d < width && i != j; ++d) {
        const std::size_t axis = kernels[d].axis;
        if (a[axis] == b[axis]) continue;
        const double outer = weights.product * product / std::max(k[d], 1e-30) + weights.main + 2 * weights.pairs * (sum - k[d]);
        by_length[d] += weight * outer * kernels[d].slope[a[axis] * kernels[d].values + b[axis]];
      }
    }
  }
  for (std::size_t d = 0; d < width; ++d) gradient[static_cast<Eigen::Index>(d)] = by_length[d];
  gradient.tail(others) << by_product * weights.product, by_main * weights.main, by_pairs * weights.pairs,
      0.5 * w.trace() * weights.noise;
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
  const Eigen::LLT<Matrix> factor(covariance(axis_kernels(metric, theta), weights_of(theta, metric.size()), seen));
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

Prediction predicted(const GaussianProcess& process, const std::vector<ValueIndex>& rows) {
  constexpr std::size_t block = 256;
  const std::size_t width = process.observations.width;
  const std::size_t count = width == 0 ? 0 : rows.size() / width;
  const std::size_t n = process.observations.values.size();
  const Vector theta = theta_of(process.parameters);
  const auto kernels = axis_kernels(process.metric, theta);
  const Weights weights = weights_of(theta, process.metric.size());
  const Eigen::Map<const Vector> alpha(process.weights.data(), static_cast<Eigen::Index>(n));
  const Eigen::Map<const Matrix> lower(process.cholesky.data(), static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  Prediction prediction;
  prediction.mean.reserve(count);
  prediction.deviation.reserve(count);
  for (std::size_t begin = 0; begin < count; begin += block) {
    const std::size_t size = std::min(block, count - begin);
    Matrix cross(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(size));
    for (std::size_t c = 0; c < size; ++c)
      covariances(kernels, weights, {rows.data() + (begin + c) * width, width}, process.observations.rows.data(), n,
                  cross.col(static_cast<Eigen::Index>(c)).data());
    const Vector mean = cross.transpose() * alpha;
    lower.triangularView<Eigen::Lower>().solveInPlace(cross);
    const Vector explained = cross.colwise().squaredNorm();
    for (Eigen::Index c = 0; c < static_cast<Eigen::Index>(size); ++c) {
      prediction.mean.push_back(mean[c]);
      prediction.deviation.push_back(std::sqrt(std::max(weights.whole() - explained[c], 1e-12)));
    }
  }
  return prediction;
}

}  // namespace sweetspot
