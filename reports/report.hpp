#pragma once

#include "core/study.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

enum class Colour { no, yes };

/// The list of all trials with the numbers that `sweetspot show --trial` takes.
enum class TrialTable { no, yes };

struct ReportOptions {
  Colour colour = Colour::no;
  TrialTable trials = TrialTable::no;
};

/// One way to put a study, or one of its trials, into text. Text of models and servers never reaches a terminal raw.
struct ReportFormat {
  std::string_view name;
  std::string_view description;
  std::string (*study)(const Study& study, const ReportOptions& options);
  std::string (*trial)(const Study& study, const Trial& trial, const ReportOptions& options);
};

/// Every format: text, json, csv, markdown.
std::span<const ReportFormat> report_formats();

/// Throws Error with "did you mean" when there is none of that name.
const ReportFormat& find_report_format(const std::string& name);

/// The trial's number in the reports, from 1; 0 when it is not the study's.
std::size_t trial_number(const Study& study, const Trial& trial);

/// Seconds of the default / seconds of the trial; nothing when one of them is not known.
std::optional<double> speed_ratio(const Study& study, const Trial& trial);

/// The rejected configurations, the fastest temptation first, those of unknown speed last.
std::vector<Rejected> rejected_by_speed(const Study& study);

/// One word or two for how the trial ended: "pass", "broken", "out_of_memory", "not checked".
std::string trial_state(const Trial& trial);

}  // namespace sweetspot
