#pragma once

#include <vector>

namespace sweetspot {

/// Not a number for no values.
double mean(const std::vector<double>& values);

/// With n - 1; 0 for fewer than two values.
double sample_deviation(const std::vector<double>& values);

double median(std::vector<double> values);

/// `fraction` in [0, 1], linear between neighbours (R's type 7). Not a number for no values.
double quantile(std::vector<double> values, double fraction);

/// Of positive values. Not a number for no values.
double geometric_mean(const std::vector<double>& values);

/// What the absolute value of Student's t exceeds with probability `error`. Infinity for fewer than one degree of freedom.
double t_quantile(int degrees, double error);

struct Interval {
  double low = 0;
  double high = 0;
  bool operator==(const Interval&) const = default;
};

/// Evidence against "the true mean is `hypothesis`" from n block results with this mean and sample deviation: the
/// anytime-valid t-test of measurement.md ("Order beats sample count") with g = 1,
///   E = (1+n)^(-1/2) [ (1 + t^2/nu) / (1 + t^2/(nu (1+n))) ]^((nu+1)/2), t = sqrt(n) (mean - hypothesis) / deviation, nu = n
///   - 1.
/// One may look after every block and stop at will: under the hypothesis E reaches 20 with probability at most 1/20. 1
/// for n < 2 and where a figure is no number; deviation 0 gives the formula's limit.
double e_value(int n, double mean, double deviation, double hypothesis);

/// Every true mean that E does not exclude (E < threshold). Covers the truth with probability at least 1 - 1/threshold
/// whenever one stops; unbounded (-infinity, infinity) while n is too small to exclude anything.
Interval confidence_sequence(int n, double mean, double deviation, double threshold = 20);

/// The smallest |mean| that n blocks with this deviation would have shown to differ from 0; infinity when none.
double detectable(int n, double deviation, double threshold = 20);

/// The true mean that a mean of n normal results speaks for when it is heard of only because it is not below `least`: the
/// conditional maximum of likelihood. Near the threshold much lower than `mean`, which was lucky to get there; far above it
/// the same.
double mean_when_chosen(int n, double mean, double deviation, double least);

/// What a confirm's blocks say; all in logarithms of ratios.
struct ConfirmDecision {
  int n = 0;
  double mean = 0;
  double deviation = 0;
  double e = 1;
  Interval interval;
  double detectable = 0;
  double claimable = 0;    ///< the smallest |mean| that is claimed: max(1 %, noise floor / sqrt(n)) (measurement.md)
  bool different = false;  ///< E >= 20, and the mean is not below what is claimed
};

/// From one log ratio per block. `noise_floor`: deviation of one block's log ratio when both arms are the same; 0: not known.
ConfirmDecision decide(const std::vector<double>& log_ratios, double noise_floor = 0);

}  // namespace sweetspot
