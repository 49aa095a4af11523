#include "gate/sampled.hpp"

#include "core/rng.hpp"
#include "gate/answer_format.hpp"
#include "gate/check.hpp"
#include "gate/thresholds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace sweetspot {
namespace {

constexpr int batches = 2;           ///< the second is asked only for its opinion of the first (gate.md G15: repeated once)
constexpr int tokens_most = 64;      ///< of a beginning, where the first ones leave no choice
constexpr double open_enough = 1.0;  ///< expected number of tokens, of a beginning, that are not the most probable one
constexpr double request_s = 0.05;   ///< beside decoding: connection, prompt
constexpr int permutations = 4000;

/// Expected number of tokens other than the most probable among the first `tokens`: how open the prompt is.
double openness(const ReferenceAnswer& answer, int tokens) {
  double open = 0;
  const auto end = std::min(answer.plain.tokens.size(), static_cast<std::size_t>(tokens));
  for (std::size_t i = 0; i < end; ++i) {
    const auto& top = answer.plain.tokens[i].top;
    if (!top.empty()) open += 1 - std::exp(std::min(top.front().logprob, 0.0));
  }
  return open;
}

std::vector<std::size_t> most_open(const Reference& reference, int tokens, std::size_t count) {
  std::vector<std::pair<double, std::size_t>> open;
  for (std::size_t i = 0; i < reference.answers.size(); ++i) {
    const ReferenceAnswer& answer = reference.answers[i];
    const bool free = answer.prompt.tools_json.empty() && !is_constrained(answer.prompt);
    if (answer.usable && free && answer.prompt_tokens.size() < 600) open.emplace_back(openness(answer, tokens), i);
  }
  std::stable_sort(open.begin(), open.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::size_t> chosen;
  for (const auto& [score, index] : open) {
    if (score >= open_enough && chosen.size() < count) chosen.push_back(index);
  }
  return chosen;
}

double similarity(const std::string& a, const std::string& b) {
  const std::size_t longest = std::max(a.size(), b.size());
  if (longest == 0) return 1;
  const auto common = static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
  return static_cast<double>(common) / static_cast<double>(longest);
}

/// Similarities of all texts of one prompt, the first `of_a` of them from one source.
struct Pool {
  std::vector<double> kernel;
  std::size_t size = 0;
  std::size_t of_a = 0;
};

Pool pooled(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> all = a;
  all.insert(all.end(), b.begin(), b.end());
  Pool pool{std::vector<double>(all.size() * all.size()), all.size(), a.size()};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < all.size(); ++j) pool.kernel[i * all.size() + j] = similarity(all[i], all[j]);
  }
  return pool;
}

/// Biased estimate of the squared maximum mean discrepancy when `order` says who is in the first sample.
double discrepancy(const Pool& pool, const std::vector<std::size_t>& order) {
  const auto n = static_cast<double>(pool.of_a);
  const auto m = static_cast<double>(pool.size - pool.of_a);
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < pool.size; ++i) {
    for (std::size_t j = 0; j < pool.size; ++j) {
      const double k = pool.kernel[order[i] * pool.size + order[j]];
      const bool first_a = i < pool.of_a;
      const bool second_a = j < pool.of_a;
      (first_a && second_a ? aa : !first_a && !second_a ? bb : ab) += k;
    }
  }
  return aa / (n * n) + bb / (m * m) - ab / (n * m);
}

std::vector<std::size_t> unshuffled(std::size_t size) {
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

std::string beginnings(const std::vector<std::string>& texts) {
  const std::set<std::string> different(texts.begin(), texts.end());
  std::map<std::string, int> counts;
  for (const std::string& text : texts) ++counts[text];
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return fmt::format("{} beginnings in {} draws, {} times \"{}\"", different.size(), texts.size(), most->second, most->first);
}

bool all_empty(const Draws& draws) {
  for (const auto& of_batch : draws.texts) {
    for (const auto& of_prompt : of_batch) {
      if (std::any_of(of_prompt.begin(), of_prompt.end(), [](const std::string& text) { return !text.empty(); })) return false;
    }
  }
  return true;
}

}  // namespace

