#include "reports/markdown_report.hpp"

#include "reports/format.hpp"
#include "reports/quality_section.hpp"
#include "reports/text_report.hpp"
#include "reports/text_sections.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sweetspot {

namespace {

std::string fenced(std::string_view text);
std::string recommendation_part(const Study& study);
std::string findings_part(const Study& study);
std::string trials_part(const Study& study);
std::string rejected_part(const Study& study);
std::string warnings_part(const Study& study);

}  // namespace

std::string markdown_report(const Study& study, const ReportOptions&) {
  std::string text = fmt::format("# sweetspot: {} {}, {}\n\n", study.target.engine.name,
                                 markdown_cell(study.target.engine.version), markdown_cell(study.target.model.name));
  text += fmt::format("{}; goal {}; {}, {}; seed {}; study `{}`; sweetspot {}\n\n", markdown_cell(display(study.target.machine)),
                      study.goal, seconds_text(study.duration_s),
                      counted(static_cast<std::int64_t>(study.trials.size()), "trial"), study.seed, study.id, study.tool_version);
  text += recommendation_part(study) + findings_part(study);
  if (const auto table = speed_table(study); !table.empty()) text += "## Speed\n\n" + fenced(table);
  for (const auto& section :
       {depth_section(study), session_section(study), picks_section(study), effects_section(study), reverified_section(study)})
    if (!section.empty()) text += fenced(section);
  text += trials_part(study) + quality_markdown(study) + rejected_part(study);
  if (const auto dropped = dropped_section(study); !dropped.empty()) text += fenced(dropped);
  return text + warnings_part(study);
}

std::string markdown_trial_report(const Study& study, const Trial& trial, const ReportOptions&) {
  return fmt::format("# Trial {}: {}\n\n", trial_number(study, trial), markdown_cell(display(trial.changed))) +
         fenced(text_trial_report(study, trial, ReportOptions{}));
}

namespace {

/// A block in which nothing is markup; the fence is longer than any run of backticks inside.
std::string fenced(std::string_view text) {
  std::size_t longest = 2, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}text\n{}{}{}\n\n", fence, text, text.ends_with('\n') ? "" : "\n", fence);
}

std::string recommendation_part(const Study& study) {
  const auto& recommendation = study.recommendation;
  std::string text = fmt::format("## Recommendation: {}\n\n", to_string(recommendation.kind));
  if (recommendation.kind == RecommendationKind::improvement)
    text += fmt::format("**{}**", markdown_cell(display(recommendation.changed)));
  if (recommendation.gain) {
    const auto& gain = *recommendation.gain;
    text += fmt::format(": {} as fast as the default ({:.2f} to {:.2f}, {:.0f} % confidence)", ratio_text(gain.ratio),
                        gain.ratio_low, gain.ratio_high, gain.confidence * 100);
  }
  if (!recommendation.reason.empty()) text += (recommendation.gain ? "\n\n" : "") + markdown_cell(recommendation.reason);
  text += "\n\n";
  const auto& command = recommendation.command ? *recommendation.command : study.baseline_command;
  if (recommendation.kind != RecommendationKind::unsound && !command.shell.empty()) text += fenced(command.shell);
  return text;
}

std::string findings_part(const Study& study) {
  if (study.reference.findings.empty()) return {};
  std::string text = "## Found in the engine or the model as they come\n\n";
  for (const auto& finding : study.reference.findings) {
    text += fmt::format("- {}: {}", markdown_cell(finding.code), markdown_cell(finding.text));
    if (finding.evidence) text += "; " + markdown_cell(evidence_text(*finding.evidence));
    text += "\n";
  }
  return text + "\n";
}

std::string trials_part(const Study& study) {
  if (study.trials.empty()) return {};
  std::string text = "## Trials\n\n| # | changed | speed | state | detail |\n|---:|---|---:|---|---|\n";
  for (const auto& trial : study.trials) {
    std::string detail = trial.verdict ? trial.verdict->detail : std::string{};
    if (trial.failure) detail = trial.failure->detail;
    text += fmt::format("| {} | {} | {} | {} | {} |\n", trial_number(study, trial), markdown_cell(display(trial.changed)),
                        ratio_text(speed_ratio(study, trial)), trial_state(trial), markdown_cell(shortened(detail, 100)));
  }
  return text + "\n";
}

std::string rejected_part(const Study& study) {
  std::string rows;
  for (const auto& rejected : rejected_by_speed(study))
    rows +=
        fmt::format("| {} | {} | {} | {} | {} |\n", ratio_text(rejected.speed_ratio), markdown_cell(display(rejected.changed)),
                    markdown_cell(display(rejected.culprit)), to_string(rejected.outcome),
                    markdown_cell(rejected.evidence ? evidence_text(*rejected.evidence) : rejected.check));
  if (rows.empty()) return {};
  return "## Rejected\n\n| speed | changed | because of | outcome | evidence |\n|---:|---|---|---|---|\n" + rows + "\n";
}

std::string warnings_part(const Study& study) {
  if (study.warnings.empty()) return {};
  std::string text = "## Warnings\n\n";
  for (const auto& warning : study.warnings)
    text += "- " + markdown_cell(warning.text) + (warning.hint.empty() ? "" : " (" + markdown_cell(warning.hint) + ")") + "\n";
  return text + "\n";
}

}  // namespace

}  // namespace sweetspot
