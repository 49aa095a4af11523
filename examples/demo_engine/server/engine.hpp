#pragma once

#include "demo_engine/language_model.hpp"
#include "demo_engine/server/clock.hpp"
#include "demo_engine/server/options.hpp"
#include "demo_engine/server/slots.hpp"
#include "demo_engine/server/trap_set.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace demo {

/// The tokens that divide an answer.
struct Markers {
  explicit Markers(const Vocabulary& vocabulary);
  Token think_open;
  Token think_close;
  Token call_open;
  Token call_close;
  Token end_of_turn;
};

/// What all requests share. `said` is the command line; `options` is what acts, which a trap may have changed.
struct Engine {
  explicit Engine(const Options& as_said, const Options& effective);

  const Options said;
  const Options options;
  LanguageModel target;
  std::optional<LanguageModel> draft;  ///< only while a draft model is used
  Markers markers;
  Clock clock;
  Crossing crossing;
  Slots slots;
  std::vector<ArmedTrap> traps;
  std::atomic<int> chat_requests{0};
  std::atomic<bool> stopping{false};
};

/// Writes what is in effect to the log, in words that the engine's descriptor knows.
void log_start(const Engine& engine);

/// A line of the log on stderr, whole lines whatever other threads write.
void log_line(const std::string& line);

}  // namespace demo
