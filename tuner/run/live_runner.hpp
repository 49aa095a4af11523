#pragma once

#include "backends/descriptor.hpp"
#include "backends/launch_plan.hpp"
#include "backends/probe.hpp"
#include "backends/server_process.hpp"
#include "core/interrupt.hpp"
#include "core/prompt.hpp"
#include "core/study.hpp"
#include "gate/gate.hpp"
#include "gate/sampled.hpp"
#include "run/api_gate.hpp"
#include "run/hearing.hpp"
#include "run/live_setup.hpp"
#include "run/measure.hpp"
#include "run/observation.hpp"
#include "run/trial_runner.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace sweetspot {

/// That another engine will score, and why; nothing where the engine does so itself or no other was found.
std::optional<std::string> scorer_note(const LiveSetup& setup);

/// How much the reference may ask.
struct ReferenceSize {
  int generated_tools = 0;
  int generated_texts = 0;
  int max_tokens = 0;                ///< cap over the prompts' own; 0: none
  std::vector<std::int64_t> depths;  ///< tokens of context at which facts must be found again (G11); none: too slow here
  InterviewPlan::Plain plain = InterviewPlan::Plain::every;
  bool operator==(const ReferenceSize&) const = default;
};

/// What the reference is asked at the tiers quick, standard and release.
std::vector<Prompt> reference_prompts(const std::vector<Prompt>& gate_prompts, const ReferenceSize& size, std::uint64_t seed,
                                      Tier tier);

/// Plain greedy decoding by this engine, with the configuration's semantic values as far as the engine has them.
Config plain_config(const EngineDescriptor& engine, const EngineProbe& probe, const Config& config);

using StatusLine = std::function<void(const std::string&)>;

/// Real servers on this machine.
class LiveRunner final : public TrialRunner {
public:
  LiveRunner(LiveSetup setup, const InterruptFlag& interrupt, StatusLine status);

  /// Launches the configuration once and looks. Throws TrialError when it does not start or does not answer.
  Observation observe(const Config& config);

  void set_reference_size(const ReferenceSize& size) { size_ = size; }
  /// A reference that has to be asked is not asked beyond this, but for what every claim needs.
  void set_reference_deadline(std::chrono::steady_clock::time_point deadline) { reference_deadline_ = deadline; }
  /// The reference of the configuration's semantic values, with the prompts that the tier needs: from memory, from disk, or
  /// asked now. Throws TrialError.
  const Reference& reference_for(const Config& config, Tier tier);
  /// Of the reference that asked most so far.
  ReferenceSummary reference_summary() const;

  VisitOutcome visit(const VisitOrder& order) override;
  std::vector<SettledVerdict> settle() override;
  void cool_down() override;

  const LiveSetup& setup() const { return setup_; }

private:
  /// One candidate on its way through the gate.
  struct Gating {
    Interview answers;
    ServerTraces traces;
    Strictness mode = Strictness::exact;
    Hearing hearing;
    std::optional<Quality> quality;
    std::optional<DrawPlan> draw_plan;
    std::optional<Draws> draws;
    SamplingResult sampling;
    const Scorer* scorer = nullptr;  ///< the other engine that gave the scores
    std::string unscored;            ///< why another engine that was asked gave none
    std::vector<ApiGating> apis;
  };

  /// One that waits for settle().
  struct Waiting {
    VisitOrder order;
    const Reference* reference = nullptr;
    Verdict verdict;
    Gating gating;
    bool heard = true;  ///< false: the reference could not be asked
  };

  /// A server that the next visit may go on with.
  struct Kept {
    std::optional<ServerProcess> server;
    std::vector<std::string> argv;
    std::set<std::string> served;  ///< keys of the configurations
    int visits = 0;                ///< that it has answered
  };

  ServerProcess start(const Config& config);
  ServerProcess server_for(const VisitOrder& order);
  void keep_or_stop(const VisitOrder& order, ServerProcess& server);
  ServerProcess start_scorer(const Config& config);
  ChatTarget target_of(const ServerProcess& server) const { return target_of(server, setup_.engine); }
  static ChatTarget target_of(const ServerProcess& server, const EngineDescriptor& engine);
  Config reference_config(const Config& config) const;
  std::vector<Prompt> prompts_of(Tier tier) const;
  std::string reference_key(const Config& reference_config, Tier tier) const;
  Reference asked_reference(const Config& reference_config, const std::string& key, Tier tier);
  double largest_self_difference(const Config& reference_config, const Reference& reference);
  void interview_candidate(const VisitOrder& order, const Reference& reference, ServerProcess& server, Gating& gating);
  /// None yet asked; references that are not known are asked now.
  std::vector<ApiGating> api_gatings(const Config& config, const Reference& chat);
  GateContext context_of(const VisitOrder& order, const Reference& reference, const Gating& gating) const;
  Verdict chat_verdict_of(const VisitOrder& order, const Reference& reference, const Gating& gating) const;
  Verdict verdict_of(const VisitOrder& order, const Reference& reference, const Gating& gating) const;
  bool broken_for_good(const VisitOrder& order, const Reference& reference, const Gating& gating) const;
  bool needs_reference(const VisitOrder& order, const Reference& reference, const Gating& gating);
  void hear_reference(const VisitOrder& order, const Reference& reference, const ChatTarget& server, Verdict& verdict,
                      Gating& gating);
  void hear_waiting();
  /// hear_reference, hear_scorer, or both, one server after the other.
  void ask_others(const VisitOrder& order, const Reference& reference, Verdict& verdict, Gating& gating);
  bool needs_scorer(const VisitOrder& order, const Reference& reference, const Gating& gating) const;
  /// `server` is started where it is not yet. A scorer that fails costs the scores, not the verdict.
  void hear_scorer(const VisitOrder& order, const Reference& reference, std::optional<ServerProcess>& server, Gating& gating);
  void score_with(const ChatTarget& server, const Scorer& scorer, const Reference& reference, Gating& gating);
  void close(const VisitOrder& order, const Reference& reference, Verdict& verdict, Gating& gating);
  void keep_evidence(const VisitOrder& order, const Reference& reference, const Gating& gating, Verdict& verdict) const;
  bool draws_missing(const Reference& reference, const Gating& gating);
  void draw_reference(const VisitOrder& order, const Reference& reference, const ChatTarget& server, const Gating& gating);
  std::string draw_key(const Reference& reference, const DrawPlan& plan) const;
  void add_depths(const VisitOrder& order, ServerProcess& server, VisitOutcome& outcome);
  void add_crowd(const VisitOrder& order, ServerProcess& server, Visit& visit, std::optional<Evidence>& fault);
  void add_timed(const VisitOrder& order, ServerProcess& server, VisitOutcome& outcome);

  LiveSetup setup_;
  Kept kept_;
  const InterruptFlag& interrupt_;
  StatusLine status_;
  std::optional<double> cool_c_;  ///< temperature before the first burst
  ReferenceSize size_;
  std::chrono::steady_clock::time_point reference_deadline_ = std::chrono::steady_clock::time_point::max();
  std::map<std::string, Reference> references_;
  std::map<std::string, Reference> api_references_;
  std::map<std::string, Scorer> scorers_;  ///< the other engine's opinion of each reference, by its key
  std::string fresh_key_;                  ///< of the reference with fresh prompts, which is no part of the study's
  std::vector<Waiting> waiting_;
  std::map<std::string, Draws> draws_;  ///< of references, by what was drawn
};

}  // namespace sweetspot
