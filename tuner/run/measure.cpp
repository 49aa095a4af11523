#include "run/measure.hpp"

#include "core/decode_rate.hpp"
#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sweetspot {
namespace {

constexpr std::int64_t tokens_least_class = 32;     ///< that the rate of a class rests on (measurement.md "What is counted")
constexpr std::int64_t tokens_least_drafted = 128;  ///< under speculation, of all classes together: one alone may be cut short
constexpr double clock_disagreement = 0.10;         ///< between client and server

using Samples = std::vector<const RequestSample*>;

std::optional<double> median_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return median(values);
}

template <typename Figure>
std::vector<double> figures(const Samples& samples, const Figure& figure) {
  std::vector<double> values;
  for (const RequestSample* sample : samples) {
    if (const std::optional<double> value = figure(*sample)) values.push_back(*value);
  }
  return values;
}

std::int64_t tokens_of(const RequestSample& sample) { return sample.usage.completion_tokens.value_or(0); }

std::optional<double> server_rate(const RequestSample& sample) {
  const auto n = sample.timings.predicted_n.value_or(0);
  const double ms = sample.timings.predicted_ms.value_or(0);
  if (n < tokens_for_rate || ms <= 0) return std::nullopt;
  return static_cast<double>(n - 1) * 1000 / ms;
}

std::optional<double> end_to_end_rate(const RequestSample& sample) {
  if (tokens_of(sample) < tokens_for_rate || !sample.last_token_ms || *sample.last_token_ms <= 0) return std::nullopt;
  return static_cast<double>(tokens_of(sample)) * 1000 / *sample.last_token_ms;
}

/// Tokens per second from the request to the 32nd token, whose arrival is found by its share of the bytes.
std::optional<double> first_32_rate(const RequestSample& sample) {
  const std::int64_t tokens = tokens_of(sample);
  if (tokens < 32) return std::nullopt;
  const double bytes =
      std::accumulate(sample.chunks.begin(), sample.chunks.end(), 0.0,
                      [](double sum, const ChunkArrival& chunk) { return sum + static_cast<double>(chunk.bytes); });
  double seen = 0;
  for (const ChunkArrival& chunk : sample.chunks) {
    seen += static_cast<double>(chunk.bytes);
    if (chunk.at_ms > 0 && seen >= bytes * 32 / static_cast<double>(tokens)) return 32 * 1000 / chunk.at_ms;
  }
  return std::nullopt;
}

std::optional<double> acceptance(const Samples& samples) {
  std::int64_t drafted = 0;
  std::int64_t accepted = 0;
  for (const RequestSample* sample : samples) {
    drafted += sample->timings.draft_n.value_or(0);
    accepted += sample->timings.draft_n_accepted.value_or(0);
  }
  if (drafted <= 0) return std::nullopt;
  return std::clamp(static_cast<double>(accepted) / static_cast<double>(drafted), 0.0, 1.0);
}

/// Those that a rate rests on.
std::int64_t rated_tokens(const Samples& samples) {
  std::int64_t tokens = 0;
  for (const RequestSample* sample : samples) tokens += decode_rate(*sample) ? tokens_of(*sample) : 0;
  return tokens;
}

ClassMeasurement class_measurement(const Samples& samples) {
  ClassMeasurement row;
  row.requests = static_cast<int>(samples.size());
  row.draft_acceptance = acceptance(samples);
  const std::vector<double> rates = figures(samples, decode_rate);
  if (rated_tokens(samples) < tokens_least_class) return row;
  row.decode_tokens_per_second = median(rates);
  row.decode_tokens_per_second_sd = sample_deviation(rates);
  return row;
}

void add_gaps(const Samples& samples, Measurement& measurement) {
  std::vector<double> gaps;
  std::int64_t chunks = 0;
  std::int64_t tokens = 0;
  for (const RequestSample* sample : samples) {
    for (std::size_t i = 1; i < sample->chunks.size(); ++i) gaps.push_back(sample->chunks[i].at_ms - sample->chunks[i - 1].at_ms);
    chunks += static_cast<std::int64_t>(sample->chunks.size());
    tokens += tokens_of(*sample);
  }
  if (!gaps.empty()) {
    measurement.itl_ms_p50 = median(gaps);
    measurement.itl_ms_p95 = quantile(gaps, 0.95);
  }
  if (chunks > 0) measurement.tokens_per_chunk = static_cast<double>(tokens) / static_cast<double>(chunks);
}

/// Tokens per second between two lengths of the same answer, by the wall clock.
std::optional<double> unstreamed_rate(const Samples& samples) {
  if (samples.size() < 2) return std::nullopt;
  const auto [first, last] =
      std::ranges::minmax_element(samples, {}, [](const RequestSample* sample) { return tokens_of(*sample); });
  const std::int64_t tokens = tokens_of(**last) - tokens_of(**first);
  const double ms = (*last)->total_ms - (*first)->total_ms;
  if (tokens < 2 * tokens_for_rate || ms <= 0) return std::nullopt;
  return static_cast<double>(tokens) * 1000 / ms;
}

