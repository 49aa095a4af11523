#pragma once

#include "core/measurement.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// A bound on a measured figure, such as "ttft_ms_p95<500" or "memory_bytes_peak<24G".
struct Requirement {
  enum class Op { less, less_or_equal, greater, greater_or_equal };
  std::string figure;  ///< a field of Measurement
  Op op = Op::less;
  double bound = 0;
  std::string text;  ///< as it was given
  bool operator==(const Requirement&) const = default;
};

/// Reads FIGURE<BOUND, with <=, > and >= too; K, M, G and T behind the number are powers of 1024. Throws Error that shows the
/// text and what is allowed, with "did you mean" for a figure.
Requirement requirement_from(const std::string& text);

/// Figures that can be bounded.
std::vector<std::string> bounded_figures();

/// Bytes of "24G", "512M", "1073741824". Throws Error.
double bytes_from(const std::string& text);

/// What is not as required, in words; nothing when all is. A figure that was not measured is not as required.
std::optional<std::string> unmet(const std::vector<Requirement>& requirements, const Measurement& measurement);

}  // namespace sweetspot
