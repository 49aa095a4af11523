#pragma once

#include "demo_engine/language_model.hpp"
#include "demo_engine/server/random.hpp"

#include <vector>

namespace demo {

/// How a token is drawn. The defaults are those of the protocol's servers; temperature 0 is greedy.
struct Sampler {
  double temperature = 0.8;
  int top_k = 40;  ///< 0: all
  double top_p = 0.95;
  double min_p = 0.05;

  bool greedy() const { return temperature <= 0 || top_k == 1; }
};

struct Candidate {
  Token token = 0;
  double probability = 0;
};

/// What is drawn from: cut and tempered, most probable first, the probabilities add up to 1. Greedy leaves one candidate.
std::vector<Candidate> candidates(const Distribution& distribution, const Sampler& sampler);

Token draw(const std::vector<Candidate>& from, Random& random);

double probability_of(const std::vector<Candidate>& of, Token token);

/// What remains of `target` where `draft` was too sure: the distribution to draw from after a rejection. Adds up to 1.
std::vector<Candidate> residual(const std::vector<Candidate>& target, const std::vector<Candidate>& draft);

}  // namespace demo