void add_findings(const Samples& samples, const Samples& unstreamed, Measurement& measurement) {
  std::vector<double> disagreements;
  for (const RequestSample* sample : samples) {
    const auto ours = decode_rate(*sample);
    const auto theirs = server_rate(*sample);
    if (ours && theirs) disagreements.push_back(*ours / *theirs - 1);
  }
  if (disagreements.size() >= 3 && std::abs(median(disagreements)) > clock_disagreement)
    measurement.findings.push_back("the server's own timings differ from what arrives by " +
                                   std::to_string(static_cast<int>(std::lround(median(disagreements) * 100))) + " %");
  const auto prose = measurement.classes.find("prose");
  const auto by_wall = unstreamed_rate(unstreamed);
  if (by_wall && prose != measurement.classes.end() && prose->second.decode_tokens_per_second) {
    const double apart = *prose->second.decode_tokens_per_second / *by_wall - 1;
    if (std::abs(apart) > clock_disagreement)
      measurement.findings.push_back(
          "what is streamed comes at another speed than two lengths of the same answer, not streamed, tell: " +
          std::to_string(static_cast<int>(std::lround(apart * 100))) + " %");
  }
  const bool uncounted =
      std::any_of(samples.begin(), samples.end(), [](const RequestSample* sample) { return !sample->usage.completion_tokens; });
  if (uncounted) measurement.findings.push_back("some answers came without token counts; they are not ranked");
}

}  // namespace

std::optional<double> prefill_rate(const RequestSample& sample) {
  const auto prompt = sample.usage.prompt_tokens;
  if (!prompt || !sample.first_token_ms || *sample.first_token_ms <= 0) return std::nullopt;
  const std::int64_t cached = sample.usage.cached_tokens.value_or(sample.timings.cache_n.value_or(0));
  if (*prompt - cached <= 0) return std::nullopt;
  return static_cast<double>(*prompt - cached) * 1000 / *sample.first_token_ms;
}

Measurement summarised(const std::vector<RequestSample>& samples, const Goal& goal, const std::set<std::string>& excluded,
                       std::optional<std::int64_t> memory_bytes_peak) {
  std::map<std::string, Samples> by_class;
  Samples decoded;
  for (const RequestSample& sample : samples) {
    by_class[sample.prompt_class].push_back(&sample);
    const bool decodes = sample.prompt_class != class_cold && sample.prompt_class != class_warm;
    if (decodes && sample.prompt_class != class_unstreamed) decoded.push_back(&sample);
  }
  Measurement measurement;
  measurement.requests = static_cast<int>(samples.size());
  measurement.memory_bytes_peak = memory_bytes_peak;
  const auto first_token = [](const RequestSample& sample) { return sample.first_token_ms; };
  const std::vector<double> cold = figures(by_class[class_cold], first_token);
  measurement.ttft_ms_p50 = median_of(cold);
  if (!cold.empty()) measurement.ttft_ms_p95 = quantile(cold, 0.95);
  measurement.ttft_warm_ms_p50 = median_of(figures(by_class[class_warm], first_token));
  measurement.ttft_short_ms_p50 = median_of(figures(by_class["short"], first_token));
  measurement.prefill_tokens_per_second = median_of(figures(by_class[class_cold], prefill_rate));
  measurement.end_to_end_tokens_per_second = median_of(figures(decoded, end_to_end_rate));
  measurement.first_32_tokens_per_second = median_of(figures(decoded, first_32_rate));
  measurement.draft_acceptance = acceptance(decoded);
  add_gaps(decoded, measurement);

  if (const auto rated = rated_tokens(decoded); measurement.draft_acceptance && rated < tokens_least_drafted)
    measurement.findings.push_back("rates with drafts rest on " + std::to_string(rated) +
                                   " tokens, too few to trust: ask for longer answers");
  std::vector<double> rates;
  std::vector<double> rates_besides;  // of what a goal weighs by its first token
  for (const auto& [name, of_class] : by_class) {
    if (name == class_warm || name == class_unstreamed || of_class.empty()) continue;
    const std::string shown = name == class_cold ? "long" : name;
    ClassMeasurement& row = measurement.classes[shown] = class_measurement(of_class);
    if (!row.decode_tokens_per_second || excluded.contains(shown)) continue;
    (shown == "short" || shown == "long" ? rates_besides : rates).push_back(*row.decode_tokens_per_second);
  }
  if (rates.empty()) rates = rates_besides;  // a workload may hold nothing else
  if (!rates.empty()) measurement.decode_tokens_per_second = geometric_mean(rates);
  add_findings(decoded, by_class[class_unstreamed], measurement);
  Measurement scored = measurement;
  for (const std::string& name : excluded) {
    if (scored.classes.size() > 1) scored.classes.erase(name);
  }
  measurement.score_s = score(goal, scored);
  return measurement;
}

}  // namespace sweetspot
