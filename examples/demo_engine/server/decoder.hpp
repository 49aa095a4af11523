#pragma once

#include "demo_engine/server/answer.hpp"
#include "demo_engine/server/engine.hpp"
#include "demo_engine/server/sampler.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace demo {

/// What is asked of the model.
struct DecodeRequest {
  std::vector<Token> prompt;  ///< not empty
  Sampler sampler;
  std::uint64_t seed = 0;
  int max_tokens = 0;  ///< at least 1; the context's end cuts too
  bool cache_prompt = true;
  int alternatives = 0;    ///< listed with each token; -1: no log probabilities at all
  bool must_call = false;  ///< the answer is a tool call, thoughts before it allowed
};

/// Whether the prompt leaves the model in the middle of its thoughts.
bool opens_thoughts(std::span<const Token> prompt, const Markers& markers);

/// Decides the tokens of one answer: drafts, verifies, samples, remembers. Its time is the pacer's, its damage the traps'.
class Decoder {
public:
  enum class End { none, end_of_turn, length };

  Decoder(Engine& engine, Slot& slot, const DecodeRequest& request, RequestTraps& traps, Pacer& pacer);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Brings the prompt into the slot. Tokens that were there already.
  std::size_t read_prompt();
  /// One pass of the model; only while end() is none. Never empty.
  Step next_step();
  End end() const { return end_; }
  /// Tokens decided so far, the end of the turn included.
  int decided() const { return decided_; }

private:
  struct Proposal {
    Token token = 0;
    Distribution distribution;
    std::vector<Candidate> from;
  };

  std::vector<Proposal> propose(int limit);
  std::vector<Proposal> propose_by_draft(int limit);
  std::vector<Proposal> propose_from_context(int limit) const;
  Distribution target_distribution(const Numerics& numerics) const;
  Numerics numerics_of(int width);
  void decide(Verdict& verdict, const Proposal* proposal);
  void show_as_certain(Verdict& verdict);
  void decide_drafted(Verdict& verdict, const Proposal& proposal);
  TokenRecord recorded(const Verdict& verdict) const;
  void commit(Token token);
  void settle_draft(std::size_t known);
  bool call_is_due() const;
  int room() const;
  void spend(int width, int drafted);

  Engine& engine_;
  Slot& slot_;
  const DecodeRequest& request_;
  RequestTraps& traps_;
  Pacer& pacer_;
  Random random_;
  std::vector<Token> forced_;
  bool forced_certain_ = false;
  Distribution certain_;  ///< of the token at hand, where nothing else is possible
  int decided_ = 0;
  bool called_ = false;
  End end_ = End::none;
};

}  // namespace demo
