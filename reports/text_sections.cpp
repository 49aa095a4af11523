#include "reports/text_sections.hpp"

#include "reports/format.hpp"
#include "reports/paint.hpp"

#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace sweetspot {

namespace {

constexpr std::size_t label_width = 18;
constexpr std::size_t default_column = 11;
constexpr std::size_t recommended_column = 15;
constexpr std::size_t rows_shown = 8;
constexpr std::size_t findings_shown = 3;
/// A wider bound than this says "not measured well enough", not "no effect".
constexpr double no_effect_within_at_most = 0.05;
constexpr double same_bound = 1.5;  ///< bounds that differ by no more than this factor share a line

struct Columns {
  const Measurement* baseline = nullptr;
  const Measurement* recommended = nullptr;  ///< null: the default is the recommendation, one column
};

Columns columns_of(const Study& study);
std::string row(const std::string& label, const std::string& baseline, const std::string& recommended, const Columns& columns);
std::string class_rows(const Study& study, const Columns& columns);
enum class LossyPart { only, without };
std::vector<Rejected> rejected_part(const Study& study, LossyPart part);
std::string ratio_lines(const std::vector<Rejected>& rows, const Study& study, Colour colour);

}  // namespace

std::string speed_table(const Study& study) {
  const auto columns = columns_of(study);
  if (!columns.baseline) return {};
  const auto& baseline = *columns.baseline;
  const auto& other = columns.recommended ? *columns.recommended : baseline;
  std::string text = row("", "default", "recommended", columns) + class_rows(study, columns);
  std::string first =
      row("first token  cold", milliseconds_text(baseline.ttft_ms_p50), milliseconds_text(other.ttft_ms_p50), columns);
  if (baseline.ttft_warm_ms_p50 || other.ttft_warm_ms_p50) {
    first.pop_back();
    first += "     warm " + padded_left(milliseconds_text(baseline.ttft_warm_ms_p50), 8);
    if (columns.recommended) first += " " + padded_left(milliseconds_text(other.ttft_warm_ms_p50), 8);
    first += "\n";
  }
  text += first;
  text += row("prefill  tokens/s", rate_text(baseline.prefill_tokens_per_second), rate_text(other.prefill_tokens_per_second),
              columns);
  text += row("memory peak", bytes_text(baseline.memory_bytes_peak), bytes_text(other.memory_bytes_peak), columns);
  if (baseline.concurrency) {
    const auto together = [](const Measurement& of) { return of.concurrency ? of.concurrency->tokens_per_second : std::nullopt; };
    text += row("together  tokens/s", rate_text(together(baseline)), rate_text(together(other)), columns);
    const auto first_token_p95 = [](const Measurement& of) {
      return of.concurrency ? of.concurrency->ttft_ms_p95 : std::nullopt;
    };
    text +=
        row("first token  p95", milliseconds_text(first_token_p95(baseline)), milliseconds_text(first_token_p95(other)), columns);
  }
  if (const auto ceiling = ceiling_tokens_per_second(study.target))
    text += fmt::format("  memory allows {} tokens/s without drafts: {} a token at {:.1f} GB/s, as measured here\n",
                        rate_text(ceiling), bytes_text(study.target.model.bytes_per_token),
                        *study.target.machine.memory_bandwidth_bytes_per_s / 1e9);
  return text;
}

std::string measuring_section(const Study& study) {
  const auto columns = columns_of(study);
  std::string text;
  for (const auto& [name, measurement] :
       {std::pair{"default", columns.baseline}, std::pair{"recommended", columns.recommended}}) {
    if (!measurement) continue;
    const auto& findings = measurement->findings;
    for (std::size_t i = 0; i < findings.size() && i < findings_shown; ++i)
      text += fmt::format("    {}: {}\n", name, escape_control(findings[i]));
    if (findings.size() > findings_shown) text += fmt::format("    {}: and {} more\n", name, findings.size() - findings_shown);
  }
  return text.empty() ? text : "  Seen while measuring\n" + text;
}

std::string findings_section(const Study& study) {
  std::string text;
  for (const auto& finding : study.reference.findings) {
    text += fmt::format("    {}: {}\n", finding.code, escape_control(finding.text));
    if (finding.evidence) text += "      " + evidence_text(*finding.evidence) + "\n";
  }
  if (text.empty()) return {};
  return (study.recommendation.kind == RecommendationKind::unsound ? "" : "  Found in the engine or the model as they come\n") +
         text;
}

