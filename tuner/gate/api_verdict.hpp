#pragma once

#include "backends/api.hpp"
#include "core/verdict.hpp"
#include "gate/gate.hpp"

namespace sweetspot {

/// The candidate's answers over one API against the reference's over the same one: `context` holds that reference. What
/// concerns the process and not the API (engagement, state, sampling) stays with chat's verdict. Broken by G1 where the API
/// is unsound as it comes, inconclusive where nothing can be compared.
Verdict judged_over_api(const GateContext& context, const Interview& interview, const std::vector<ScoredText>* scores);

/// Adds what was seen over an API to chat's verdict: the worse of the two decides, and names the API.
void add_api(Api api, const Verdict& over_api, Verdict& verdict);

}  // namespace sweetspot