std::optional<DrawPlan> draw_plan(const Reference& reference, const std::map<std::string, double>& sampler, Tier tier,
                                  double seconds) {
  DrawPlan plan;
  plan.sampler = sampler;
  if (plan.sampler.empty()) plan.sampler = {{"temperature", thresholds::draw_temperature}};
  const std::size_t prompts = tier == Tier::release ? thresholds::draw_prompts_release : thresholds::draw_prompts;
  while (plan.tokens < tokens_most && most_open(reference, plan.tokens, prompts).size() < prompts) plan.tokens *= 2;
  plan.prompts = most_open(reference, plan.tokens, prompts);
  if (plan.prompts.empty()) return std::nullopt;
  const double draw_s = plan.tokens / std::max(reference.decode_tokens_per_second, 0.1) + request_s;
  const double affordable = seconds / (draw_s * batches * static_cast<double>(plan.prompts.size()));
  const int most = tier == Tier::release ? thresholds::draws_release : thresholds::draws;
  plan.draws = static_cast<int>(std::min<double>(most, affordable));
  if (plan.draws < thresholds::draws_least) return std::nullopt;
  return plan;
}

std::optional<Draws> drawn(const ChatTarget& server, const Reference& reference, const DrawPlan& plan, std::uint64_t seed,
                           std::chrono::steady_clock::time_point deadline, const InterruptFlag& interrupt) {
  Draws draws;
  ChatOptions options;
  options.sampler = plan.sampler;
  options.max_tokens = plan.tokens;
  Rng seeds(derived_seed(seed, "draws"));
  for (int batch = 0; batch < batches; ++batch) {
    auto& of_batch = draws.texts.emplace_back();
    for (const std::size_t index : plan.prompts) {
      auto& of_prompt = of_batch.emplace_back();
      for (int draw = 0; draw < plan.draws; ++draw) {
        if (std::chrono::steady_clock::now() > deadline) return std::nullopt;
        options.seed = seeds.below(1U << 31U);
        options.streaming = draw % 2 == 0 ? ChatOptions::Streaming::no : ChatOptions::Streaming::yes;
        of_prompt.push_back(whole_text(ask(server, reference.answers[index].prompt, options, interrupt)));
      }
    }
  }
  return draws;
}

double same_source_probability(const std::vector<std::vector<std::string>>& a, const std::vector<std::vector<std::string>>& b,
                               std::uint64_t seed) {
  std::vector<Pool> pools;
  double observed = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].empty() || b[i].empty()) continue;
    pools.push_back(pooled(a[i], b[i]));
    observed += discrepancy(pools.back(), unshuffled(pools.back().size));
  }
  Rng rng(derived_seed(seed, "permutations"));
  int as_large = 0;
  for (int permutation = 0; permutation < permutations; ++permutation) {
    double sum = 0;
    for (const Pool& pool : pools) {
      auto order = unshuffled(pool.size);
      rng.shuffle(order);
      sum += discrepancy(pool, order);
    }
    if (sum >= observed - 1e-12) ++as_large;
  }
  return (as_large + 1.0) / (permutations + 1.0);
}

std::optional<Evidence> sampling_fault(const Reference& reference, const DrawPlan& plan, const Draws& expected,
                                       const Draws& observed) {
  double probability = 0;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    probability = same_source_probability(expected.texts.at(batch), observed.texts.at(batch), batch);
    if (probability >= thresholds::draw_significance) return std::nullopt;
  }
  std::size_t worst = 0;
  double most = -1;
  for (std::size_t i = 0; i < plan.prompts.size(); ++i) {
    const Pool pool = pooled(expected.texts[0][i], observed.texts[0][i]);
    const double distance = discrepancy(pool, unshuffled(pool.size));
    if (distance > most) {
      most = distance;
      worst = i;
    }
  }
  Evidence evidence;
  evidence.prompt_id = reference.answers[plan.prompts[worst]].prompt.id;
  evidence.expected = beginnings(expected.texts[0][worst]);
  evidence.observed = beginnings(observed.texts[0][worst]);
  evidence.detail =
      fmt::format("sampled answers come from another distribution (p < {:.4f}, twice)", thresholds::draw_significance);
  return evidence;
}

SamplingResult sampling_result(const Reference& reference, const DrawPlan& plan, const Draws& expected, const Draws& observed) {
  if (all_empty(expected)) return {false, std::nullopt, "sampled answers: the reference gives none with this sampler"};
  return {true, sampling_fault(reference, plan, expected, observed),
          fmt::format("sampled: {} draws of {} prompts look like the reference's", batches * plan.draws, plan.prompts.size())};
}

}  // namespace sweetspot
