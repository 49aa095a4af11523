#include "demo_engine/server/trap_set.hpp"

#include <algorithm>
#include <cstdlib>

namespace demo {

namespace {

const TrapRow& row_of(const std::string& name) {
  const auto& table = trap_table();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const TrapRow& row) { return row.name == name || row.id == name; });
  if (found == table.end()) throw UsageError{"there is no trap \"" + name + "\": --list-traps shows them"};
  return *found;
}

/// NAME[:parameter][@CONDITION[,CONDITION...]]; nothing when a condition on the launch does not hold.
std::optional<ArmedTrap> armed_trap(const std::string& text, const Options& options) {
  const auto at = text.find('@');
  const std::string head = text.substr(0, at);
  const auto colon = head.find(':');
  ArmedTrap trap;
  trap.row = &row_of(head.substr(0, colon));
  trap.number = trap.row->number;
  if (colon != std::string::npos) {
    trap.parameter = head.substr(colon + 1);
    char* end = nullptr;
    const double number = std::strtod(trap.parameter.c_str(), &end);
    if (*end == '\0' && !trap.parameter.empty()) trap.number = number;
  }
  std::vector<TrapCondition> all = parse_conditions(trap.row->nature);
  if (at != std::string::npos) {
    for (TrapCondition& condition : parse_conditions(std::string_view(text).substr(at + 1))) all.push_back(std::move(condition));
  }
  for (TrapCondition& condition : all) {
    if (!of_launch(condition)) {
      trap.conditions.push_back(std::move(condition));
    } else if (!holds_at_launch(condition, options)) {
      return std::nullopt;
    }
  }
  return trap;
}

}  // namespace

std::vector<ArmedTrap> armed_traps(const Options& options) {
  std::vector<ArmedTrap> armed;
  for (const std::string& text : options.traps) {
    if (auto trap = armed_trap(text, options)) armed.push_back(std::move(*trap));
  }
  return armed;
}

RequestTraps::RequestTraps(const std::vector<ArmedTrap>& armed, const Options& options, const Vocabulary& vocabulary,
                           const Crossing& crossing, std::size_t own_row, Facts facts)
    : options_(options), vocabulary_(vocabulary), crossing_(crossing), own_row_(own_row), facts_(facts) {
  entries_.reserve(armed.size());
  for (const ArmedTrap& trap : armed) {
    const std::uint64_t seed = seed_for(options.trap_seed, trap.row->id) ^ facts.identity;
    entries_.push_back({&trap, Random(Random(seed).next()), {}});
  }
}

bool RequestTraps::holds(const ArmedTrap& armed) const {
  return std::all_of(armed.conditions.begin(), armed.conditions.end(),
                     [&](const TrapCondition& condition) { return holds_now(condition, facts_); });
}

std::optional<Token> RequestTraps::neighbour() const {
  if (crossing_.active.load() < 2) return std::nullopt;
  for (std::size_t i = 0; i < crossing_.rows.size(); ++i) {
    const Token token = crossing_.rows[i].load();
    if (i != own_row_ && token >= 0) return token;
  }
  return std::nullopt;
}

void strike_at_launch(const std::vector<ArmedTrap>& armed, const Vocabulary& vocabulary, LaunchEdit& edit) {
  const Facts facts;
  const Options options = edit.said;
  for (const ArmedTrap& trap : armed) {
    if (trap.row->hooks.launch == nullptr) continue;
    Random random(seed_for(options.trap_seed, trap.row->id));
    TrapMemory memory;
    trap.row->hooks.launch(edit, {facts, options, vocabulary, random, memory, trap.parameter, trap.number, std::nullopt});
  }
}

}  // namespace demo
