#include "core/study.hpp"

#include "core/enum_names.hpp"

#include <algorithm>
#include <array>

namespace sweetspot {

namespace {

constexpr std::array<std::string_view, 3> recommendation_kinds{"improvement", "keep_default", "unsound"};

constexpr std::array<std::string_view, 2> paces{"sustained", "burst"};

}  // namespace

std::string_view to_string(Pace pace) { return enum_name(paces, pace); }

Pace pace_from(std::string_view text) { return enum_from<Pace>(paces, text, "pace"); }

std::string_view to_string(RecommendationKind kind) { return enum_name(recommendation_kinds, kind); }

RecommendationKind recommendation_kind_from(std::string_view text) {
  return enum_from<RecommendationKind>(recommendation_kinds, text, "kind of recommendation");
}

std::optional<double> ceiling_tokens_per_second(const Target& target) {
  const auto& bandwidth = target.machine.memory_bandwidth_bytes_per_s;
  if (!bandwidth || target.model.bytes_per_token <= 0) return std::nullopt;
  return *bandwidth / static_cast<double>(target.model.bytes_per_token);
}

const Trial* find_trial(const Study& study, const Config& config) {
  const auto found = std::ranges::find(study.trials, config, &Trial::config);
  return found == study.trials.end() ? nullptr : &*found;
}

}  // namespace sweetspot
