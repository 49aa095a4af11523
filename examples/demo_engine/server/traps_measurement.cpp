#include "demo_engine/server/trap_rows.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace demo {

namespace {

void add(Delta& to, Delta&& more) {
  to.reasoning += more.reasoning;
  to.content += more.content;
  std::move(more.calls.begin(), more.calls.end(), std::back_inserter(to.calls));
  std::move(more.records.begin(), more.records.end(), std::back_inserter(to.records));
  to.tokens += more.tokens;
  to.last = more.last;
}

/// Keeps the first piece until it is fat: what comes before the clock starts looks like speed.
void fat_first_chunk(Delta& delta, const Strike& strike) {
  TrapMemory& memory = strike.memory;
  if (memory.count > 0) return;
  add(memory.held, std::exchange(delta, {}));
  if (memory.held.tokens < strike.number && !memory.held.last) return;
  delta = std::exchange(memory.held, {});
  memory.count = 1;
}

/// What the cache held is said to have been computed.
void count_cached_prefill(Ending& ending, const Strike&) {
  ending.counts.timed_prompt = ending.counts.prompt;
  ending.counts.cached = 0;
}

/// Without a prompt cache there is more room for all else, and every turn begins from nothing.
void cold_by_choice(double& machine_ms, const Strike& strike) { machine_ms /= 1 + strike.number; }

}  // namespace

std::vector<TrapRow> measurement_traps() {
  using enum Layer;
  using enum Expected;
  return {
      {"T57",
       "fat-first-chunk",
       measurement,
       "the first piece holds 50 tokens",
       broken,
       "streaming",
       50,
       {.delta = fat_first_chunk}},
      {"T58",
       "cached-prefill",
       measurement,
       "tokens from the cache are counted as computed",
       not_recommended,
       "",
       0,
       {.ending = count_cached_prefill}},
      {"T60",
       "cold-by-choice",
       measurement,
       "without the prompt cache decoding is a tenth faster",
       not_recommended,
       "cache_prompt=off",
       0.1,
       {.cost = cold_by_choice}},
  };
}

}  // namespace demo
