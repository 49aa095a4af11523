#pragma once

#include "demo_engine/server/assembler.hpp"
#include "demo_engine/server/decoder.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace demo {

/// Where an answer goes, piece by piece.
class AnswerSink {
public:
  virtual ~AnswerSink() = default;
  /// The prompt was read; the first piece is coming.
  virtual void begin() = 0;
  /// Only deltas that bring something, or that say what becomes of the answer.
  virtual void take(Delta delta) = 0;
  virtual void end(const Ending& ending) = 0;
};

struct GenerationPlan {
  DecodeRequest decode;
  Assembler::Tools tools = Assembler::Tools::no;
  int stream_interval = 1;  ///< fewest tokens that a delta brings
  bool streamed = false;    ///< each delta costs time
  std::uint64_t id_seed = 0;
  std::vector<std::string> stop;  ///< the text ends before the first of these; thoughts and calls do not
};

/// Answers one request in its slot: decides token by token at the machine's pace and hands the pieces to the sink. Leaves
/// early, without end(), when the pacer is cancelled or a trap hangs up.
void generate(Engine& engine, Slot& slot, const GenerationPlan& plan, RequestTraps& traps, Pacer& pacer, AnswerSink& sink);

}  // namespace demo
