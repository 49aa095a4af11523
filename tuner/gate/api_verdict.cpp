#include "gate/api_verdict.hpp"

#include "gate/api_reference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace sweetspot {
namespace {

/// What the API may have broken.
bool is_of_the_api(const CheckResult& check) { return check.id != "G0" && check.id != "G2" && check.id != "G10"; }

void add_new(const std::string& name, std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

Verdict judged_over_api(const GateContext& context, const Interview& interview, const std::vector<ScoredText>* scores) {
  Verdict verdict;
  const ReferenceSummary& summary = context.reference.summary;
  const auto fatal =
      std::find_if(summary.findings.begin(), summary.findings.end(), [](const Finding& finding) { return finding.fatal; });
  if (fatal != summary.findings.end()) {
    verdict.outcome = Outcome::broken;
    verdict.check = "G1";
    verdict.detail = "unsound as it comes: " + fatal->text;
    verdict.evidence = fatal->evidence;
  } else if (const auto reason = unusable_reason(context.reference)) {
    verdict.check = "G1";
    verdict.detail = *reason;
    verdict.not_verified.push_back(*reason);
  } else {
    verdict = judged(context, interview, scores);
    std::erase_if(verdict.checks, [](const CheckResult& check) { return !is_of_the_api(check); });
    return verdict;
  }
  verdict.checks.push_back({verdict.check, verdict.outcome, verdict.detail});
  return verdict;
}

void add_api(Api api, const Verdict& over_api, Verdict& verdict) {
  const std::string name(to_string(api));
  const auto told = [&](const std::string& text) { return name + ": " + text; };
  verdict.apis.push_back({name, over_api.outcome, over_api.check, over_api.detail, over_api.prompts_compared});
  verdict.requests += over_api.requests;
  // What is missing over chat is told once.
  for (const std::string& missing : over_api.not_verified) {
    if (std::find(verdict.not_verified.begin(), verdict.not_verified.end(), missing) == verdict.not_verified.end())
      add_new(told(missing), verdict.not_verified);
  }
  for (const CheckResult& check : over_api.checks) {
    if (check.outcome > Outcome::pass) verdict.checks.push_back({check.id, check.outcome, told(check.detail)});
  }
  if (over_api.outcome == Outcome::pass)
    verdict.checks.push_back(
        {over_api.check, Outcome::pass, told(fmt::format("{} prompts; {}", over_api.prompts_compared, over_api.detail))});
  // Broken is the last word, whatever is unknown beside it.
  const bool decides = verdict.outcome != Outcome::broken && verdict.outcome != Outcome::error &&
                       (over_api.outcome > verdict.outcome || over_api.outcome == Outcome::broken);
  if (!decides) return;
  verdict.outcome = over_api.outcome;
  verdict.check = over_api.check;
  verdict.api = name;
  verdict.detail = told(over_api.detail);
  verdict.divergences = over_api.divergences;
  verdict.evidence = over_api.evidence;
  if (verdict.evidence) verdict.evidence->detail = told(verdict.evidence->detail);
}

}  // namespace sweetspot
