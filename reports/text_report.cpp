#include "reports/text_report.hpp"

#include "reports/format.hpp"
#include "reports/paint.hpp"
#include "reports/quality_section.hpp"
#include "reports/text_sections.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sweetspot {

namespace {

constexpr std::size_t headline_width = 66;

std::string header(const Study& study);
std::string headline(const Study& study, Colour colour);
std::string unfinished(const Study& study);
std::string output_line(const Study& study);
std::string warnings(const Study& study, Colour colour);
std::string closing(const Study& study);

}  // namespace

std::string text_report(const Study& study, const ReportOptions& options) {
  std::string text = header(study) + "\n\n" + unfinished(study) + headline(study, options.colour) + findings_section(study);
  if (study.recommendation.kind != RecommendationKind::unsound) text += speed_table(study);
  // Each paragraph ends with a line break and is set off by an empty line; those with nothing to say are empty.
  for (const auto& paragraph :
       {output_line(study), measuring_section(study), depth_section(study), session_section(study),
        rejected_section(study, options.colour), lossy_section(study, options.colour), quality_section(study),
        unmet_section(study), effects_section(study), picks_section(study), dropped_section(study),
        options.trials == TrialTable::yes ? trial_table(study, options.colour) : failures_section(study),
        warnings(study, options.colour), reverified_section(study), closing(study)})
    if (!paragraph.empty()) text += "\n" + paragraph;
  return text;
}

namespace {

std::string header(const Study& study) {
  const auto& target = study.target;
  std::string model = target.model.name;
  if (!target.model.quantisation.empty() && model.find(target.model.quantisation) == std::string::npos)
    model += " " + target.model.quantisation;
  if (target.draft_model) model += " + draft " + target.draft_model->name;
  return fmt::format("{} {} · {} · {} · goal {} · {}, {}", target.engine.name, escape_control(target.engine.version),
                     escape_control(model), display(target.machine), study.goal, seconds_text(study.duration_s),
                     counted(static_cast<std::int64_t>(study.trials.size()), "trial"));
}

std::string unfinished(const Study& study) {
  if (study.status.empty() || study.status == "done") return {};
  return fmt::format("  Not finished ({}): what follows is what is known so far. Go on: sweetspot resume {}\n", study.status,
                     short_id(study.id));
}

std::string headline(const Study& study, Colour colour) {
  const auto& recommendation = study.recommendation;
  const auto reason = escape_control(recommendation.reason);
  if (recommendation.kind == RecommendationKind::unsound)
    return painted("  Unsound before any flag is touched", Paint::bold, colour) + (reason.empty() ? "" : ": " + reason) + "\n";
  if (recommendation.kind == RecommendationKind::keep_default) {
    std::string text = painted("  Keep the default", Paint::bold, colour) + (reason.empty() ? "" : ": " + reason) + "\n";
    if (recommendation.detectable_gain_ratio)
      text += fmt::format("  This run would have seen a gain of {} or more.\n", ratio_text(recommendation.detectable_gain_ratio));
    return text;
  }
  std::string text = padded("  Recommended: " + display(recommendation.changed), headline_width);
  if (recommendation.gain) {
    const auto& gain = *recommendation.gain;
    text += fmt::format("  {}  ({:.2f} - {:.2f}, {:.0f} %)", ratio_text(gain.ratio), gain.ratio_low, gain.ratio_high,
                        gain.confidence * 100);
  }
  return painted(text, Paint::bold, colour) + "\n";
}

std::string output_line(const Study& study) {
  const auto& verdict = study.recommendation.verdict;
  if (!verdict || study.recommendation.kind == RecommendationKind::unsound) return {};
  const auto ties = std::count_if(verdict->divergences.begin(), verdict->divergences.end(),
                                  [](const Divergence& divergence) { return divergence.classification == "tie"; });
  const auto compared =
      fmt::format("{}, {}{}", counted(verdict->prompts_compared, "prompt"), counted(verdict->tokens_compared, "token"),
                  ties > 0 ? "; " + counted(ties, "near tie") : std::string{});
  std::string apis;
  for (const ApiVerdict& over : verdict->apis) apis += ", " + over.api;
  switch (verdict->outcome) {
    case Outcome::pass:
    case Outcome::tie:
      return fmt::format("  Output: same as plain greedy decoding{} ({})\n", apis.empty() ? "" : " over chat" + apis, compared);
    case Outcome::lossy:
      return fmt::format("  Output: changed within limits, accepted as asked (--allow-lossy): {} ({})\n",
                         escape_control(verdict->detail), compared);
    default:
      return fmt::format("  Output: {} in {}: {} ({})\n", to_string(verdict->outcome), verdict->check,
                         escape_control(verdict->detail), compared);
  }
}

std::string warnings(const Study& study, Colour colour) {
  std::string text;
  for (const auto& warning : study.warnings) {
    text += painted("  Warning: ", Paint::doubtful, colour) + escape_control(warning.text) + "\n";
    if (!warning.hint.empty()) text += "    hint: " + escape_control(warning.hint) + "\n";
  }
  return text;
}

std::string closing(const Study& study) {
  const auto id = short_id(study.id);
  const auto& recommendation = study.recommendation;
  if (recommendation.kind == RecommendationKind::unsound)
    return fmt::format("  No command: no launch flag mends this.\n  more: sweetspot show {}\n", id);
  const auto& command = recommendation.command ? *recommendation.command : study.baseline_command;
  if (command.shell.empty()) return fmt::format("  more: sweetspot show {}\n", id);
  return fmt::format("  {}\n  more: sweetspot show {} · start it: sweetspot run {}\n", command.shell, id, id);
}

}  // namespace

}  // namespace sweetspot
