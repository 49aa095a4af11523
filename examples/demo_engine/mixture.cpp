#include "demo_engine/mixture.hpp"

#include "demo_engine/hash.hpp"

#include <algorithm>
#include <cmath>

namespace demo {
namespace {

constexpr double back_off = 0.35;     // weight of shorter contexts, per different continuation
constexpr double other_kind = 0.001;  // weight of a count from another kind of text
constexpr double weight_least = 1e-7;
constexpr std::size_t candidates_enough = 24;  // then contexts shorter still are not asked
constexpr std::size_t candidates_least = 12;   // what distribution() promises, and room for tokens that are set apart
constexpr double little_left = 0.02;           // of the probability, for these
constexpr double preference = 1.35;            // nat: how much the model's own taste moves a free choice
constexpr double unlisted = 0.004;             // probability left for all tokens that are not among the candidates
constexpr std::size_t taken_max = 24;          // continuations of one context
constexpr std::size_t strangers_max = 4;       // of them that are from other kinds of texts
constexpr int match_max = 24;                  // tokens compared backwards
constexpr double repetition_growth = 0.4;      // for each further token that is the same
constexpr double repetition = 1.6;             // nat: against saying again what the answer has said
constexpr double too_early = 5;                // nat: against ending before the answer is as long as it should be

double uniform_between(double low, double high, double u) { return low + (high - low) * u; }

/// How far the planned token stands above all others: wording has near ties, values have none.
double margin_of(Firmness firmness, std::uint64_t hash) {
  const double which = unit(hash);
  const double u = unit(scrambled(hash));
  switch (firmness) {
    case Firmness::wording:
      if (which < 0.035) return uniform_between(0.01, 0.5, u);
      if (which < 0.12) return uniform_between(0.5, 2.0, u);
      return uniform_between(2.0, 8.0, u);
    case Firmness::code:
      if (which < 0.006) return uniform_between(0.02, 0.5, u);
      if (which < 0.03) return uniform_between(0.5, 2.5, u);
      return uniform_between(2.5, 11.0, u);
    case Firmness::value: break;
  }
  return uniform_between(4.0, 12.0, u);
}

/// Trust in a copy of what followed the same tokens before.
double copy_weight(int matched) { return matched < 3 ? 0.0 : std::min(0.95, 0.22 * (matched - 2)); }

int matched_tokens(std::span<const Token> tokens, std::int32_t at) {
  int matched = 0;
  for (std::size_t a = static_cast<std::size_t>(at), b = tokens.size() - 1; matched < match_max; --a, --b) {
    if (tokens[a] != tokens[b]) break;
    ++matched;
    if (a == 0) break;
  }
  return matched;
}

}  // namespace

Ability ability_of(ModelSize size) {
  Ability ability;
  if (size == ModelSize::draft) {
    // About as often right as the published drafts of 27B models (87, 72 and 63 % to the first three places, MTPLX#64), over the
    // thoughts and answers of the timed prompts: what the costs in server/machine.cpp were fitted with.
    ability.ngrams = {.order = 4, .forgotten = 0.15};
    ability.distilled = 0.9;
    ability.wording_forgotten = 0.25;
    ability.code_forgotten = 0.3;
    ability.value_forgotten = 0.15;
    ability.induction = 0.8;
    ability.preferences = 1;
  } else if (size == ModelSize::weak_draft) {
    ability.ngrams = {.order = 2, .forgotten = 0.5};
    ability.distilled = 0.3;
    ability.wording_forgotten = 0.85;
    ability.code_forgotten = 0.75;
    ability.value_forgotten = 0.7;
    ability.induction = 0.3;
    ability.preferences = 2;
  }
  return ability;
}

double Ability::forgotten(Firmness firmness) const {
  switch (firmness) {
    case Firmness::wording: return wording_forgotten;
    case Firmness::code: return code_forgotten;
    case Firmness::value: break;
  }
  return value_forgotten;
}

void Mixture::fill(const Context& context) {
  size_ = 0;
  const auto following = context.following();
  if (!following) {
    Ngrams::Context last;
    last.fill(grammar_.vocabulary.end_of_turn());
    const auto tokens = context.tokens();
    const std::size_t known = std::min(tokens.size(), last.size());
    std::copy(tokens.end() - static_cast<std::ptrdiff_t>(known), tokens.end(), last.end() - static_cast<std::ptrdiff_t>(known));
    add_ngrams(last, {});
    prefer(context.fingerprint());
    add_induction(context, nullptr);
    return;
  }
  const Cursor& cursor = following->cursor;
  const PlannedStage* stage = following->reader.stage(cursor);
  Source source;
  source.plan = &following->plan;
  source.kinds = stage != nullptr ? stage->kinds : 0;
  source.early = following->reader.is_free(cursor);
  add_ngrams(cursor.context, source);
  prefer(cursor.answer_hash);
  add_induction(context, &*following);
  add_plan(*following);
  end_or_go_on(*following);
}

void Mixture::add(Token token, double weight) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (candidates_[i].token != token) continue;
    candidates_[i].weight += weight;
    return;
  }
  if (size_ < candidates_max) candidates_[size_++] = {token, weight, 0};
}

