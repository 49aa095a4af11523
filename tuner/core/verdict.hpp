#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// In the order of gate.md 7.1. Only pass and tie (and lossy on request) make a configuration eligible.
enum class Outcome { pass, tie, lossy, broken, inconclusive, error };

/// Whether the user takes output that is changed within limits for more speed.
enum class AllowLossy { no, yes };

std::string_view to_string(Outcome outcome);
Outcome outcome_from(std::string_view text);

/// The first place where a candidate's answer leaves the reference's.
struct Divergence {
  std::string prompt_id;
  std::int64_t token = 0;        ///< position in the reference's answer
  std::optional<double> margin;  ///< reference logprob(best) - logprob(candidate's token), nat; nothing: outside the top
  std::optional<int> rank;       ///< of the candidate's token among the reference's, from 1
  std::string classification;    ///< tie, grey, miscommit
  bool operator==(const Divergence&) const = default;
};

/// The candidate's own answers scored by the reference, token by token (gate.md 7.3b).
struct Rescored {
  std::int64_t tokens = 0;
  std::int64_t disagree = 0;   ///< not the reference's first choice
  std::int64_t grey = 0;       ///< tau < margin <= 2 nat
  std::int64_t miscommit = 0;  ///< margin > 2 nat, or outside the top
  double worst_margin = 0;     ///< nat; outside the top counts as the margin to the last alternative shown
  bool operator==(const Rescored&) const = default;
};

/// The shortest prompt that shows it.
struct Evidence {
  std::string prompt_id;
  std::string expected;
  std::string observed;
  std::string detail;
  bool operator==(const Evidence&) const = default;
};

struct CheckResult {
  std::string id;  ///< "G3"
  Outcome outcome = Outcome::pass;
  std::string detail;
  bool operator==(const CheckResult&) const = default;
};

struct Verdict {
  Outcome outcome = Outcome::inconclusive;
  std::string check;  ///< the one that decided
  std::string detail;
  std::vector<std::string> not_verified;
  std::vector<Divergence> divergences;
  std::optional<Rescored> rescored;
  std::optional<Evidence> evidence;
  std::vector<CheckResult> checks;
  std::int64_t prompts_compared = 0;
  std::int64_t tokens_compared = 0;
  std::int64_t requests = 0;
  bool operator==(const Verdict&) const = default;
};

}  // namespace sweetspot
