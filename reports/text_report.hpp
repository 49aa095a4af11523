#pragma once

#include "reports/report.hpp"

#include <string>

namespace sweetspot {

/// The final screen of a study, and one trial's evidence, for people.
std::string text_report(const Study& study, const ReportOptions& options);
std::string text_trial_report(const Study& study, const Trial& trial, const ReportOptions& options);

}  // namespace sweetspot
