#pragma once

#include "reports/report.hpp"

#include <string>

namespace sweetspot {

/// RFC 4180: a header and one row for each trial (or for the one).
std::string csv_report(const Study& study, const ReportOptions& options);
std::string csv_trial_report(const Study& study, const Trial& trial, const ReportOptions& options);

}  // namespace sweetspot
