#pragma once

#include "core/config.hpp"
#include "core/parameter.hpp"
#include "core/verdict.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// The values that one parameter may take in this search; never empty.
struct Axis {
  std::string parameter;
  std::vector<Value> values;
  bool operator==(const Axis&) const = default;
};

/// Place of a value in its axis.
using ValueIndex = std::uint16_t;

/// What is searched. `baseline` holds a value for every axis and every fixed parameter; it is always a member.
struct SearchSpace {
  Config baseline;
  std::vector<Axis> axes;
  std::vector<Parameter> parameters;  ///< of every axis and of all that the constraints name
  std::vector<Constraint> constraints;
  AllowLossy allow_lossy = AllowLossy::no;  ///< no: a value that is lossy by itself is in no combination
  /// Where a recorded table is the whole space: its configurations, row after row the place of each axis' value (axes without
  /// duplicates, the baseline's value among them). Empty: every combination that the constraints allow.
  std::vector<ValueIndex> rows;
  /// To be tried first, the most promising first: what was best on machines like this one.
  std::vector<Config> winners;
  bool operator==(const SearchSpace&) const = default;
};

/// Why the configuration is never launched; nothing when it may be.
std::optional<std::string> refusal(const SearchSpace& space, const Config& config);

/// With the parameters that do nothing here set back to their baseline value, so that duplicates collapse.
Config canonical(const SearchSpace& space, const Config& config);

/// The valid configurations, canonical, in which exactly `changes` parameters differ from the baseline; at most `limit`.
std::vector<Config> configurations_with_changes(const SearchSpace& space, std::size_t changes, std::size_t limit = 1'000'000);

/// Every valid configuration, canonical, without duplicates: the baseline, then those with one changed parameter, then
/// two, ...; at most `limit` (search.md: enumerated to 1e6).
std::vector<Config> valid_configurations(const SearchSpace& space, std::size_t limit = 1'000'000);

}  // namespace sweetspot
