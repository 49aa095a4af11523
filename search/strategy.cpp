#include "search/strategy.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "search/exhaustive.hpp"
#include "search/model_based.hpp"
#include "search/one_at_a_time.hpp"
#include "search/random.hpp"
#include "search/untried.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace sweetspot {

namespace {

/// Up to here a model has nothing to choose: what one value does by itself tells more.
constexpr std::size_t tiny_space = 8;

std::optional<Config> propose_auto(const SearchSpace& space, const std::vector<Trial>& history, std::uint64_t seed) {
  const bool tiny = valid_configurations(space, tiny_space + 1).size() <= tiny_space;
  const auto config = tiny ? propose_one_at_a_time(space, history, seed) : propose_gaussian_process(space, history, seed);
  return config ? config : first_untried_remedy(space, history, seed);
}

constexpr std::array<Strategy, 5> registry{{
    {"auto", "gaussian-process, one-at-a-time for at most 8 configurations; then remedies for what was bad by itself",
     propose_auto},
    {"gaussian-process", "what a model of speeds and failures expects to improve most", propose_gaussian_process},
    {"one-at-a-time", "single changes of the default, then of the fastest so far", propose_one_at_a_time},
    {"exhaustive", "single changes, then pairs, ... each configuration once", propose_exhaustive},
    {"random", "uniformly among all", propose_random},
}};

}  // namespace

std::span<const Strategy> strategies() { return registry; }

const Strategy& find_strategy(std::string_view name) {
  const auto found = std::ranges::find(registry, name, &Strategy::name);
  if (found != registry.end()) return *found;
  std::vector<std::string> names;
  std::string known = "known are";
  for (const Strategy& strategy : registry) {
    known += (names.empty() ? " " : ", ") + std::string(strategy.name);
    names.emplace_back(strategy.name);
  }
  throw Error{"there is no strategy \"" + std::string(name) + "\"", did_you_mean(name, names, known)};
}

}  // namespace sweetspot
