#include "core/trial.hpp"

#include "core/enum_names.hpp"

#include <array>

namespace sweetspot {

namespace {

constexpr std::array<std::string_view, 5> phases{"search", "anchor", "confirm", "reference", "depth"};

}  // namespace

std::string_view to_string(Phase phase) { return enum_name(phases, phase); }

Phase phase_from(std::string_view text) { return enum_from<Phase>(phases, text, "phase"); }

bool eligible(const Trial& trial, AllowLossy allow) {
  if (trial.failure || !trial.verdict || !trial.measurement || !trial.measurement->score_s || !trial.unmet.empty()) return false;
  switch (trial.verdict->outcome) {
    case Outcome::pass:
    case Outcome::tie: return true;
    case Outcome::lossy: return allow == AllowLossy::yes && !trial.verdict->beyond_limit;
    case Outcome::broken:
    case Outcome::inconclusive:
    case Outcome::error: return false;
  }
  return false;
}

}  // namespace sweetspot
