#pragma once

#include "core/study.hpp"

#include <map>
#include <string>

namespace sweetspot {

/// What a recommendation is valid for: machine, engine and version, models, workload, sampler, goal, pace and schema. Built here
/// and nowhere else: two studies with one key may be compared.
std::string study_key(const Target& target, const std::string& goal, const std::map<std::string, double>& sampler,
                      const std::string& workload_digest, const Config& fixed, Pace pace);

/// Why a saved recommendation no longer holds, one reason each: the engine's version or binary, the model, the machine or
/// its system changed. Empty when it holds.
std::vector<std::string> stale_reasons(const Target& saved, const Target& now);

/// "greedy" or "temperature=0.6,top_p=0.95".
std::string sampler_text(const std::map<std::string, double>& sampler);

}  // namespace sweetspot
