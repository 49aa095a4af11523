#pragma once

#include "core/rng.hpp"
#include "search/metric.hpp"

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace sweetspot {

/// Configurations and a number for each. Numbers should have mean 0 and deviation 1.
struct Observations {
  std::size_t width = 0;         ///< axes
  std::vector<ValueIndex> rows;  ///< one after another
  std::vector<double> values;

  std::span<const ValueIndex> row(std::size_t i) const { return {rows.data() + i * width, width}; }
};

/// Logarithms of what the covariance is made of:
///   product * prod_d k_d + main * mean_d k_d + pairs * mean_{d<e} k_d k_e + noise, k_d = Matern-5/2 of distance_d / length_d
/// (additive kernels: Duvenaud, Nickisch, Rasmussen, NIPS 2011). Between words the distance is 0 or 1, so that k_d is the
/// Hamming kernel with a length of its own.
struct ProcessParameters {
  std::vector<double> log_lengths;  ///< one an axis
  double log_product = 0;
  double log_main = 0;
  double log_pairs = 0;
  double log_noise = 0;
};

/// A Gaussian process after its observations.
struct GaussianProcess {
  std::vector<AxisMetric> metric;
  ProcessParameters parameters;
  Observations observations;
  std::vector<double> weights;   ///< K^-1 values
  std::vector<double> cholesky;  ///< lower, column after column
};

struct Prediction {
  std::vector<double> mean;
  std::vector<double> deviation;  ///< of the function, without noise
};

/// The first has the parameters that are likeliest after the observations (gradient ascent on the marginal likelihood with
/// log-normal priors), the others are drawn from what else is likely (a random walk from there): few observations leave much
/// open. At most 100 observations decide the parameters, the highest half of them and the rest evenly.
std::vector<GaussianProcess> fitted(const std::vector<AxisMetric>& metric, const Observations& observations, std::size_t count,
                                    Rng rng);

/// Of rows as in Observations. With `deviation_after` the deviation is that after the first so many observations, which is
/// never less than after all and costs much less; the mean is after all of them.
Prediction predicted(const GaussianProcess& process, const std::vector<ValueIndex>& rows,
                     std::size_t deviation_after = std::numeric_limits<std::size_t>::max());

}  // namespace sweetspot
