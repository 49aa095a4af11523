#include "gate/alignment.hpp"

#include "core/text.hpp"
#include "gate/stop_texts.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>

namespace sweetspot {
namespace {

constexpr std::size_t excerpt_before = 24;
constexpr std::size_t excerpt_after = 72;

std::string raw_text(const RequestSample& sample) {
  std::string raw;
  for (const TokenRecord& token : sample.tokens) raw += token.bytes;
  return raw;
}

TokenJudgement classified(double margin, std::optional<int> rank, double tie_margin) {
  using Class = TokenJudgement::Class;
  TokenJudgement judgement;
  judgement.margin = std::max(margin, 0.0);
  judgement.margin_at_least = *judgement.margin;
  judgement.rank = rank;
  judgement.classification = rank == 1                         ? Class::agree
                             : margin <= tie_margin            ? Class::tie
                             : margin <= thresholds::miscommit ? Class::grey
                                                               : Class::miscommit;
  return judgement;
}

/// A list of one shows no alternatives: nothing speaks for the token or against it.
TokenJudgement outside(const TokenRecord& reference) {
  TokenJudgement judgement;
  judgement.classification = reference.top.size() == 1 ? TokenJudgement::Class::grey : TokenJudgement::Class::miscommit;
  if (!reference.top.empty()) judgement.margin_at_least = reference.top.front().logprob - reference.top.back().logprob;
  return judgement;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  const auto [left, right] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(left - a.begin());
}

/// Where `text` begins in a list that ends before it does: the tokens of a stop text are left out by their number, and may
/// take some of the answer with them.
std::size_t begin_of_cut_text(std::string_view raw, std::string_view text, std::size_t from) {
  while (from < raw.size() && !text.starts_with(raw.substr(from))) ++from;
  return from;
}

/// Where reasoning and text begin in the raw token text.
struct Channels {
  std::size_t reasoning = 0;
  std::size_t text = 0;
};

Channels channels(const RequestSample& sample, const std::string& raw) {
  Channels found;
  const std::size_t reasoning = raw.find(sample.reasoning);
  found.reasoning = reasoning == std::string::npos ? 0 : reasoning;
  const std::size_t from = sample.reasoning.empty() ? 0 : found.reasoning + sample.reasoning.size();
  const std::size_t text = raw.find(sample.text, from);
  found.text = text == std::string::npos ? begin_of_cut_text(raw, sample.text, from) : text;
  return found;
}

/// What the model wrote after the channel ended, which no channel shows: the end of the thoughts, the start of a call. As
/// the reference wrote it.
std::string markup_after(const RequestSample& reference, const std::string& raw, const Channels& start,
                         const RequestSample& sample, bool in_reasoning) {
  const std::size_t end = in_reasoning ? start.reasoning + reference.reasoning.size() : start.text + reference.text.size();
  const bool follows = in_reasoning ? !sample.text.empty() || !sample.calls.empty() : !sample.calls.empty();
  if (!follows || end >= raw.size()) return {};
  return raw.substr(end, in_reasoning && start.text > end && start.text < raw.size() ? start.text - end : std::string::npos);
}

std::size_t utf8_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

}  // namespace

TokenJudgement judge_token(const TokenRecord& reference, std::int64_t candidate, double tie_margin) {
  for (std::size_t i = 0; i < reference.top.size(); ++i) {
    if (reference.top[i].id == candidate)
      return classified(reference.top.front().logprob - reference.top[i].logprob, static_cast<int>(i) + 1, tie_margin);
  }
  return outside(reference);
}

TokenJudgement judge_text(const TokenRecord& reference, std::string_view continuation, double tie_margin) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < reference.top.size(); ++i) {
    const std::string& bytes = reference.top[i].bytes;
    const bool fits = continuation.empty() ? bytes.empty() : !bytes.empty() && continuation.starts_with(bytes);
    if (fits && (!best || bytes.size() > reference.top[*best].bytes.size())) best = i;
  }
  if (!best) return outside(reference);
  return classified(reference.top.front().logprob - reference.top[*best].logprob, static_cast<int>(*best) + 1, tie_margin);
}

TokenJudgement judge_split(const TokenRecord& reference, std::string_view continuation, double tie_margin) {
  for (const TokenAlternative& alternative : reference.top) {
    if (!alternative.bytes.empty() && continuation.starts_with(alternative.bytes))
      return judge_token(reference, alternative.id, tie_margin);
  }
  return outside(reference);
}

