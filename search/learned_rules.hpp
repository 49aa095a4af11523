#pragma once

#include "core/config.hpp"
#include "core/failure.hpp"
#include "core/search_space.hpp"
#include "core/trial.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace sweetspot {

/// Values that do not run, by themselves or two together, whatever else is set.
struct LearnedRule {
  Config part;  ///< one value or two
  FailureKind kind = FailureKind::launch_failed;
  std::string message;     ///< of the last such failure: the first line of what the engine said; may be empty
  std::size_t failed = 0;  ///< trials that hold the part and failed so
  bool operator==(const LearnedRule&) const = default;
};

/// A rule is learned from two failures of the same kind and message (numbers in it may differ) that hold the part, each a
/// minimal difference: of what worked something differs from it by one value of the part. Nothing that holds the part has
/// worked; of two values each has worked without the other, and each was that one difference somewhere. Sizes (search/metric) are
/// in no rule: what is too much of them depends on the others.
std::vector<LearnedRule> learned_rules(const SearchSpace& space, const std::vector<Trial>& history);

/// "cache_type=q8_0 flash_attention=off does not run (2 times out_of_memory: message)".
std::string text(const LearnedRule& rule);

}  // namespace sweetspot
