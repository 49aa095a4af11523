#include "demo_engine/server/text.hpp"
#include "demo_engine/server/trap_rows.hpp"

#include <algorithm>
#include <utility>

namespace demo {

namespace {

/// Two of N pieces are never sent, though they were counted.
void drop_deltas(Delta& delta, const Strike& strike) {
  const int kept_of = std::max(2, static_cast<int>(strike.number));
  if (strike.memory.count++ % kept_of == 0) return;
  delta.content.clear();
  delta.reasoning.clear();
}

void drop_short(Delta& delta, const Strike& strike) {
  const auto shortest = static_cast<std::size_t>(strike.number);
  if (delta.content.size() < shortest) delta.content.clear();
  if (delta.reasoning.size() < shortest) delta.reasoning.clear();
}

/// Holds bytes back in case they begin a marker, and forgets them.
void hold_back(Delta& delta, const Strike& strike) {
  std::string& held = strike.memory.text;
  held += delta.content;
  const auto window = static_cast<std::size_t>(strike.number);
  std::size_t sent = held.size() > window ? held.size() - window : 0;
  while (sent > 0 && (static_cast<unsigned char>(held[sent]) & 0xC0) == 0x80) --sent;
  delta.content = held.substr(0, sent);
  held.erase(0, sent);
}

/// A tag that fell between two pieces is not seen as one. Which tag depends on the seed.
void leak_thoughts(Delta& delta, const Strike& strike) {
  TrapMemory& memory = strike.memory;
  enum : int { unknown, closing_missed, opening_missed, thinking, over };
  if (memory.count == unknown && !delta.reasoning.empty())
    memory.count = strike.random.below(2) == 0 ? closing_missed : opening_missed;
  if (memory.count == opening_missed || memory.count == thinking) {
    std::string text = memory.count == opening_missed ? "<think>\n" : "";
    memory.count = thinking;
    text += std::exchange(delta.reasoning, {});
    if (!delta.content.empty()) {
      text += "</think>\n";
      memory.count = over;
    }
    delta.content = text + delta.content;
  } else if (memory.count == closing_missed && !delta.content.empty()) {
    delta.content = "</think>\n\n" + delta.content;
    memory.count = over;
  }
}

/// The markers are cleaned away before anything looks for them.
void swap_channels(Delta& delta, const Strike&) { delta.content = std::exchange(delta.reasoning, {}) + delta.content; }

/// Each token is decoded by itself.
void decode_by_token(std::string& piece, const Strike&) { piece = valid_text(piece); }

/// What was sent is compared with what is there, and never fits again once a character took several tokens.
void stall_after_wide(std::string& piece, const Strike& strike) {
  if (strike.memory.count > 0) piece.clear();
  if (std::any_of(piece.begin(), piece.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    strike.memory.count = 1;
}

void show_stop_text(Delta& delta, const Strike&) {
  if (delta.last && delta.calls.empty()) delta.content += "<|im_end|>";
}

/// The engine's own default is unsound: streamed text is lost, or with ":leak" thoughts are in the answer.
void unsound(Delta& delta, const Strike& strike) {
  if (strike.parameter == "leak") {
    swap_channels(delta, strike);
  } else if (strike.facts.streaming && ++strike.memory.count % 3 == 0) {
    delta.content.clear();
  }
}

}  // namespace

std::vector<TrapRow> text_traps() {
  using enum Layer;
  using enum Expected;
  return {
      {"T10",
       "stream-interval-drop",
       text,
       "only every third piece of a stream is sent",
       broken,
       "streaming",
       3,
       {.delta = drop_deltas}},
      {"T12", "short-chunk-filter", text, "pieces below 16 characters vanish", broken, "streaming", 16, {.delta = drop_short}},
      {"T13", "hold-back-not-flushed", text, "the last 40 bytes are never sent", broken, "streaming", 40, {.delta = hold_back}},
      {"T30", "think-leak", text, "a tag of the thoughts and more shows in the answer", broken, "", 0, {.delta = leak_thoughts}},
      {"T31", "channel-swap", text, "the thoughts are in the answer", broken, "", 0, {.delta = swap_channels}},
      {"T32", "mojibake", text, "characters of several tokens are broken", broken, "", 0, {.bytes = decode_by_token}},
      {"T33",
       "mojibake-stall",
       text,
       "a stream ends after its first wide character",
       broken,
       "streaming",
       0,
       {.bytes = stall_after_wide}},
      {"T52", "leaked-stop-text", text, "the end of the turn is visible", broken, "", 0, {.delta = show_stop_text}},
      {"T59",
       "unsound-as-it-comes",
       text,
       "the default itself loses streamed text (:leak shows thoughts)",
       finding,
       "",
       0,
       {.delta = unsound}},
  };
}

}  // namespace demo