std::string rejected_section(const Study& study, Colour colour) {
  const auto rejected = rejected_part(study, LossyPart::without);
  const auto faster =
      std::find_if(rejected.begin(), rejected.end(), [](const Rejected& entry) { return entry.speed_ratio.value_or(0) <= 1; });
  std::string text;
  if (faster != rejected.begin()) text += "  Rejected although fast\n" + ratio_lines({rejected.begin(), faster}, study, colour);
  if (faster != rejected.end()) text += "  Rejected\n" + ratio_lines({faster, rejected.end()}, study, colour);
  return text;
}

std::string depth_section(const Study& study) {
  std::string text;
  for (const Trial& trial : study.trials) {
    if (!trial.measurement || trial.measurement->depths.empty()) continue;
    text += fmt::format("  {}\n", display(trial.changed));
    for (const DepthMeasurement& row : trial.measurement->depths) {
      text += fmt::format("    {:>7} tokens  ", row.depth);
      text += row.failure.empty() ? fmt::format("{:>7} tokens/s   first token cold {:>8}  warm {:>8}   memory {}\n",
                                                rate_text(row.decode_tokens_per_second), milliseconds_text(row.ttft_cold_ms),
                                                milliseconds_text(row.ttft_warm_ms), bytes_text(row.memory_bytes))
                                  : escape_control(row.failure) + "\n";
    }
  }
  return text.empty() ? text : "  At depth, one launch each\n" + text;
}

std::string session_section(const Study& study) {
  std::string text;
  for (const Trial& trial : study.trials) {
    if (!trial.measurement || trial.measurement->turns.empty()) continue;
    text += fmt::format("  {}\n", display(trial.changed));
    for (const TurnMeasurement& row : trial.measurement->turns) {
      text += fmt::format("    turn {:>2}  ", row.turn);
      text += row.failure.empty() ? fmt::format("{:>7} tokens  {:>7} tokens/s   first token {:>8}   memory {}\n",
                                                row.prompt_tokens, rate_text(row.decode_tokens_per_second),
                                                milliseconds_text(row.ttft_ms), bytes_text(row.memory_bytes))
                                  : escape_control(row.failure) + "\n";
    }
  }
  return text.empty() ? text : "  A session that grows, one launch each\n" + text;
}

std::string picks_section(const Study& study) {
  const auto other = [](const GoalPick& pick) { return !pick.changed.values.empty(); };
  if (std::none_of(study.picks.begin(), study.picks.end(), other)) return {};
  std::string text;
  for (const GoalPick& pick : study.picks)
    text += fmt::format("    {}  {}  {}\n", padded(pick.goal, 12), padded(display(pick.changed), 29),
                        other(pick) ? ratio_text(pick.ratio) : "");
  return "  By goal, from these visits alone: look there next with --goal; nothing but this study's own is confirmed\n" + text;
}

std::string_view reverified_state(const Reverification& again) {
  if (!again.resolved) return "not resolved";
  return again.holds ? "holds" : "no longer holds";
}

std::string reverified_section(const Study& study) {
  std::string text;
  for (const Reverification& again : study.reverifications) {
    text += fmt::format("  {}  {}  {}  {}  {}\n", again.at, escape_control(again.engine_version), again.outcome,
                        ratio_text(again.ratio), reverified_state(again));
    if (!again.detail.empty()) text += fmt::format("    {}\n", escape_control(again.detail));
    for (const std::string& reason : again.stale) text += fmt::format("    since the study: {}\n", escape_control(reason));
  }
  return text.empty() ? text : "  Verified again\n" + text;
}

std::string unmet_section(const Study& study) {
  std::string text;
  std::size_t rows = 0;
  for (const Trial& trial : study.trials) {
    if (trial.unmet.empty() || !trial.verdict || trial.verdict->outcome > Outcome::lossy) continue;
    if (++rows <= rows_shown) text += fmt::format("  {}  {}\n", padded(display(trial.changed), 29), escape_control(trial.unmet));
  }
  if (rows > rows_shown) text += fmt::format("  and {} more: sweetspot show {}\n", rows - rows_shown, short_id(study.id));
  return text.empty() ? text : "  Not as required\n" + text;
}

