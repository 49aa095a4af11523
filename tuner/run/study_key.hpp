#pragma once

#include "core/study.hpp"

#include <map>
#include <string>

namespace sweetspot {

/// What a recommendation is valid for: machine, engine and version, models, workload, sampler, goal, pace and schema. Built here
/// and nowhere else: two studies with one key may be compared.
std::string study_key(const Target& target, const std::string& goal, const std::map<std::string, double>& sampler,
                      const std::string& workload_digest, const Config& fixed, Pace pace);

/// Why a saved recommendation may no longer hold, one reason each: what the key is made of and is another one now, or the
/// engine's binary. Empty when it holds.
std::vector<std::string> stale_reasons(const Study& saved, const Study& now);

/// "greedy" or "temperature=0.6,top_p=0.95".
std::string sampler_text(const std::map<std::string, double>& sampler);

}  // namespace sweetspot
