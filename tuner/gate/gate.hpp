#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "core/parameter.hpp"
#include "core/verdict.hpp"
#include "gate/check.hpp"
#include "gate/engagement.hpp"
#include "gate/reference.hpp"
#include "gate/rescore.hpp"
#include "gate/sampled.hpp"
#include "gate/scorer.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// Stands in Verdict::not_verified when the deadline came before every prompt was asked.
inline constexpr std::string_view cut_short = "cut short by the time limit";

/// How strict: what the configuration's flags may do to the output.
enum class Strictness { exact, numeric, lossy };

/// Everything that a candidate answered for the gate.
struct Interview {
  std::vector<CandidateAnswer> answers;
  std::vector<StateAnswer> state;  ///< prompts again at the end, on the same process
  bool never_met = false;          ///< several are served at once, and yet too few tokens were in company
  std::int64_t requests = 0;
  enum class End { complete, enough_broken, out_of_time };
  End end = End::complete;
};

struct InterviewPlan {
  std::vector<std::size_t> prompts;  ///< indices of usable reference answers
  /// Not streamed as well: every prompt, or every second one (and whatever differs) on slow models.
  enum class Plain { every, every_second };
  Plain plain = Plain::every;
  Tier tier = Tier::quick;
  /// Prompts again in another state of the server (G10): what every API shares is looked at over one.
  enum class State { asked, left_out };
  State state = State::asked;
  int together = 1;  ///< requests that the configuration serves at once; two are asked in any case
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// Asks a running candidate as its user would: greedy, prompt cache as served. Ends early when enough prompts are broken.
Interview interview(const ChatTarget& candidate, const Reference& reference, const InterviewPlan& plan,
                    const InterruptFlag& interrupt);

/// The part of an interview about state (G10): prompts asked again, one after an answer that was cancelled, several at once.
void ask_state(const ChatTarget& candidate, const Reference& reference, const InterviewPlan& plan, const InterruptFlag& interrupt,
               Interview& interview);

/// All texts that differ from the reference's can be scored: the answers, and those in another state that differ from them.
std::vector<CandidateAnswer> all_answers(const Interview& interview);

/// What the verdict depends on beside the answers.
struct GateContext {
  const EngineDescriptor& engine;
  const Reference& reference;
  const std::vector<Parameter>& parameters;
  Config config;
  ServerTraces traces;
  Tier tier = Tier::quick;
  std::optional<Quality> quality = std::nullopt;  ///< G12, of declared-lossy configurations
  SamplingResult sampling = {};
  std::vector<std::size_t> excused = {};  ///< answers whose calls differ as the reference's own would (excuse.hpp)
  const Scorer* scorer = nullptr;         ///< the other engine that gave the scores; null: the reference, or nobody
  std::string unscored = {};              ///< why another engine that was asked gave none
};

/// The configuration against the reference. Without `scores`, texts that differ are judged by their first divergence
/// alone: enough to see that something is broken, never enough for a pass.
Verdict judged(const GateContext& context, const Interview& interview, const std::vector<ScoredText>* scores);

/// What was found wrong with the configuration in another state of the server: G10. `opinion` explains what differs: the
/// reference itself, or a scorer's answers in its place.
struct StateFault {
  std::string how;
  Evidence evidence;
};
std::optional<StateFault> state_fault(const Reference& reference, const Reference& opinion, const Interview& interview,
                                      Strictness mode);

/// Who knows the margins of the reference's tokens: a scorer, where one gave the scores.
const Reference& opinion_of(const GateContext& context);

/// Broken only because texts differ at places of which the reference knows no margins: a scorer may know better.
bool unexplained(const Reference& reference, const Verdict& verdict);

/// Seconds per decoded token of the reference / those of the candidate, over the prompts both answered streamed.
std::optional<double> gate_speed_ratio(const Reference& reference, const Interview& interview);

Strictness strictness(const EngineDescriptor& engine, const std::vector<Parameter>& parameters, const Config& config);

/// A trap of the descriptor that the configuration trips, or null.
const Trap* tripped_trap(const EngineDescriptor& engine, const std::vector<Parameter>& parameters, const Config& config);

}  // namespace sweetspot
