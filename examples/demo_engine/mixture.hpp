#pragma once

#include "demo_engine/context.hpp"
#include "demo_engine/language_model.hpp"

#include <array>
#include <optional>
#include <vector>

namespace demo {

/// What a size of model knows.
struct Ability {
  NgramOptions ngrams;
  double distilled = 1;           ///< how much its free choices are the target's: correlation of their preferences
  double wording_forgotten = 0;   ///< share of planned tokens that it does not know
  double code_forgotten = 0;      ///< the same of code
  double value_forgotten = 0;     ///< the same of values and calls
  double induction = 1;           ///< how far it trusts what its context holds
  std::uint64_t preferences = 0;  ///< which preferences of its own

  double forgotten(Firmness firmness) const;
};

Ability ability_of(ModelSize size);

/// Candidates for the next token with their logits, before any noise.
class Mixture {
public:
  Mixture(const Grammar& grammar, const Ability& ability) : grammar_(grammar), ability_(ability) {}

  void fill(const Context& context);
  /// Adds the deviations of a kernel and a cache to the logits.
  void disturb(const Context& context, const Numerics& numerics);
  Distribution distribution() const;

private:
  static constexpr std::size_t candidates_max = 48;
  struct Candidate {
    Token token = 0;
    double weight = 0;  ///< probability by counts and by what the context holds
    double logit = 0;
  };

  void add(Token token, double weight);
  /// What the counts are read for.
  struct Source {
    const Plan* plan = nullptr;  ///< whose names stand in the slots
    Kinds kinds = 0;             ///< 0: texts of all kinds
    bool early = false;          ///< the text is not to end yet
  };
  void add_ngrams(const Ngrams::Context& context, const Source& source);
  std::optional<Token> source_token(const Continuation& one, const Source& source, bool stranger) const;
  void add_induction(const Context& context, const Context::Following* following);
  void prefer(std::uint64_t key);
  void add_plan(const Context::Following& following);
  void end_or_go_on(const Context::Following& following);
  double end_distance(const Cursor& cursor, std::uint64_t key) const;
  double& logit(Token token);
  double best_but(Token token) const;

  const Grammar& grammar_;
  const Ability& ability_;
  std::array<Candidate, candidates_max> candidates_{};
  std::size_t size_ = 0;
};

}  // namespace demo
