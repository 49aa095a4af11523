#include "demo_engine/server/decoder.hpp"

#include <algorithm>
#include <cmath>

namespace demo {

namespace {

// Nat. Published flips between fused and unfused attention stay below 0.25 (gate.md, measured).
constexpr double unfused_noise = 0.05;
// A token that is not among the listed choices is at least this much less probable than the last of them.
constexpr double unlisted_logprob = -1;

/// What a quantised cache does to the logits, by the type of its keys and of its values: keys are the sensitive part.
double cache_noise(const Options& options) {
  const auto of = [](const std::string& type, double q8, double q4) { return type == "q8_0" ? q8 : type == "q4_0" ? q4 : 0.0; };
  return std::hypot(of(options.kv_type_k, 0.02, 0.8), of(options.kv_type_v, 0.01, 0.03));
}

}  // namespace

bool opens_thoughts(std::span<const Token> prompt, const Markers& markers) {
  // The template puts the marker at the end, with a line end behind it.
  constexpr std::size_t looked_at = 4;
  for (const Token token : prompt.last(std::min(looked_at, prompt.size()))) {
    if (token == markers.think_open) return true;
  }
  return false;
}

Decoder::Decoder(Engine& engine, Slot& slot, const DecodeRequest& request, RequestTraps& traps, Pacer& pacer)
    : engine_(engine), slot_(slot), request_(request), traps_(traps), pacer_(pacer), random_(seed_for(request.seed, "sampler")) {
  traps_.facts().concurrency = engine_.crossing.active.fetch_add(1) + 1;
  traps_.facts().in_reasoning = opens_thoughts(request.prompt, engine.markers);
}

Decoder::~Decoder() {
  engine_.crossing.rows[slot_.number].store(-1);
  engine_.crossing.active.fetch_sub(1);
}

std::size_t Decoder::read_prompt() {
  const auto& prompt = request_.prompt;
  const bool cached = request_.cache_prompt && engine_.options.cache_prompt;
  // The last token is always computed: its logits are the first answer.
  const std::size_t known = cached ? std::min(common_prefix(slot_.target->tokens(), prompt), prompt.size() - 1) : 0;
  slot_.target->truncate(known);
  for (std::size_t i = known; i < prompt.size(); ++i) slot_.target->append(prompt[i]);
  if (slot_.draft) slot_.draft->truncate(common_prefix(slot_.draft->tokens(), prompt));
  pacer_.work(engine_.clock.prefill_ms(static_cast<double>(prompt.size() - known), static_cast<double>(prompt.size())));
  return known;
}

Step Decoder::next_step() {
  traps_.facts().concurrency = engine_.crossing.active.load();
  const bool drafting = engine_.options.draft_depth > 0 && forced_.empty();
  const auto proposals = drafting ? propose(std::min(engine_.options.draft_depth, room() - 1)) : std::vector<Proposal>{};
  const int drafted = static_cast<int>(proposals.size());
  const std::size_t before = slot_.target->size();
  const Numerics numerics = numerics_of(drafted + 1);
  Step step;
  step.drafted = drafted;
  std::optional<Token> rejected;
  for (std::size_t i = 0; end_ == End::none; ++i) {
    const Proposal* proposal = i < proposals.size() ? &proposals[i] : nullptr;
    const Distribution target = target_distribution(numerics);
    Verdict verdict{.target = target, .forced = forced_};
    verdict.depth = static_cast<int>(i) + 1;
    decide(verdict, proposal);
    const bool taken = proposal != nullptr && verdict.accepted && verdict.token == proposal->token;
    if (proposal != nullptr && !taken) rejected = proposal->token;
    if (taken) ++step.accepted;
    step.tokens.push_back(recorded(verdict));
    commit(verdict.token);
    if (verdict.stop && end_ == End::none) end_ = End::length;
    // A trap may put another token in an accepted place; what was drafted behind it stands all the same, as it did there.
    if (proposal == nullptr || !verdict.accepted) break;
  }
  settle_draft(before + static_cast<std::size_t>(step.accepted));
  ContextEdit edit{*slot_.target, request_.prompt.size(), rejected, drafted, step.accepted};
  traps_.strike(&TrapHooks::context, edit);
  spend(drafted + 1, drafted);
  return step;
}

std::vector<Decoder::Proposal> Decoder::propose(int limit) {
  return engine_.options.spec_type == "ngram-simple" ? propose_from_context(limit) : propose_by_draft(limit);
}

std::vector<Decoder::Proposal> Decoder::propose_by_draft(int limit) {
  const auto context = slot_.target->tokens();
  Sequence& draft = *slot_.draft;
  for (std::size_t i = draft.size(); i < context.size(); ++i) draft.append(context[i]);
  std::vector<Proposal> proposals;
  for (int i = 0; i < limit; ++i) {
    Proposal proposal;
    proposal.distribution = engine_.draft->next(draft, {});
    proposal.from = candidates(proposal.distribution, request_.sampler);
    proposal.token = request_.sampler.greedy() ? proposal.from.front().token : draw(proposal.from, random_);
    draft.append(proposal.token);
    proposals.push_back(std::move(proposal));
    if (proposals.back().token == engine_.markers.end_of_turn) break;
  }
  return proposals;
}

/// What followed the last tokens where they stood before.
std::vector<Decoder::Proposal> Decoder::propose_from_context(int limit) const {
  constexpr std::size_t key = 3;
  const auto tokens = slot_.target->tokens();
  std::vector<Proposal> proposals;
  if (tokens.size() <= key) return proposals;
  const auto last = tokens.last(key);
  for (std::size_t at = tokens.size() - key; at-- > 0;) {
    if (!std::equal(last.begin(), last.end(), tokens.begin() + static_cast<std::ptrdiff_t>(at))) continue;
    for (std::size_t i = at + key; i < tokens.size() && static_cast<int>(proposals.size()) < limit; ++i)
      proposals.push_back({tokens[i], {{{tokens[i], 0}}}, {{tokens[i], 1}}});
    break;
  }
  return proposals;
}

Distribution Decoder::target_distribution(const Numerics& numerics) const {
  if (request_.must_call && call_is_due()) return {{{engine_.markers.call_open, 0}}};
  return engine_.target.next(*slot_.target, numerics);
}

/// Asked for a call the model may think first, and must call then.
bool Decoder::call_is_due() const { return !called_ && !traps_.facts().in_reasoning; }

Numerics Decoder::numerics_of(int width) {
  Numerics numerics;
  numerics.cache_noise = cache_noise(engine_.options);
  if (!engine_.options.flash_attention) {
    numerics.kernel_noise = unfused_noise;
    numerics.kernel = 1;
  }
  if (width > 1 && engine_.options.kernel_noise > 0) {
    numerics.kernel_noise = std::hypot(numerics.kernel_noise, engine_.options.kernel_noise);
    numerics.kernel += 2 * static_cast<std::uint64_t>(width);
  }
  traps_.strike(&TrapHooks::numerics, numerics);
  return numerics;
}

void Decoder::decide(Verdict& verdict, const Proposal* proposal) {
  verdict.shown = &verdict.target;
  verdict.greedy = request_.sampler.greedy();
  if (!forced_.empty()) {
    verdict.token = forced_.front();
    forced_.erase(forced_.begin());
    if (forced_certain_) show_as_certain(verdict);
    return;
  }
  if (proposal != nullptr) {
    verdict.proposed = proposal->token;
    verdict.draft = &proposal->distribution;
    decide_drafted(verdict, *proposal);
  } else {
    verdict.token =
        verdict.greedy ? verdict.target.choices.front().token : draw(candidates(verdict.target, request_.sampler), random_);
  }
  traps_.strike(&TrapHooks::verdict, verdict);
  forced_certain_ = verdict.certain;
  if (verdict.certain) show_as_certain(verdict);
}

void Decoder::show_as_certain(Verdict& verdict) {
  certain_.choices = {{verdict.token, 0}};
  verdict.shown = &certain_;
}

/// The rule that leaves the distribution as it is without drafting (Leviathan et al. 2023): accepted with p/q, else drawn
/// from what remains. Greedy it comes down to equality.
void Decoder::decide_drafted(Verdict& verdict, const Proposal& proposal) {
  if (engine_.options.optimistic) {
    verdict.accepted = true;
    verdict.token = proposal.token;
    verdict.shown = &proposal.distribution;
    return;
  }
  const auto target = candidates(verdict.target, request_.sampler);
  const double p = probability_of(target, proposal.token);
  const double q = probability_of(proposal.from, proposal.token);
  verdict.accepted = verdict.greedy ? p > 0 : random_.unit() * q < p;
  verdict.token = verdict.accepted ? proposal.token
                  : verdict.greedy ? target.front().token
                                   : draw(residual(target, proposal.from), random_);
}

TokenRecord Decoder::recorded(const Verdict& verdict) const {
  TokenRecord record;
  record.token = verdict.token;
  if (request_.alternatives < 0) return record;
  const auto& choices = verdict.shown->choices;
  const auto found =
      std::find_if(choices.begin(), choices.end(), [&](const Choice& choice) { return choice.token == verdict.token; });
  record.logprob = found != choices.end() ? found->logprob : choices.back().logprob + unlisted_logprob;
  const auto count = std::min(static_cast<std::size_t>(request_.alternatives), choices.size());
  record.top.assign(choices.begin(), choices.begin() + static_cast<std::ptrdiff_t>(count));
  return record;
}

void Decoder::commit(Token token) {
  const Markers& markers = engine_.markers;
  Facts& facts = traps_.facts();
  ++decided_;
  facts.token = decided_;
  engine_.crossing.rows[slot_.number].store(token);
  if (token == markers.end_of_turn) {
    end_ = End::end_of_turn;
    return;
  }
  slot_.target->append(token);
  if (token == markers.think_open || token == markers.think_close) facts.in_reasoning = token == markers.think_open;
  if (token == markers.call_open || token == markers.call_close) facts.in_call = token == markers.call_open;
  if (token == markers.call_open) called_ = true;
  if (room() <= 0) end_ = End::length;
}

/// Takes back what the draft model saw of refused tokens.
void Decoder::settle_draft(std::size_t known) {
  if (!slot_.draft) return;
  const auto target = slot_.target->tokens();
  std::size_t common = std::min({known, slot_.draft->size(), target.size()});
  // An edited context may differ further back.
  if (traps_.has(&TrapHooks::context) || traps_.has(&TrapHooks::verdict)) common = common_prefix(slot_.draft->tokens(), target);
  slot_.draft->truncate(common);
}

int Decoder::room() const {
  const int left = engine_.options.context - static_cast<int>(slot_.target->size());
  return std::min(left, request_.max_tokens - decided_);
}

void Decoder::spend(int width, int drafted) {
  StepShape shape;
  shape.width = width;
  shape.requests = traps_.facts().concurrency;
  shape.drafted = drafted;
  shape.context = static_cast<double>(slot_.target->size());
  double ms = engine_.clock.step_ms(shape);
  traps_.strike(&TrapHooks::cost, ms);
  pacer_.work(ms);
}

}  // namespace demo
