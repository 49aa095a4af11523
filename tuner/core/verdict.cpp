#include "core/verdict.hpp"

#include "core/enum_names.hpp"

#include <array>

namespace sweetspot {

namespace {

constexpr std::array<std::string_view, 6> outcomes{"pass", "tie", "lossy", "broken", "inconclusive", "error"};
constexpr std::array<std::string_view, 4> tiers{"quick", "standard", "release", "fresh"};

}  // namespace

std::string_view to_string(Outcome outcome) { return enum_name(outcomes, outcome); }

Outcome outcome_from(std::string_view text) { return enum_from<Outcome>(outcomes, text, "outcome"); }

std::string_view to_string(Tier tier) { return enum_name(tiers, tier); }

Tier tier_from(std::string_view text) {
  for (const Tier tier : {Tier::quick, Tier::standard, Tier::release}) {
    if (to_string(tier) == text) return tier;
  }
  throw Error{"unknown tier \"" + std::string(text) + "\"", "use quick, standard or release"};
}

bool stood(const Verdict& verdict, Tier tier) { return verdict.tier >= tier && verdict.fresh; }

}  // namespace sweetspot
