#pragma once

#include "reports/report.hpp"

#include <string>

namespace sweetspot {

/// Headings and tables, to put into an issue or a wiki.
std::string markdown_report(const Study& study, const ReportOptions& options);
std::string markdown_trial_report(const Study& study, const Trial& trial, const ReportOptions& options);

}  // namespace sweetspot
