#pragma once

#include "demo_engine/server/answer.hpp"
#include "demo_engine/server/call_parser.hpp"
#include "demo_engine/server/engine.hpp"
#include "demo_engine/server/stop_texts.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace demo {

/// Turns tokens into what a client reads: thoughts, text, tool calls; whole characters only. Markers are tokens of their
/// own, so that a text may speak of "<tool_call>" and mean the word.
class Assembler {
public:
  enum class Tools { no, yes };
  enum class Start { answer, thoughts };
  Assembler(const Vocabulary& vocabulary, const Markers& markers, Tools tools, Start start, StopTexts stop, std::uint64_t id_seed,
            RequestTraps& traps);

  void take(const TokenRecord& record);
  /// No more tokens come: what was held back goes out.
  void finish();
  /// What there is since the last time.
  Delta take_delta();
  int pending_tokens() const { return delta_.tokens; }
  /// Whether any tool call went out.
  bool called() const { return calls_sent_ > 0; }
  /// Whether the text met one of its stop texts: what comes after belongs to no answer.
  bool stopped() const { return stop_.met(); }

private:
  enum class Channel { content, reasoning, call };

  bool take_marker(Token token);
  void take_text(std::string_view piece);
  void write(std::string_view text);
  void start_call();
  void write_call(std::string_view text);
  void end_call(bool cut);
  void send_whole_call(bool cut);
  void send(const WholeCall& call);
  std::string new_id();

  const Vocabulary& vocabulary_;
  const Markers& markers_;
  Tools tools_;
  StopTexts stop_;
  Random ids_;
  RequestTraps& traps_;
  bool whole_calls_;  ///< a trap wants to see calls as a whole
  Channel channel_ = Channel::content;
  bool skip_blanks_ = false;  ///< after a marker of thoughts
  std::string unfinished_;    ///< bytes of a character that is not complete
  CallParser parser_;
  bool call_opened_ = false;
  int calls_ = 0;
  int calls_sent_ = 0;
  Delta delta_;
};

}  // namespace demo
