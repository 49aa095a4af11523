#pragma once

#include "backends/api.hpp"
#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "gate/gate.hpp"
#include "run/hearing.hpp"

#include <vector>

namespace sweetspot {

/// One API beside chat on its way through the gate.
struct ApiGating {
  Api api = Api::messages;
  const Reference* reference = nullptr;  ///< asked over the same API
  Interview answers;
  Hearing hearing;
};

/// Asks a running candidate over each of the APIs what its reference was asked there, as far as that can be used. `plan` is
/// chat's; `chat` and `over_chat` are its reference and interview.
std::vector<ApiGating> asked_over_apis(const ChatTarget& candidate, std::vector<ApiGating> apis, const InterviewPlan& plan,
                                       const Reference& chat, const Interview& over_chat, const InterruptFlag& interrupt);

/// `context` is chat's: configuration, traces and tier.
Verdict verdict_over(const GateContext& context, const ApiGating& gating);

/// Chat's verdict with those over the APIs.
Verdict with_apis(const GateContext& context, Verdict chat, const std::vector<ApiGating>& apis);

/// The reference has to be asked before the API's verdict is final.
bool needs_hearing(const GateContext& context, const ApiGating& gating);

/// Broken, and no word of the reference will change it.
bool broken_for_good(const GateContext& context, const ApiGating& gating);

/// Asks the running reference over the APIs what their verdicts still depend on. Throws TrialError.
void hear_apis(const ChatTarget& reference_server, const GateContext& context, std::vector<ApiGating>& apis,
               const InterruptFlag& interrupt);

/// The one that decided the verdict; null where chat did.
const ApiGating* deciding(const Verdict& verdict, const std::vector<ApiGating>& apis);

/// The same server, asked over another API.
ChatTarget over(Api api, ChatTarget server);

}  // namespace sweetspot
