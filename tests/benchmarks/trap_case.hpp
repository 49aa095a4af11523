#pragma once

#include "core/config.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// The trap catalogue of gate.md against the real gate: the demo engine misbehaves as asked, the gate says what it sees.
namespace sweetspot::traps {

/// A row of `sweetspot-demo-engine --list-traps --json`, and how it is met.
struct TrapCase {
  std::string id;         ///< "T14"
  std::string name;       ///< "last-brace-lost"
  std::string expected;   ///< "broken", "lossy_or_broken", "pass", "finding", "inconclusive", "error", "not_recommended"
  bool control = false;   ///< healthy: the gate is wrong if it rejects it
  Config config;          ///< candidate that has the fault
  std::string condition;  ///< of the trap, so that the reference is sound; empty: the default has the fault, too
};

/// What came of one try.
struct TrapOutcome {
  bool right = false;
  std::string outcome;      ///< of the verdict, or what was recommended
  std::string check;        ///< that decided
  std::int64_t tokens = 0;  ///< compared until then
  double seconds = 0;
};

/// Every row of the table that the executable itself lists. Throws Error.
std::vector<TrapCase> trap_cases(const std::filesystem::path& demo_engine);

/// Checks the case as `tune` would: quick, then standard while nothing is found. `cache` is shared by tries, so that the
/// sound reference is asked once.
TrapOutcome tried(const TrapCase& trap, std::uint64_t seed, const std::filesystem::path& demo_engine,
                  const std::filesystem::path& cache);

}  // namespace sweetspot::traps
