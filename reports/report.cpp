#include "reports/report.hpp"

#include "reports/csv_report.hpp"
#include "reports/json_report.hpp"
#include "reports/markdown_report.hpp"
#include "reports/text_report.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sweetspot {

namespace {

constexpr std::array formats{
    ReportFormat{"text", "for people: the result, what was rejected and why, the command", text_report, text_trial_report},
    ReportFormat{"json", "everything, one document", json_report, json_trial_report},
    ReportFormat{"csv", "one row for each trial", csv_report, csv_trial_report},
    ReportFormat{"markdown", "to put into an issue or a wiki", markdown_report, markdown_trial_report},
};

}  // namespace

std::span<const ReportFormat> report_formats() { return formats; }

const ReportFormat& find_report_format(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& format : formats) {
    if (format.name == name) return format;
    names.emplace_back(format.name);
  }
  throw Error{fmt::format("there is no report format '{}'", name),
              did_you_mean(name, names, fmt::format("formats: {}", fmt::join(names, ", ")))};
}

std::size_t trial_number(const Study& study, const Trial& trial) {
  for (std::size_t i = 0; i < study.trials.size(); ++i)
    if (study.trials[i].id == trial.id) return i + 1;
  return 0;
}

std::optional<double> speed_ratio(const Study& study, const Trial& trial) {
  if (trial.speed_ratio) return trial.speed_ratio;
  if (!study.baseline_measurement || !study.baseline_measurement->score_s) return std::nullopt;
  if (!trial.measurement || !trial.measurement->score_s || *trial.measurement->score_s <= 0) return std::nullopt;
  return *study.baseline_measurement->score_s / *trial.measurement->score_s;
}

std::vector<Rejected> rejected_by_speed(const Study& study) {
  auto rejected = study.rejected;
  std::stable_sort(rejected.begin(), rejected.end(), [](const Rejected& left, const Rejected& right) {
    return left.speed_ratio.value_or(-1) > right.speed_ratio.value_or(-1);
  });
  return rejected;
}

std::string trial_state(const Trial& trial) {
  if (trial.failure) return std::string{to_string(trial.failure->kind)};
  if (trial.verdict) return std::string{to_string(trial.verdict->outcome)};
  return "not checked";
}

}  // namespace sweetspot
