#pragma once

#include "reports/report.hpp"

#include <string>

namespace sweetspot {

/// One JSON document: a study as `tune --json` prints it, or one trial with its checks, visits and command.
std::string json_report(const Study& study, const ReportOptions& options);
std::string json_trial_report(const Study& study, const Trial& trial, const ReportOptions& options);

}  // namespace sweetspot
