#include "core/verdict.hpp"

#include "core/enum_names.hpp"

#include <array>

namespace sweetspot {

namespace {

constexpr std::array<std::string_view, 6> outcomes{"pass", "tie", "lossy", "broken", "inconclusive", "error"};

}  // namespace

std::string_view to_string(Outcome outcome) { return enum_name(outcomes, outcome); }

Outcome outcome_from(std::string_view text) { return enum_from<Outcome>(outcomes, text, "outcome"); }

}  // namespace sweetspot