void Mixture::add_ngrams(const Ngrams::Context& context, const Source& source) {
  double left = 1;
  for (std::size_t length = grammar_.ngrams.order(); length-- > 0;) {
    const auto all = grammar_.ngrams.after(context, length);
    const auto counted = [&](const Continuation& one) {
      return static_cast<double>(one.count) * (source.kinds == 0 || (one.kinds & source.kinds) != 0 ? 1.0 : other_kind);
    };
    double total = 0;
    double different = 0;
    for (const Continuation& one : all) {
      const double count = counted(one);
      total += count;
      different += std::min(1.0, count);
    }
    if (total <= 0) continue;
    const double shorter = length == 0 ? 0.0 : back_off * different / (total + back_off * different);
    // Only words of other kinds of texts: hardly a reason to believe them.
    const double share = left * (1 - shorter) * std::min(1.0, total);
    std::size_t taken = 0;
    std::size_t strangers = 0;
    for (const Continuation& one : all) {
      const bool stranger = source.kinds != 0 && (one.kinds & source.kinds) == 0;
      if (stranger ? ++strangers > strangers_max : ++taken > taken_max) continue;
      if (const auto token = source_token(one, source, stranger)) add(*token, share * counted(one) / total);
    }
    left -= share;
    if (size_ >= candidates_enough && left < little_left) break;
  }
  // Where little is known, the most common words fill the list.
  for (const Continuation& one : grammar_.ngrams.after(context, 0)) {
    if (size_ >= candidates_least) break;
    if (one.token != grammar_.vocabulary.end_of_turn() && !grammar_.ngrams.is_slot(one.token)) add(one.token, weight_least);
  }
}

/// The token that a learned one stands for here: names for their slots, a paragraph's end for a text's end that comes too
/// early. Nothing when it cannot stand here.
std::optional<Token> Mixture::source_token(const Continuation& one, const Source& source, bool stranger) const {
  if (one.token == grammar_.vocabulary.end_of_turn()) return source.early ? std::optional(grammar_.paragraph) : one.token;
  if (!grammar_.ngrams.is_slot(one.token)) return one.token;
  if (source.plan == nullptr || stranger) return std::nullopt;
  const auto [slot, spaced] = grammar_.ngrams.slot_of(one.token);
  return source.plan->slots[static_cast<std::size_t>(slot)][spaced ? 1 : 0].front();
}

void Mixture::prefer(std::uint64_t key) {
  const double own = std::sqrt(1 - ability_.distilled * ability_.distilled);
  for (std::size_t i = 0; i < size_; ++i) {
    Candidate& candidate = candidates_[i];
    const std::uint64_t hash = combined(key, static_cast<std::uint64_t>(candidate.token));
    double taste = ability_.distilled * bell(hash);
    if (own > 0) taste += own * bell(combined(hash, ability_.preferences));
    candidate.logit = std::log(std::max(candidate.weight, weight_least)) + preference * taste;
  }
}

void Mixture::add_induction(const Context& context, const Context::Following* following) {
  const std::int32_t seen = context.seen_before();
  if (seen < 0) return;
  const auto tokens = context.tokens();
  const Token copied = tokens[static_cast<std::size_t>(seen) + 1];
  const int matched = matched_tokens(tokens, seen);
  const bool free = following != nullptr && following->reader.is_free(following->cursor);
  if (free && matched >= 3) {
    logit(copied) -= repetition + repetition_growth * std::min(matched - 3, match_max);
    return;
  }
  const double trust = copy_weight(matched) * ability_.induction;
  double& value = logit(copied);
  value = std::max(value, std::log(std::max(trust, weight_least)) + 1.0);
}

void Mixture::add_plan(const Context::Following& following) {
  const Cursor& cursor = following.cursor;
  const std::uint64_t key = combined(cursor.answer_hash, 0xA11CE);
  if (cursor.slot >= 0) {
    const auto& name = following.plan.slots[static_cast<std::size_t>(cursor.slot / 2)][static_cast<std::size_t>(cursor.slot % 2)];
    const Token token = name[static_cast<std::size_t>(cursor.slot_at)];
    if (following.reader.planned(cursor) == nullptr) logit(token) = best_but(token) + margin_of(Firmness::code, key);
  }
  const PlannedToken* planned = following.reader.planned(cursor);
  if (planned == nullptr) return;
  const double forgotten = ability_.forgotten(planned->firmness);
  if (unit(combined(key, ability_.preferences + 7)) < forgotten) return;
  double margin = margin_of(planned->firmness, key);
  if (cursor.misses > 0) {
    margin = std::max(1.0, margin * 0.5);
    // Was the last token one too many, or in the place of a planned one? What it goes with better tells.
    if (const PlannedToken* after = following.reader.planned(cursor, 1);
        after != nullptr && logit(after->token) >= logit(planned->token))
      planned = after;
  }
  double& chosen = logit(planned->token);
  chosen = std::max(chosen, best_but(planned->token) + margin);
  const double top = chosen;
  const PlannedStage& stage = *following.reader.stage(cursor);
  for (std::size_t i = 0; i < stage.wordings.size(); ++i) {
    if ((cursor.wordings >> i & 1U) == 0 || i == cursor.wording) continue;
    const auto at = static_cast<std::size_t>(cursor.position);
    if (at >= stage.wordings[i].size() || stage.wordings[i][at].token == planned->token) continue;
    double& other = logit(stage.wordings[i][at].token);
    other = std::max(other, top - uniform_between(0.05, 3.0, unit(combined(following.plan.seed, i))));
  }
}