std::string lossy_section(const Study& study, Colour colour) {
  const auto lossy = rejected_part(study, LossyPart::only);
  if (lossy.empty()) return {};
  return "  Lossy: the output changes measurably (taken only with --allow-lossy, within its limit)\n" +
         ratio_lines(lossy, study, colour);
}

std::string effects_section(const Study& study) {
  std::string text;
  for (const NoEffect& none : parameters_without_effect(study))
    text += fmt::format("  No effect within {}: {}\n", percent_text(none.within), fmt::join(none.parameters, ", "));
  return text;
}

std::string dropped_section(const Study& study) {
  constexpr std::size_t reason_length = 90;
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const auto& dropped : study.reference.dropped) by_reason[dropped.reason].push_back(dropped.prompt_id);
  if (by_reason.empty()) return {};
  std::string text =
      fmt::format("  Not compared: {}\n", counted(static_cast<std::int64_t>(study.reference.dropped.size()), "prompt"));
  for (const auto& [reason, prompts] : by_reason)
    text += fmt::format("    {}: {}\n", shortened(escape_control(reason), reason_length),
                        escape_control(fmt::format("{}", fmt::join(prompts, ", "))));
  return text;
}

std::string failures_section(const Study& study) {
  std::map<std::string, int> by_kind;
  int failures = 0;
  for (const auto& trial : study.trials) {
    if (!trial.failure) continue;
    ++by_kind[std::string{to_string(trial.failure->kind)}];
    ++failures;
  }
  if (failures == 0) return {};
  std::vector<std::string> kinds;
  kinds.reserve(by_kind.size());
  for (const auto& [kind, count] : by_kind) kinds.push_back(fmt::format("{} {}", count, kind));
  return fmt::format("  Without a measurement: {} ({})\n", counted(failures, "trial"), fmt::join(kinds, ", "));
}

std::string trial_table(const Study& study, Colour colour) {
  if (study.trials.empty()) return {};
  std::string text = "  Trials (one in detail: sweetspot show " + short_id(study.id) + " --trial N)\n";
  for (const auto& trial : study.trials) {
    const auto state = trial_state(trial);
    std::string why;
    if (trial.failure)
      why = trial.failure->detail;
    else if (trial.verdict && trial.verdict->outcome != Outcome::pass)
      why = trial.verdict->detail;
    const auto line = fmt::format("  {:>4}  {:>6}  {}  {}", trial_number(study, trial), ratio_text(speed_ratio(study, trial)),
                                  painted(padded(state, 13), state_paint(state), colour), padded(display(trial.changed), 32));
    text += why.empty() ? line.substr(0, line.find_last_not_of(' ') + 1) + "\n"
                        : line + "  " + shortened(escape_control(why), 72) + "\n";
  }
  return text;
}

std::string evidence_text(const Evidence& evidence) {
  const auto prompt = escape_control(evidence.prompt_id);
  if (evidence.expected.empty() && evidence.observed.empty())
    return fmt::format("{}: {}", prompt, escape_control(evidence.detail));
  return fmt::format("{}: expected {}, got {}", prompt, in_quotes(evidence.expected), in_quotes(evidence.observed));
}

std::vector<NoEffect> parameters_without_effect(const Study& study) {
  std::map<std::string, double> bound;  // parameter -> how far from 1 its values may be
  std::set<std::string> acting;
  for (const auto& effect : study.effects) {
    const double far = std::max(std::abs(effect.ratio_high - 1), std::abs(1 - effect.ratio_low));
    bound[effect.parameter] = std::max(bound[effect.parameter], far);
    if (effect.ratio_low > 1 || effect.ratio_high < 1) acting.insert(effect.parameter);
  }
  std::multimap<double, std::string> by_bound;
  for (const auto& [parameter, far] : bound) {
    if (!acting.contains(parameter) && far <= no_effect_within_at_most) by_bound.emplace(far, parameter);
  }
  std::vector<NoEffect> groups;
  double closest = 0;
  for (const auto& [far, parameter] : by_bound) {
    if (groups.empty() || far > same_bound * closest) {
      groups.emplace_back();
      closest = far;
    }
    groups.back().parameters.push_back(parameter);
    groups.back().within = far;
  }
  return groups;
}

