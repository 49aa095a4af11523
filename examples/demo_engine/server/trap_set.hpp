#pragma once

#include "demo_engine/server/trap.hpp"
#include "demo_engine/server/trap_condition.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace demo {

/// A trap that was asked for and whose conditions on the launch hold.
struct ArmedTrap {
  const TrapRow* row = nullptr;
  std::string parameter;
  double number = 0;
  std::vector<TrapCondition> conditions;  ///< of the moment
};

/// The traps of the command line that can strike in this process. Throws UsageError for one that is not in the table.
std::vector<ArmedTrap> armed_traps(const Options& options);

/// The traps of one request: asks their conditions and lets them strike.
class RequestTraps {
public:
  RequestTraps(const std::vector<ArmedTrap>& armed, const Options& options, const Vocabulary& vocabulary,
               const Crossing& crossing, std::size_t own_row, Facts facts);

  Facts& facts() { return facts_; }
  const Facts& facts() const { return facts_; }

  /// Calls each trap that has this hook and whose conditions hold now: strike(&TrapHooks::delta, delta).
  template <typename Argument>
  void strike(void (*TrapHooks::*hook)(Argument&, const Strike&), Argument& argument) {
    for (Entry& entry : entries_) {
      const auto function = entry.armed->row->hooks.*hook;
      if (function == nullptr || !holds(*entry.armed)) continue;
      function(argument, Strike{facts_, options_, vocabulary_, entry.random, entry.memory, entry.armed->parameter,
                                entry.armed->number, neighbour()});
    }
  }

  /// Whether any trap could strike there in this request.
  template <typename Hook>
  bool has(Hook TrapHooks::* hook) const {
    for (const Entry& entry : entries_)
      if (entry.armed->row->hooks.*hook != nullptr) return true;
    return false;
  }

private:
  struct Entry {
    const ArmedTrap* armed = nullptr;
    Random random;
    TrapMemory memory;
  };
  bool holds(const ArmedTrap& armed) const;
  std::optional<Token> neighbour() const;

  const Options& options_;
  const Vocabulary& vocabulary_;
  const Crossing& crossing_;
  std::size_t own_row_;
  Facts facts_;
  std::vector<Entry> entries_;
};

/// Lets the traps of the process's start strike: they may change what is shown and what acts, fork, or end the process.
void strike_at_launch(const std::vector<ArmedTrap>& armed, const Vocabulary& vocabulary, LaunchEdit& edit);

}  // namespace demo