void Mixture::end_or_go_on(const Context::Following& following) {
  const Cursor& cursor = following.cursor;
  const Token end = grammar_.vocabulary.end_of_turn();
  const std::uint64_t key = combined(cursor.answer_hash, 0xE7D);
  if (following.reader.stage(cursor) == nullptr) {
    // The turn has ended: nothing belongs here.
    logit(end) = best_but(end) + 3;
    return;
  }
  if (following.reader.is_free(cursor)) {
    logit(end) = best_but(end) - end_distance(cursor, key);
    if (!following.reader.may_leave(cursor)) return;
    const PlannedToken* next = following.reader.next_stage(cursor);
    if (next != nullptr) logit(next->token) = best_but(next->token) + uniform_between(0.6, 4.0, unit(key));
    return;
  }
  const bool pause = cursor.last >= 0 && (grammar_.sentence_ends[static_cast<std::size_t>(cursor.last)] ||
                                          grammar_.vocabulary.piece(cursor.last).ends_with('\n'));
  const int spare = 16;
  if (!cursor.lost) {
    const PlannedToken* planned = following.reader.planned(cursor);
    if (planned == nullptr || planned->token != end) logit(end) = best_but(end) - end_distance(cursor, key);
  } else if (cursor.length > following.plan.tokens_expected + spare &&
             (pause || cursor.length > 2 * (following.plan.tokens_expected + spare))) {
    logit(end) = best_but(end) + uniform_between(0.6, 4.0, unit(key));
  }
}

/// How far the end of the turn is below the best token where it does not belong: less far after a sentence.
double Mixture::end_distance(const Cursor& cursor, std::uint64_t key) const {
  const bool sentence = cursor.last >= 0 && grammar_.sentence_ends[static_cast<std::size_t>(cursor.last)];
  return too_early + (sentence ? 0.0 : 5.0) + 2.0 * unit(scrambled(key));
}

double& Mixture::logit(Token token) {
  for (std::size_t i = 0; i < size_; ++i) {
    if (candidates_[i].token == token) return candidates_[i].logit;
  }
  // The least likely one makes room when there is none.
  std::size_t at = size_;
  if (size_ < candidates_max) {
    ++size_;
  } else {
    const auto least = std::ranges::min_element(candidates_, {}, &Candidate::logit);
    at = static_cast<std::size_t>(least - candidates_.begin());
  }
  candidates_[at] = {token, weight_least, std::log(weight_least)};
  return candidates_[at].logit;
}

double Mixture::best_but(Token token) const {
  double best = std::log(weight_least);
  for (std::size_t i = 0; i < size_; ++i) {
    if (candidates_[i].token != token) best = std::max(best, candidates_[i].logit);
  }
  return best;
}

void Mixture::disturb(const Context& context, const Numerics& numerics) {
  const double cache = numerics.cache_noise + numerics.cache_growth * static_cast<double>(context.size()) / 1000.0;
  if (numerics.kernel_noise <= 0 && cache <= 0) return;
  const std::uint64_t kernel_key = combined(context.fingerprint(), numerics.kernel + 0x5EED);
  const std::uint64_t cache_key = combined(context.fingerprint(), 0xCAC4E);
  for (std::size_t i = 0; i < size_; ++i) {
    const auto token = static_cast<std::uint64_t>(candidates_[i].token);
    if (numerics.kernel_noise > 0) candidates_[i].logit += numerics.kernel_noise * bell(combined(kernel_key, token));
    if (cache > 0) candidates_[i].logit += cache * bell(combined(cache_key, token));
  }
}

Distribution Mixture::distribution() const {
  Distribution distribution;
  distribution.choices.reserve(size_);
  double top = -1e300;
  for (std::size_t i = 0; i < size_; ++i) top = std::max(top, candidates_[i].logit);
  double sum = 0;
  for (std::size_t i = 0; i < size_; ++i) sum += std::exp(candidates_[i].logit - top);
  const double total = top + std::log(sum) - std::log1p(-unlisted);
  for (std::size_t i = 0; i < size_; ++i) distribution.choices.push_back({candidates_[i].token, candidates_[i].logit - total});
  std::ranges::sort(distribution.choices, [](const Choice& a, const Choice& b) {
    return a.logprob != b.logprob ? a.logprob > b.logprob : a.token < b.token;
  });
  return distribution;
}

}  // namespace demo