std::string not_verified_reason(const Study& study, const std::string& prompt_class) {
  std::map<std::string, int> reasons;
  for (const auto& dropped : study.reference.dropped)
    if (dropped.prompt_id.substr(0, dropped.prompt_id.rfind('-')) == prompt_class) ++reasons[dropped.reason];
  const auto most = std::max_element(reasons.begin(), reasons.end(),
                                     [](const auto& left, const auto& right) { return left.second < right.second; });
  if (most == reasons.end()) return "too few prompts are left to compare";
  return fmt::format("{} ({})", escape_control(most->first), counted(most->second, "prompt"));
}

std::vector<std::string> class_order(std::vector<std::string> classes) {
  constexpr std::array<std::string_view, 3> first{"code", "tools", "prose"};
  const auto rank = [&first](const std::string& name) { return std::find(first.begin(), first.end(), name) - first.begin(); };
  std::sort(classes.begin(), classes.end(), [&rank](const std::string& left, const std::string& right) {
    return std::pair{rank(left), left} < std::pair{rank(right), right};
  });
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  return classes;
}

namespace {

Columns columns_of(const Study& study) {
  Columns columns;
  if (study.baseline_measurement) columns.baseline = &*study.baseline_measurement;
  if (study.recommendation.kind != RecommendationKind::improvement) return columns;
  const auto* trial = find_trial(study, study.recommendation.config);
  if (trial && trial->measurement) columns.recommended = &*trial->measurement;
  if (study.recommendation.measurement) columns.recommended = &*study.recommendation.measurement;
  return columns;
}

std::string row(const std::string& label, const std::string& baseline, const std::string& recommended, const Columns& columns) {
  std::string line = "  " + padded(label, label_width) + padded_left(baseline, default_column - 1);
  if (columns.recommended) line += padded_left(recommended, recommended_column);
  return line + "\n";
}

std::string class_rows(const Study& study, const Columns& columns) {
  const auto& unverified = study.reference.not_verified;
  std::vector<std::string> classes{unverified};
  for (const auto& [name, measurement] : columns.baseline->classes) classes.push_back(name);
  std::string text;
  for (const auto& name : class_order(classes)) {
    const auto label = padded(name, 6) + " tokens/s";
    if (std::find(unverified.begin(), unverified.end(), name) != unverified.end()) {
      text += "  " + padded(label, label_width + 2) + "  not verified: " + not_verified_reason(study, name) + "\n";
      continue;
    }
    const auto rate = [&name](const Measurement* measurement) {
      if (!measurement || !measurement->classes.contains(name)) return rate_text(std::nullopt);
      return rate_text(measurement->classes.at(name).decode_tokens_per_second);
    };
    text += row(label, rate(columns.baseline), rate(columns.recommended), columns);
  }
  return text;
}

std::vector<Rejected> rejected_part(const Study& study, LossyPart part) {
  auto rows = rejected_by_speed(study);
  std::erase_if(rows, [part](const Rejected& entry) { return (entry.outcome == Outcome::lossy) != (part == LossyPart::only); });
  return rows;
}

std::string ratio_lines(const std::vector<Rejected>& rows, const Study& study, Colour colour) {
  std::string text;
  for (std::size_t i = 0; i < rows.size() && i < rows_shown; ++i) {
    const auto& rejected = rows[i];
    auto changed = display(rejected.changed);
    if (!rejected.culprit.values.empty() && rejected.culprit != rejected.changed)
      changed += " (by " + display(rejected.culprit) + ")";
    const auto state = to_string(rejected.outcome);
    const auto why = rejected.evidence ? evidence_text(*rejected.evidence) : "check " + rejected.check;
    text += fmt::format("  {:>6}  {}  {}  {}\n", ratio_text(rejected.speed_ratio), padded(changed, 21),
                        painted(padded(state, 6), state_paint(state), colour), why);
  }
  if (rows.size() > rows_shown)
    text += fmt::format("  and {} more: sweetspot show {}\n", rows.size() - rows_shown, short_id(study.id));
  return text;
}

}  // namespace

}  // namespace sweetspot
