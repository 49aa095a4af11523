#pragma once

#include "demo_engine/server/trap.hpp"

#include <vector>

/// The rows of the table, by where they sit: one file each.
namespace demo {

std::vector<TrapRow> acceptance_traps();   ///< the verifier takes what it should refuse
std::vector<TrapRow> state_traps();        ///< the model sees another context, or another cache, than it should
std::vector<TrapRow> token_traps();        ///< tokens that the model did not choose
std::vector<TrapRow> text_traps();         ///< the way from tokens to text
std::vector<TrapRow> call_traps();         ///< the assembly of tool calls
std::vector<TrapRow> response_traps();     ///< finish reasons, counts, errors, events
std::vector<TrapRow> process_traps();      ///< launch, crash, a flag without effect
std::vector<TrapRow> measurement_traps();  ///< numbers that look better than they are

}  // namespace demo
