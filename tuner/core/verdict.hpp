#pragma once

#include <array>
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

/// How much is asked. `fresh` is no length but other prompts: for the one that was chosen, prompts that no choice has seen.
enum class Tier { quick, standard, release, fresh };

std::string_view to_string(Tier tier);
/// Of the three that a user may ask for; throws Error for other words.
Tier tier_from(std::string_view text);

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
  /// Positions by margin: none, up to 0.1, 0.5, 1, 2, 4 nat, and beyond.
  std::array<std::int64_t, 7> histogram{};
  bool operator==(const Rescored&) const = default;
};

/// The candidate's next-token distribution against the reference's, on the reference's own text (gate.md G12).
struct Quality {
  std::int64_t positions = 0;
  double mean_kld = 0;       ///< nat a token, a lower bound from the tokens that both list
  double same_top_rate = 0;  ///< share of positions with the same most probable token
  double perplexity =
      0;  ///< of the reference's text to the candidate; at least, as what it does not list counts as the last that it does
  double reference_perplexity = 0;  ///< of the same tokens to the reference itself
  std::string texts;                ///< "workload": the answers to the user's prompts; empty: those to the built-in ones
  bool operator==(const Quality&) const = default;
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

/// What was seen over an API beside chat.
struct ApiVerdict {
  std::string api;  ///< "messages", "responses"
  Outcome outcome = Outcome::inconclusive;
  std::string check;  ///< the one that decided
  std::string detail;
  std::int64_t prompts_compared = 0;
  bool operator==(const ApiVerdict&) const = default;
};

struct Verdict {
  Outcome outcome = Outcome::inconclusive;
  Tier tier = Tier::quick;  ///< quick, standard or release: the most that was asked
  bool fresh = false;       ///< also asked prompts that no choice has seen, as far as time allowed
  std::string check;        ///< the one that decided
  std::string api;          ///< over which it did; empty: chat
  std::string detail;
  std::vector<std::string> not_verified;
  std::vector<ApiVerdict> apis;  ///< in the order in which they were asked; empty: chat alone
  std::vector<Divergence> divergences;
  std::optional<Rescored> rescored;
  std::optional<Quality> quality;
  bool beyond_limit = false;  ///< changed by more than AllowLossy takes
  std::optional<Evidence> evidence;
  std::vector<CheckResult> checks;
  std::int64_t prompts_compared = 0;
  std::int64_t tokens_compared = 0;
  std::int64_t requests = 0;
  std::string evidence_folder;  ///< name of the folder that holds all that was seen; empty: none was written
  bool operator==(const Verdict&) const = default;
};

/// Whether so much was asked, or more, and fresh prompts as well.
bool stood(const Verdict& verdict, Tier tier);

}  // namespace sweetspot
