#include "demo_engine/server/sampler.hpp"

#include <algorithm>
#include <cmath>

namespace demo {

namespace {

void normalise(std::vector<Candidate>& list) {
  double sum = 0;
  for (const Candidate& candidate : list) sum += candidate.probability;
  for (Candidate& candidate : list) candidate.probability /= sum;
}

/// The shortest beginning that holds this share of all.
void cut_to_share(std::vector<Candidate>& list, double share) {
  double sum = 0;
  for (const Candidate& candidate : list) sum += candidate.probability;
  double kept = 0;
  std::size_t count = 0;
  while (count < list.size() && kept < share * sum) kept += list[count++].probability;
  list.resize(std::max<std::size_t>(count, 1));
}

}  // namespace

std::vector<Candidate> candidates(const Distribution& distribution, const Sampler& sampler) {
  const auto& choices = distribution.choices;
  if (sampler.greedy()) return {{choices.front().token, 1}};
  std::vector<Candidate> list;
  const std::size_t most = sampler.top_k > 0 ? static_cast<std::size_t>(sampler.top_k) : choices.size();
  list.reserve(std::min(most, choices.size()));
  for (std::size_t i = 0; i < choices.size() && i < most; ++i) list.push_back({choices[i].token, std::exp(choices[i].logprob)});
  if (sampler.top_p < 1) cut_to_share(list, sampler.top_p);
  const double least = sampler.min_p * list.front().probability;
  std::erase_if(list, [&](const Candidate& candidate) { return candidate.probability < least; });
  // By the first one's, so that a low temperature does not underflow all of them.
  const double most_probable = list.front().probability;
  for (Candidate& candidate : list)
    candidate.probability = std::pow(candidate.probability / most_probable, 1 / sampler.temperature);
  normalise(list);
  return list;
}

Token draw(const std::vector<Candidate>& from, Random& random) {
  double left = random.unit();
  for (const Candidate& candidate : from) {
    left -= candidate.probability;
    if (left < 0) return candidate.token;
  }
  return from.back().token;
}

double probability_of(const std::vector<Candidate>& of, Token token) {
  const auto found = std::find_if(of.begin(), of.end(), [&](const Candidate& candidate) { return candidate.token == token; });
  return found == of.end() ? 0 : found->probability;
}

std::vector<Candidate> residual(const std::vector<Candidate>& target, const std::vector<Candidate>& draft) {
  std::vector<Candidate> list;
  for (const Candidate& candidate : target) {
    const double more = candidate.probability - probability_of(draft, candidate.token);
    if (more > 0) list.push_back({candidate.token, more});
  }
  // Equal but for rounding: then the target's own says what remains.
  if (list.empty()) return target;
  normalise(list);
  return list;
}

}  // namespace demo
