#include "gate/quality.hpp"

#include "gate/prompt_set.hpp"
#include "gate/thresholds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sweetspot {
namespace {

constexpr std::size_t positions_of_text_least = 8;
constexpr std::int64_t positions_least = 32;  ///< below this nothing is said
constexpr double rest_least = 1e-6;           ///< probability of all that is not listed: never zero

bool is_own(const ReferenceAnswer* answer) { return answer->prompt.prompt_class == workload_class; }

/// Texts by the length of their context, alternately from both ends: short and deep ones in equal parts.
std::vector<const ReferenceAnswer*> short_and_deep(std::vector<const ReferenceAnswer*> texts) {
  std::stable_sort(texts.begin(), texts.end(), [](const ReferenceAnswer* a, const ReferenceAnswer* b) {
    return a->prompt_tokens.size() < b->prompt_tokens.size();
  });
  std::vector<const ReferenceAnswer*> order;
  for (std::size_t i = 0, j = texts.size(); i < j;) {
    order.push_back(texts[i++]);
    if (i < j) order.push_back(texts[--j]);
  }
  return order;
}

std::string_view grade(const Quality& quality) {
  if (quality.mean_kld <= thresholds::kld_negligible) return "negligible";
  if (quality.mean_kld <= thresholds::kld_mild) return "mild";
  return quality.mean_kld <= thresholds::kld_heavy ? "heavy" : "severe";
}

/// Of a token, by a list of the most probable; one that is not in it has at most the probability of the last.
double logprob_in(const std::vector<TokenAlternative>& top, std::int64_t id) {
  const auto found = std::find_if(top.begin(), top.end(), [id](const TokenAlternative& token) { return token.id == id; });
  return std::min((found == top.end() ? top.back() : *found).logprob, 0.0);
}

double probability(const TokenAlternative& token) { return std::exp(std::min(token.logprob, 0.0)); }

}  // namespace

std::vector<const ReferenceAnswer*> quality_texts(const Reference& reference, std::size_t places) {
  std::vector<const ReferenceAnswer*> texts;
  std::size_t own_tokens = 0;
  for (const ReferenceAnswer& answer : reference.answers) {
    if (!answer.usable || answer.prompt_tokens.empty() || !answer.prompt.tools_json.empty() || answer.plain.tokens.empty())
      continue;
    texts.push_back(&answer);
    if (is_own(&answer)) own_tokens += answer.plain.tokens.size();
  }
  if (own_tokens >= places) std::erase_if(texts, [](const ReferenceAnswer* answer) { return !is_own(answer); });
  return texts;
}

std::vector<std::size_t> spread_places(std::size_t tokens, std::size_t count) {
  std::vector<std::size_t> places;
  places.reserve(count);
  for (std::size_t i = 0; i < count; ++i) places.push_back((2 * i + 1) * tokens / (2 * count));
  return places;
}

double kl_divergence_least(const std::vector<TokenAlternative>& p, const std::vector<TokenAlternative>& q) {
  double p_rest = 1;
  double q_rest = 1;
  double sum = 0;
  for (const TokenAlternative& one : p) {
    const auto other = std::find_if(q.begin(), q.end(), [&](const TokenAlternative& token) { return token.id == one.id; });
    if (other == q.end()) continue;
    p_rest -= probability(one);
    q_rest -= probability(*other);
    sum += probability(one) * (one.logprob - other->logprob);
  }
  p_rest = std::max(p_rest, rest_least);
  q_rest = std::max(q_rest, rest_least);
  return std::max(0.0, sum + p_rest * std::log(p_rest / q_rest));
}

std::optional<Quality> measured_quality(const ChatTarget& candidate, const Reference& reference, std::int64_t positions,
                                        std::chrono::steady_clock::time_point deadline, const InterruptFlag& interrupt) {
  if (!reference.has_logprobs || candidate.engine->protocol.completion_path.empty()) return std::nullopt;
  Quality quality;
  double kld = 0;
  double own_logprobs = 0;
  double reference_logprobs = 0;
  std::int64_t same = 0;
  const auto wanted = static_cast<std::size_t>(positions);
  const std::vector<const ReferenceAnswer*> texts = short_and_deep(quality_texts(reference, wanted));
  if (std::all_of(texts.begin(), texts.end(), is_own)) quality.texts = workload_class;
  const std::size_t share = texts.empty() ? 0 : std::max(positions_of_text_least, (wanted + texts.size() - 1) / texts.size());
  for (const ReferenceAnswer* answer : texts) {
    const std::vector<TokenRecord>& tokens = answer->plain.tokens;
    std::vector<std::int64_t> context = answer->prompt_tokens;
    std::size_t read = 0;
    for (const std::size_t place : spread_places(tokens.size(), std::min(share, tokens.size()))) {
      if (quality.positions >= positions || std::chrono::steady_clock::now() > deadline) break;
      for (; read < place; ++read) context.push_back(tokens[read].id);
      const TokenRecord& expected = tokens[place];
      const TokenRecord opinion = next_token(candidate, context, thresholds::alternatives, interrupt);
      if (opinion.top.empty() || expected.top.empty()) continue;
      ++quality.positions;
      kld += kl_divergence_least(expected.top, opinion.top);
      own_logprobs += logprob_in(opinion.top, expected.id);
      reference_logprobs += logprob_in(expected.top, expected.id);
      same += opinion.top.front().id == expected.top.front().id ? 1 : 0;
    }
  }
  if (quality.positions < positions_least) return std::nullopt;
  const auto positions_seen = static_cast<double>(quality.positions);
  quality.mean_kld = kld / positions_seen;
  quality.same_top_rate = static_cast<double>(same) / positions_seen;
  quality.perplexity = std::exp(-own_logprobs / positions_seen);
  quality.reference_perplexity = std::exp(-reference_logprobs / positions_seen);
  return quality;
}

std::string quality_text(const Quality& quality) {
  return fmt::format("KLD {:.6f} nat a token ({}), same first choice at {:.1f} % of {} positions{}, perplexity {:.3f} ({:.3f})",
                     quality.mean_kld, grade(quality), 100 * quality.same_top_rate, quality.positions,
                     quality.texts.empty() ? "" : " of the answers to your prompts", quality.perplexity,
                     quality.reference_perplexity);
}

}  // namespace sweetspot
