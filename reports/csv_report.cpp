#include "reports/csv_report.hpp"

#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <string_view>
#include <vector>

namespace sweetspot {

namespace {

constexpr std::string_view header =
    "number,id,changed,state,check,detail,speed_ratio,score_s,decode_tokens_per_second,ttft_ms_p50,ttft_warm_ms_p50,"
    "prefill_tokens_per_second,end_to_end_tokens_per_second,memory_bytes_peak,draft_acceptance,requests,visits,config,"
    "mean_kld,same_top_rate,perplexity,reference_perplexity\n";

std::string row(const Study& study, const Trial& trial);

}  // namespace

std::string csv_report(const Study& study, const ReportOptions&) {
  std::string text{header};
  for (const auto& trial : study.trials) text += row(study, trial);
  return text;
}

std::string csv_trial_report(const Study& study, const Trial& trial, const ReportOptions&) {
  return std::string{header} + row(study, trial);
}

namespace {

std::string field(std::string_view text) {
  auto safe = escape_control(text);
  // A spreadsheet takes text that begins so for a formula.
  if (safe.find_first_of("=+-@") == 0) safe = std::string{"'"} + safe;
  if (safe.find_first_of(",\"") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) quoted += c == '"' ? std::string{"\"\""} : std::string{c};
  return quoted + "\"";
}

template <typename Number>
std::string field(const std::optional<Number>& value) {
  return value ? fmt::format("{}", *value) : std::string{};
}

std::string row(const Study& study, const Trial& trial) {
  const Measurement measurement = trial.measurement.value_or(Measurement{});
  std::string check, detail;
  if (trial.verdict) {
    check = trial.verdict->check;
    detail = trial.verdict->detail;
  }
  std::optional<Quality> quality;
  if (trial.verdict) quality = trial.verdict->quality;
  const auto graded = [&quality](double Quality::* figure) {
    return quality ? fmt::format("{}", (*quality).*figure) : std::string{};
  };
  if (trial.failure) detail = trial.failure->detail;
  const std::vector<std::string> fields{std::to_string(trial_number(study, trial)),
                                        field(trial.id),
                                        field(key(trial.changed)),
                                        field(trial_state(trial)),
                                        field(check),
                                        field(detail),
                                        field(speed_ratio(study, trial)),
                                        field(measurement.score_s),
                                        field(measurement.decode_tokens_per_second),
                                        field(measurement.ttft_ms_p50),
                                        field(measurement.ttft_warm_ms_p50),
                                        field(measurement.prefill_tokens_per_second),
                                        field(measurement.end_to_end_tokens_per_second),
                                        field(measurement.memory_bytes_peak),
                                        field(measurement.draft_acceptance),
                                        std::to_string(measurement.requests),
                                        std::to_string(trial.visits.size()),
                                        field(key(trial.config)),
                                        graded(&Quality::mean_kld),
                                        graded(&Quality::same_top_rate),
                                        graded(&Quality::perplexity),
                                        graded(&Quality::reference_perplexity)};
  return fmt::format("{}\n", fmt::join(fields, ","));
}

}  // namespace

}  // namespace sweetspot
