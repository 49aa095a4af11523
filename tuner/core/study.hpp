#pragma once

#include "core/config.hpp"
#include "core/machine_profile.hpp"
#include "core/trial.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// How visits follow one another: without rest once the machine is warm, or each from a machine that has cooled down. Figures of
/// the two are never mixed.
enum class Pace { sustained, burst };
std::string_view to_string(Pace pace);
Pace pace_from(std::string_view text);

/// A model file as the report names it.
struct ModelIdentity {
  std::string path;
  std::int64_t size_bytes = 0;
  std::string sha256;  ///< of the first and last MiB and the size: cheap, enough to see a change
  std::string name;    ///< from the metadata, else the file's stem
  std::string quantisation;
  std::string architecture;
  std::int64_t context_length = 0;
  std::int64_t nextn_predict_layers = 0;
  std::int64_t bytes_per_token = 0;  ///< weights that plain decoding reads for one token; 0: not known
  bool has_chat_template = false;
  bool operator==(const ModelIdentity&) const = default;
};

struct EngineIdentity {
  std::string name;
  std::string version;
  std::string binary;
  bool operator==(const EngineIdentity&) const = default;
};

/// What a configuration is run on.
struct Target {
  MachineProfile machine;
  EngineIdentity engine;
  ModelIdentity model;
  std::optional<ModelIdentity> draft_model;
  bool operator==(const Target&) const = default;
};

/// Tokens per second that memory bandwidth allows plain decoding: what is measured of it, by what a token reads (roofline).
/// Nothing when either is not known.
std::optional<double> ceiling_tokens_per_second(const Target& target);

/// A launch command ready to paste.
struct Command {
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
  std::string shell;  ///< one line, quoted for a POSIX shell
  bool operator==(const Command&) const = default;
};

struct Warning {
  std::string code;
  std::string text;
  std::string hint;
  bool operator==(const Warning&) const = default;
};

struct DroppedPrompt {
  std::string prompt_id;
  std::string reason;
  bool operator==(const DroppedPrompt&) const = default;
};

/// Something that is wrong with engine or model before any flag is touched.
struct Finding {
  std::string code;
  std::string text;
  std::optional<Evidence> evidence;
  bool fatal = false;  ///< the text itself is unsound
  bool operator==(const Finding&) const = default;
};

/// What the study knows of its reference.
struct ReferenceSummary {
  int prompts = 0;  ///< asked; what is left to compare with is that minus the dropped
  std::int64_t tokens = 0;
  std::vector<DroppedPrompt> dropped;
  std::vector<std::string> not_verified;
  std::vector<Finding> findings;
  bool operator==(const ReferenceSummary&) const = default;
};

struct Gain {
  double ratio = 1;
  double ratio_low = 1;
  double ratio_high = 1;
  double confidence = 0.95;
  bool operator==(const Gain&) const = default;
};

enum class RecommendationKind { improvement, keep_default, unsound };
std::string_view to_string(RecommendationKind kind);
RecommendationKind recommendation_kind_from(std::string_view text);

struct Recommendation {
  RecommendationKind kind = RecommendationKind::keep_default;
  Config config;
  Config changed;
  std::string reason;
  std::vector<std::string> not_verified;
  std::optional<Gain> gain;
  std::optional<Measurement> measurement;       ///< of an improvement, in the confirm's blocks alone
  std::optional<double> detectable_gain_ratio;  ///< smallest gain that this run could have seen
  std::optional<Command> command;
  std::optional<Verdict> verdict;
  bool operator==(const Recommendation&) const = default;
};

struct Rejected {
  Config config;
  Config changed;
  Config culprit;  ///< smallest part of `changed` that still fails
  std::optional<double> speed_ratio;
  std::string speed_basis;  ///< "gate", "timed" or empty
  Outcome outcome = Outcome::broken;
  std::string check;
  std::optional<Evidence> evidence;
  Command command;
  bool operator==(const Rejected&) const = default;
};

/// What one parameter value does to the score, all else equal.
struct ParameterEffect {
  std::string parameter;
  Value value;
  double ratio = 1;
  double ratio_low = 1;
  double ratio_high = 1;
  bool operator==(const ParameterEffect&) const = default;
};

/// What the visits would choose for a goal; the default where nothing is ahead of it by more than their noise.
struct GoalPick {
  std::string goal;
  Config config;
  Config changed;
  double ratio = 1;  ///< default's seconds / the pick's; of goal memory: bytes. Not confirmed
  bool operator==(const GoalPick&) const = default;
};

/// A saved recommendation, looked at again later.
struct Reverification {
  std::string at;  ///< UTC, ISO 8601
  std::string engine_version;
  std::vector<std::string> stale;  ///< what had changed since
  std::string outcome;             ///< of the quick check
  std::string detail;              ///< of the outcome, or why nothing could be started
  std::optional<double> ratio;     ///< default's seconds / the recommended one's
  bool holds = false;              ///< right, and nothing says that it is slower
  bool resolved = true;            ///< false: the check or the blocks could not tell
  bool operator==(const Reverification&) const = default;
};

/// A study and its result: all that a report shows.
struct Study {
  std::string id;
  std::string key;
  std::string tool_version;
  std::string started_at;
  double duration_s = 0;
  std::uint64_t seed = 0;
  std::string strategy;
  std::string goal;
  std::string sampler;  ///< "greedy" or key=value pairs
  Pace pace = Pace::sustained;
  std::string status;  ///< running, interrupted, done, failed
  Target target;
  Config fixed;
  Config baseline;
  Command baseline_command;
  std::optional<Measurement> baseline_measurement;  ///< where a gain was confirmed: in the confirm's blocks alone
  ReferenceSummary reference;
  std::vector<Trial> trials;
  Recommendation recommendation;
  std::vector<Rejected> rejected;
  std::vector<ParameterEffect> effects;
  std::vector<GoalPick> picks;
  std::vector<std::string> pareto;
  std::vector<std::string> pareto_lossy;
  std::vector<Warning> warnings;
  std::map<std::string, Command> commands;  ///< by trial id
  std::vector<Reverification> reverifications;
  bool operator==(const Study&) const = default;
};

/// The trial of a configuration, or null.
const Trial* find_trial(const Study& study, const Config& config);

}  // namespace sweetspot
