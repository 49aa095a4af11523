#include "run/plausible.hpp"

#include "core/decode_rate.hpp"
#include "core/statistics.hpp"
#include "run/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace sweetspot {
namespace {

/// The processors' triad sees at least a quarter of what a graphics processor on the same memory reads (an M1 Max: some 100 to
/// 240 of 400 GB/s), and what the model keeps in a cache is read faster than any memory.
constexpr double ceiling_slack = 4;
/// A pass that also verifies drafts is never faster than one that does not; what is more than this is not noise.
constexpr double plain_slack = 1.5;

constexpr std::array<std::string_view, 4> speculation_prefixes = {"draft_", "spec_", "ngram_", "optimistic"};

bool is_speculation(std::string_view parameter) {
  return std::any_of(speculation_prefixes.begin(), speculation_prefixes.end(),
                     [&](std::string_view prefix) { return parameter.starts_with(prefix); });
}

bool speculates(const Config& config) {
  return std::any_of(config.values.begin(), config.values.end(), [](const auto& entry) { return is_speculation(entry.first); });
}

/// Tokens per pass at most; nothing when that is not known.
std::optional<double> tokens_per_pass(const RequestSample& sample, const Config& config) {
  const auto tokens = static_cast<double>(sample.usage.completion_tokens.value_or(0));
  if (sample.timings.draft_n_accepted && sample.timings.draft_n.value_or(0) > 0) {
    const double passes = tokens - static_cast<double>(*sample.timings.draft_n_accepted);
    return tokens / std::max(passes, 1.0);
  }
  if (!speculates(config)) return 1.0;
  const auto depth = config.values.find("draft_depth");
  if (depth == config.values.end()) return std::nullopt;
  return 1 + number(depth->second);
}

}  // namespace

std::optional<double> passes_per_second(const Trial& trial) {
  std::vector<double> rates;
  for (const Visit& visit : trial.visits) {
    for (const RequestSample& sample : visit.samples) {
      const auto rate = decode_rate(sample);
      const auto per_pass = tokens_per_pass(sample, trial.config);
      if (rate && per_pass && *per_pass >= 1) rates.push_back(*rate / *per_pass);
    }
  }
  if (rates.empty()) return std::nullopt;
  return median(rates);
}

std::optional<std::string> impossible_speed(const Trial& trial, std::optional<double> ceiling, const Trial* plain,
                                            double bytes_ratio) {
  const auto passes = passes_per_second(trial);
  if (!passes) return std::nullopt;
  auto base = plain == nullptr || plain == &trial ? std::nullopt : passes_per_second(*plain);
  if (ceiling) *ceiling /= bytes_ratio;
  if (base) *base /= bytes_ratio;
  if (ceiling && base) ceiling = std::max(*ceiling, *base);
  if (ceiling && *passes > ceiling_slack * *ceiling)
    return fmt::format("impossible speed: {:.0f} forward passes a second, and memory allows about {:.0f}", *passes, *ceiling);
  if (!base || speculates(plain->config)) return std::nullopt;
  const bool only_speculation =
      !trial.changed.values.empty() && std::all_of(trial.changed.values.begin(), trial.changed.values.end(),
                                                   [](const auto& entry) { return is_speculation(entry.first); });
  if (only_speculation && *passes > plain_slack * *base)
    return fmt::format("impossible speed: {:.0f} forward passes a second, and plain decoding does {:.0f}", *passes, *base);
  return std::nullopt;
}

}  // namespace sweetspot