std::optional<TextDivergence> first_text_divergence(const RequestSample& reference, const RequestSample& sample) {
  const bool in_reasoning = reference.reasoning != sample.reasoning;
  const std::string& expected = in_reasoning ? reference.reasoning : reference.text;
  const std::string& observed = in_reasoning ? sample.reasoning : sample.text;
  if (expected == observed) return std::nullopt;

  TextDivergence divergence;
  divergence.in_reasoning = in_reasoning;
  divergence.byte = common_prefix(expected, observed);
  divergence.continuation = observed.substr(divergence.byte);
  const std::string raw = raw_text(reference);
  const Channels start = channels(reference, raw);
  const std::size_t channel = in_reasoning ? start.reasoning : start.text;
  std::size_t offset = 0;
  for (divergence.token = 0; divergence.token < reference.tokens.size(); ++divergence.token) {
    const std::size_t end = offset + reference.tokens[divergence.token].bytes.size();
    if (end > channel + divergence.byte) break;
    offset = end;
  }
  // Text beyond the reference's end: there the reference chose to stop.
  const bool beyond =
      divergence.token == reference.tokens.size() && !reference.tokens.empty() && reference.tokens.back().bytes.empty();
  if (beyond) --divergence.token;
  // From the start of the covering token on, as far as that token lies in the channel.
  const std::size_t back = offset < channel ? 0 : channel + divergence.byte - std::max(offset, channel);
  if (!reference.tokens.empty() && back <= divergence.byte) divergence.continuation = observed.substr(divergence.byte - back);
  const std::string markup = markup_after(reference, raw, start, sample, in_reasoning);
  divergence.continuation += markup;
  if (in_reasoning && !markup.empty()) divergence.continuation += sample.text;  // the answer follows the thoughts
  return divergence;
}

TokenJudgement judge_divergence(const RequestSample& reference, const TextDivergence& divergence, double tie_margin) {
  TokenJudgement best;
  best.classification = TokenJudgement::Class::miscommit;
  if (divergence.token >= reference.tokens.size()) return best;
  best = judge_text(reference.tokens[divergence.token], divergence.continuation, tie_margin);
  if (best.classification <= TokenJudgement::Class::tie) return best;
  std::string shared;
  for (std::size_t i = divergence.token; i-- > 0;) {
    const TokenRecord& earlier = reference.tokens[i];
    shared.insert(0, earlier.bytes);
    if (shared.size() > thresholds::split_bytes) break;
    const std::string continuation = shared + divergence.continuation;
    for (const TokenAlternative& alternative : earlier.top) {
      if (alternative.bytes.size() <= shared.size() || !continuation.starts_with(alternative.bytes)) continue;
      const TokenJudgement judgement = judge_token(earlier, alternative.id, tie_margin);
      if (judgement.classification < best.classification) best = judgement;
    }
  }
  return best;
}

bool lists_every_token(const Prompt& prompt, const RequestSample& sample) {
  if (static_cast<std::int64_t>(sample.tokens.size()) >= sample.usage.completion_tokens.value_or(0)) return true;
  if (stop_texts(prompt).empty()) return false;
  const std::string raw = raw_text(sample);
  return !sample.text.empty() && is_ascii(raw) && raw.ends_with(sample.text);
}

std::size_t first_call_token(const RequestSample& sample) {
  if (sample.calls.empty()) return sample.tokens.size();
  const std::string raw = raw_text(sample);
  const Channels start = channels(sample, raw);
  std::size_t end = 0;
  if (!sample.reasoning.empty()) end = std::max(end, start.reasoning + sample.reasoning.size());
  if (!sample.text.empty() && start.text < raw.size()) end = std::max(end, start.text + sample.text.size());
  std::size_t offset = 0;
  for (std::size_t i = 0; i < sample.tokens.size(); ++i) {
    if (offset >= end) return i;
    offset += sample.tokens[i].bytes.size();
  }
  return sample.tokens.size();
}

std::optional<std::size_t> first_token_divergence(const RequestSample& reference, const RequestSample& candidate) {
  const std::size_t shared = std::min(reference.tokens.size(), candidate.tokens.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (reference.tokens[i].id != candidate.tokens[i].id) return i;
  }
  if (reference.tokens.size() == candidate.tokens.size()) return std::nullopt;
  return shared;
}

Evidence excerpt(const std::string& prompt_id, std::string_view expected, std::string_view observed, const std::string& detail) {
  const std::size_t at = common_prefix(expected, observed);
  const std::size_t from = utf8_start(expected, at > excerpt_before ? at - excerpt_before : 0);
  const auto part = [&](std::string_view text) {
    const std::size_t begin = std::min(from, text.size());
    const std::size_t end = utf8_start(text, std::min(text.size(), at + excerpt_after));
    return std::string(begin > 0 ? "..." : "") + std::string(text.substr(begin, end > begin ? end - begin : 0)) +
           (end < text.size() ? "..." : "");
  };
  return Evidence{prompt_id, part(expected), part(observed), detail};
}

std::string_view to_string(TokenJudgement::Class classification) {
  switch (classification) {
    case TokenJudgement::Class::agree: return "agree";
    case TokenJudgement::Class::tie: return "tie";
    case TokenJudgement::Class::grey: return "grey";
    case TokenJudgement::Class::miscommit: return "miscommit";
  }
  return "";
}

}  // namespace sweetspot
