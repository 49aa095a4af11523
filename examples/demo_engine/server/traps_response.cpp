#include "demo_engine/server/trap_rows.hpp"
#include "demo_engine/server/traps_dialect.hpp"

#include <algorithm>

namespace demo {

namespace {

constexpr const char* late_error =
    R"({"error":{"code":500,"message":"the engine failed while generating","type":"server_error"}})";

void stop_with_calls(Ending& ending, const Strike&) {
  if (ending.finish_reason == "tool_calls") ending.finish_reason = "stop";
}

/// Whether this is the piece at which it happens: the trap's number of pieces, and up to seven more by the seed.
bool is_the_piece(const Strike& strike) {
  TrapMemory& memory = strike.memory;
  if (memory.tokens.empty())
    memory.tokens.push_back(static_cast<Token>(strike.number) + static_cast<Token>(strike.random.below(8)));
  return memory.count++ == memory.tokens.front();
}

void cut_stream(Delta& delta, const Strike& strike) {
  if (is_the_piece(strike)) delta.then = Delta::Then::hang_up;
}

void error_inside(Delta& delta, const Strike& strike) {
  if (!is_the_piece(strike)) return;
  delta.error = late_error;
  delta.then = Delta::Then::hang_up;
}

void keep_alive(Delta& delta, const Strike& strike) {
  if (is_the_piece(strike)) delta.then = Delta::Then::keep_alive;
}

/// Nothing or the double, by the seed.
void lie_about_usage(Ending& ending, const Strike& strike) {
  auto& said = ending.counts.completion_said;
  said = strike.parameter == "zero" || (strike.parameter.empty() && strike.random.below(2) == 0) ? 0 : 2 * said;
}

}  // namespace

std::vector<TrapRow> response_traps() {
  using enum Layer;
  using enum Expected;
  return {
      {"T29",
       "finish-stop-with-calls",
       response,
       "finish_reason is stop though there are calls",
       broken,
       "",
       0,
       {.ending = stop_with_calls}},
      {"T42",
       "cut-stream-clean-close",
       response,
       "the stream ends in the middle, properly closed",
       broken,
       "streaming",
       10,
       {.delta = cut_stream}},
      {"T43", "error-inside-200", response, "an error object in the middle of a 200", broken, "", 6, {.delta = error_inside}},
      {"T44",
       "keepalive-forever",
       stream,
       "comments and nothing else after some pieces",
       broken,
       "streaming",
       8,
       {.delta = keep_alive}},
      {"T45",
       "usage-lies",
       response,
       "completion_tokens is 0 or the double (:zero, :double)",
       broken,
       "",
       0,
       {.ending = lie_about_usage}},
      {"T53",
       "sse-dialect",
       stream,
       "byte order mark, CRLF and CR, comments, split bytes, data over two lines (:reasoning+whole-calls, or other words)",
       pass,
       "",
       0,
       {.wire = speak_dialect}},
  };
}

}  // namespace demo
