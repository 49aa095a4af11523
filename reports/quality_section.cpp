#include "reports/quality_section.hpp"

#include "reports/format.hpp"
#include "reports/report.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sweetspot {

namespace {

constexpr std::string_view star_note = "* no other one is faster without taking more memory or changing more";
constexpr std::string_view limit_note = "more than --allow-lossy takes";
constexpr std::size_t rows_shown = 8;

/// One configuration, as text.
struct Row {
  std::string changed;
  std::string speed;
  std::string memory;
  std::string kld;
  std::string same_top;
  std::string perplexity;
  std::string positions;
  std::string verdict;
  bool on_front = false;
};

std::string heading(const Study& study);
std::vector<Row> rows(const Study& study);
/// The default and the front.
std::vector<Row> best_of(std::vector<Row> rows);

}  // namespace

std::string quality_section(const Study& study) {
  std::vector<Row> shown = rows(study);
  if (shown.empty()) return {};
  const std::size_t all = shown.size();
  if (all > rows_shown) shown = best_of(std::move(shown));
  std::size_t width = 20;
  for (const Row& row : shown) width = std::max(width, utf8_length(row.changed));
  const auto line = [width](const Row& row) {
    return fmt::format("    {}  {}  {}  {}  {}  {}  {}  {}\n", padded(row.changed, width), padded_left(row.speed, 7),
                       padded_left(row.memory, 7), padded_left(row.kld, 10), padded_left(row.same_top, 10),
                       padded_left(row.perplexity, 15), padded_left(row.positions, 6), row.verdict);
  };
  std::string text = fmt::format("  {}\n", heading(study));
  text += line({"", "speed ", "memory", "KLD, nat", "same first", "perplexity", "tokens", "verdict", false});
  for (const Row& row : shown) text += line(row);
  text += fmt::format("    {}\n", star_note);
  if (all > shown.size()) text += fmt::format("    and {} more: sweetspot show {}\n", all - shown.size(), short_id(study.id));
  return text;
}

std::string quality_markdown(const Study& study) {
  std::string text;
  for (const Row& row : rows(study))
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", markdown_cell(row.changed), row.speed, row.memory, row.kld,
                        row.same_top, row.perplexity, row.positions, row.verdict);
  if (text.empty()) return {};
  return fmt::format(
      "## {}\n\n| changed | speed | memory | KLD, nat a token | same first choice | perplexity (reference) | tokens | verdict |\n"
      "|---|---:|---:|---:|---:|---:|---:|---|\n{}\n{}\n\n",
      heading(study), text, markdown_cell(star_note));
}

namespace {

std::string heading(const Study& study) {
  const bool own = std::any_of(study.trials.begin(), study.trials.end(), [](const Trial& trial) {
    return trial.verdict && trial.verdict->quality && !trial.verdict->quality->texts.empty();
  });
  return std::string("Next token against the reference, on ") +
         (own ? "the reference's answers to your prompts (--workload)" : "the reference's own text");
}

bool on_front(const Study& study, const Trial& trial) {
  const auto holds = [&trial](const std::vector<std::string>& ids) {
    return std::find(ids.begin(), ids.end(), trial.id) != ids.end();
  };
  return holds(study.pareto) || holds(study.pareto_lossy);
}

/// As it is told elsewhere in the report, where it is.
std::optional<double> told_ratio(const Study& study, const Trial& trial) {
  for (const Rejected& rejected : study.rejected) {
    if (rejected.config == trial.config) return rejected.speed_ratio;
  }
  return speed_ratio(study, trial);
}

Row row_of(const Study& study, const Trial& trial) {
  Row row;
  row.on_front = on_front(study, trial);
  row.changed = display(trial.changed);
  row.speed = ratio_text(told_ratio(study, trial)) + (row.on_front ? "*" : " ");
  row.memory = bytes_text(trial.measurement ? trial.measurement->memory_bytes_peak : std::nullopt);
  row.kld = row.same_top = row.perplexity = row.positions = "-";
  row.verdict = trial_state(trial);
  if (!trial.verdict || !trial.verdict->quality) return row;
  const Quality& quality = *trial.verdict->quality;
  row.kld = fmt::format("{:.6f}", quality.mean_kld);
  row.positions = count_text(quality.positions);
  row.same_top = percent_text(quality.same_top_rate);
  row.perplexity = fmt::format("{:.3f} ({:.3f})", quality.perplexity, quality.reference_perplexity);
  if (trial.verdict->beyond_limit && trial.verdict->outcome == Outcome::lossy) row.verdict += fmt::format(", {}", limit_note);
  return row;
}

/// The default by what the others change of it.
std::string default_name(const Study& study, const std::vector<const Trial*>& others) {
  Config part;
  for (const Trial* other : others) {
    for (const auto& [name, value] : other->changed.values) {
      const auto own = study.baseline.values.find(name);
      if (own != study.baseline.values.end()) part.values.insert(*own);
    }
  }
  return part.values.size() == 1 ? fmt::format("default ({})", display(part)) : "default";
}

std::vector<Row> best_of(std::vector<Row> rows) {
  rows.erase(std::remove_if(rows.begin() + 1, rows.end(), [](const Row& row) { return !row.on_front; }), rows.end());
  if (rows.size() > rows_shown) rows.resize(rows_shown);
  return rows;
}

std::vector<Row> rows(const Study& study) {
  std::vector<const Trial*> graded;
  for (const Trial& trial : study.trials) {
    if (trial.verdict && trial.verdict->quality && !trial.changed.values.empty()) graded.push_back(&trial);
  }
  if (graded.empty()) return {};
  std::stable_sort(graded.begin(), graded.end(), [](const Trial* left, const Trial* right) {
    return left->verdict->quality->mean_kld < right->verdict->quality->mean_kld;
  });
  std::vector<Row> result;
  if (const Trial* baseline = find_trial(study, study.baseline)) {
    result.push_back(row_of(study, *baseline));
    result.back().changed = default_name(study, graded);
  }
  for (const Trial* trial : graded) result.push_back(row_of(study, *trial));
  return result;
}

}  // namespace

}  // namespace sweetspot
