#include "reports/text_report.hpp"

#include "reports/format.hpp"
#include "reports/paint.hpp"
#include "reports/text_sections.hpp"

#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sweetspot {

namespace {

constexpr std::size_t divergences_shown = 20;
constexpr std::size_t evidence_length = 400;

std::string verdict_part(const Verdict& verdict, Colour colour);
std::string evidence_part(const Evidence& evidence);
std::string divergences_part(const Verdict& verdict);
std::string measurement_part(const Measurement& measurement, std::optional<double> ceiling_tokens_per_second);
std::string visits_part(const Trial& trial);
std::string failure_part(const Failure& failure, Colour colour);

}  // namespace

std::string text_trial_report(const Study& study, const Trial& trial, const ReportOptions& options) {
  const auto ratio = speed_ratio(study, trial);
  std::string text = fmt::format("Trial {} ({}) of study {}\n  {}\n", trial_number(study, trial), trial.id, short_id(study.id),
                                 painted(display(trial.changed), Paint::bold, options.colour));
  if (ratio) text += fmt::format("  {} as fast as the default (goal {})\n", ratio_text(ratio), study.goal);
  if (trial.failure) text += failure_part(*trial.failure, options.colour);
  if (trial.verdict) text += verdict_part(*trial.verdict, options.colour);
  if (trial.measurement) text += measurement_part(*trial.measurement, ceiling_tokens_per_second(study.target));
  text += visits_part(trial);
  text += "\nConfiguration\n";
  for (const auto& [name, value] : trial.config.values)
    text += fmt::format("  {} = {}\n", padded(name, 18), escape_control(sweetspot::text(value)));
  if (const auto command = study.commands.find(trial.id); command != study.commands.end())
    text += "\nCommand\n  " + command->second.shell + "\n";
  return text;
}

namespace {

std::string verdict_part(const Verdict& verdict, Colour colour) {
  const auto outcome = to_string(verdict.outcome);
  std::string text = fmt::format("\nVerdict: {}", painted(outcome, state_paint(outcome), colour));
  if (!verdict.check.empty()) text += " by " + verdict.check;
  if (!verdict.detail.empty()) text += ": " + escape_control(verdict.detail);
  text += fmt::format("\n  {} compared, {}\n", counted(verdict.tokens_compared, "token"), counted(verdict.requests, "request"));
  for (const auto& check : verdict.checks) {
    const auto state = to_string(check.outcome);
    text += fmt::format("  {}  {}  {}\n", padded(check.id, 4), painted(padded(state, 12), state_paint(state), colour),
                        escape_control(check.detail));
  }
  if (!verdict.not_verified.empty()) text += fmt::format("  not verified: {}\n", fmt::join(verdict.not_verified, ", "));
  if (verdict.evidence) text += evidence_part(*verdict.evidence);
  return text + divergences_part(verdict);
}

std::string evidence_part(const Evidence& evidence) {
  return fmt::format("\nEvidence ({})\n  expected  {}\n  observed  {}\n  {}\n", escape_control(evidence.prompt_id),
                     in_quotes(evidence.expected, evidence_length), in_quotes(evidence.observed, evidence_length),
                     escape_control(evidence.detail));
}

std::string divergences_part(const Verdict& verdict) {
  std::string text;
  if (!verdict.divergences.empty())
    text += "\nWhere the answers leave the reference's (margin: how much surer the reference was, nat)\n";
  for (std::size_t i = 0; i < verdict.divergences.size() && i < divergences_shown; ++i) {
    const auto& divergence = verdict.divergences[i];
    text += fmt::format("  {}  token {:>4}  margin {:>8}  rank {:>4}  {}\n", padded(escape_control(divergence.prompt_id), 16),
                        divergence.token, divergence.margin ? fmt::format("{:.3f}", *divergence.margin) : "beyond",
                        divergence.rank ? std::to_string(*divergence.rank) : "-", divergence.classification);
  }
  if (verdict.divergences.size() > divergences_shown)
    text += fmt::format("  and {} more\n", verdict.divergences.size() - divergences_shown);
  if (verdict.rescored) {
    const auto& rescored = *verdict.rescored;
    text += fmt::format(
        "\nScored by the reference, token by token\n  {} tokens: {} not its first choice, {} doubtful, {} not its own; "
        "worst margin {:.3f} nat\n",
        count_text(rescored.tokens), count_text(rescored.disagree), count_text(rescored.grey), count_text(rescored.miscommit),
        rescored.worst_margin);
  }
  return text;
}

std::string measurement_part(const Measurement& measurement, std::optional<double> ceiling_tokens_per_second) {
  std::string text = fmt::format("\nMeasured over {}\n", counted(measurement.requests, "request"));
  const auto line = [&text](std::string_view label, const std::string& value) {
    if (value != "-") text += fmt::format("  {} {}\n", padded(label, 22), padded_left(value, 10));
  };
  for (const auto& [name, of_class] : measurement.classes) {
    line(name + " tokens/s", rate_text(of_class.decode_tokens_per_second));
    if (of_class.decode_tokens_per_second && of_class.decode_tokens_per_second_sd && of_class.requests > 1)
      text.insert(text.size() - 1, fmt::format(" ± {} over {}", rate_text(of_class.decode_tokens_per_second_sd),
                                               counted(of_class.requests, "request")));
  }
  line("all classes tokens/s", rate_text(measurement.decode_tokens_per_second));
  line("memory allows tokens/s", rate_text(ceiling_tokens_per_second));
  line("end to end tokens/s", rate_text(measurement.end_to_end_tokens_per_second));
  line("prefill tokens/s", rate_text(measurement.prefill_tokens_per_second));
  line("first token cold", milliseconds_text(measurement.ttft_ms_p50));
  line("first token warm", milliseconds_text(measurement.ttft_warm_ms_p50));
  line("first token short", milliseconds_text(measurement.ttft_short_ms_p50));
  line("gap between chunks", milliseconds_text(measurement.itl_ms_p50));
  line("tokens in a chunk", measurement.tokens_per_chunk ? fmt::format("{:.2f}", *measurement.tokens_per_chunk) : "-");
  line("drafts accepted", measurement.draft_acceptance ? percent_text(*measurement.draft_acceptance) : "-");
  line("memory peak", bytes_text(measurement.memory_bytes_peak));
  line("seconds for the goal", measurement.score_s ? fmt::format("{:.2f}", *measurement.score_s) : "-");
  for (const auto& finding : measurement.findings) text += "  note: " + escape_control(finding) + "\n";
  return text;
}

std::string visits_part(const Trial& trial) {
  if (trial.visits.empty()) return {};
  std::string text = fmt::format("\nVisits: {}\n", trial.visits.size());
  for (const auto& visit : trial.visits) {
    const auto& score = visit.measurement.score_s;
    text += fmt::format("  {}  {}  took {}{}\n", visit.started_at, padded(to_string(visit.phase), 9),
                        seconds_text(visit.duration_s), score ? fmt::format(", {:.2f} s for the goal", *score) : "");
  }
  return text;
}

std::string failure_part(const Failure& failure, Colour colour) {
  std::string text =
      fmt::format("\nFailed: {}: {}\n", painted(to_string(failure.kind), Paint::bad, colour), escape_control(failure.detail));
  if (failure.log_tail.empty()) return text;
  text += "  last lines of the server's log\n";
  std::string_view rest = failure.log_tail;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    text += "    " + escape_control(rest.substr(0, end)) + "\n";
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return text;
}

}  // namespace

}  // namespace sweetspot
