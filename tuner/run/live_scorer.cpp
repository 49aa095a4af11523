#include "gate/thresholds.hpp"
#include "run/capabilities.hpp"
#include "run/live_runner.hpp"

#include <fmt/format.h>

#include <utility>

// Another engine with the same weights in the place of a reference that gives no log probabilities or takes no token ids.

namespace sweetspot {

std::optional<std::string> scorer_note(const LiveSetup& setup) {
  if (!setup.scorer || scores_texts(setup.engine.protocol)) return std::nullopt;
  const auto& [engine, probe, model] = *setup.scorer;
  return fmt::format("{} gives no {}: texts that differ are scored by {} {} with {}", setup.engine.name,
                     setup.engine.protocol.logprobs_json.empty() ? "log probabilities" : "token ids", engine.name, probe.version,
                     model.path);
}

bool LiveRunner::needs_scorer(const VisitOrder& order, const Reference& reference, const Gating& gating) const {
  const Verdict verdict = chat_verdict_of(order, reference, gating);
  const bool open = verdict.outcome != Outcome::broken || gating.mode == Strictness::lossy || unexplained(reference, verdict);
  return setup_.scorer && open && !can_rescore(reference) && !differing_texts(reference, all_answers(gating.answers)).empty();
}

void LiveRunner::hear_scorer(const VisitOrder& order, const Reference& reference, std::optional<ServerProcess>& server,
                             Gating& gating) {
  const std::string& name = setup_.scorer->engine.name;
  const auto [known, is_new] = scorers_.try_emplace(reference.key);
  Scorer& scorer = known->second;
  try {
    if (scorer.refusal.empty()) {
      status_(fmt::format("asking {}: {}", name, display(order.config)));
      if (!server) server = start_scorer(order.config);
      const ChatTarget target = target_of(*server, setup_.scorer->engine);
      const auto progress = [&](std::size_t done, std::size_t all) {
        status_(fmt::format("{}: prompt {} of {}", name, done, all));
      };
      if (is_new) scorer = heard_scorer(name, target, reference, progress, interrupt_);
      if (scorer.refusal.empty()) score_with(target, scorer, reference, gating);
    }
  } catch (const TrialError& error) {  // the scorer's failure, not the candidate's
    server.reset();
    scorer.refusal = fmt::format("{}: {}", to_string(error.failure().kind), error.failure().detail);
  }
  if (gating.scorer == nullptr && gating.unscored.empty()) gating.unscored = name + ": " + scorer.refusal;
}

void LiveRunner::score_with(const ChatTarget& server, const Scorer& scorer, const Reference& reference, Gating& gating) {
  const std::vector<CandidateAnswer> texts = differing_texts(reference, all_answers(gating.answers));
  const int enough = gating.mode == Strictness::lossy ? thresholds::miscommits_enough_lossy : thresholds::broken_prompts_enough;
  std::vector<ScoredText> scores = rescore(server, scorer.opinion, texts, enough, interrupt_);
  // Texts that it cannot place leave the others' scores without a claim, unless these already damn.
  const std::string unknown = unknown_prompt(scorer, texts);
  if (!unknown.empty() && total(scores).miscommit == 0) {
    gating.unscored = fmt::format("{}: it does not answer {}", scorer.name, unknown);
    return;
  }
  gating.hearing.scores = std::move(scores);
  gating.scorer = &scorer;
}

void LiveRunner::ask_others(const VisitOrder& order, const Reference& reference, Verdict& verdict, Gating& gating) {
  if (needs_reference(order, reference, gating)) {
    const ServerProcess referee = start(reference_config(order.config));
    hear_reference(order, reference, target_of(referee), verdict, gating);
  }
  std::optional<ServerProcess> server;
  if (needs_scorer(order, reference, gating)) hear_scorer(order, reference, server, gating);
}

}  // namespace sweetspot
