#pragma once

#include "demo_engine/server/answer.hpp"
#include "demo_engine/server/options.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace demo {

/// What every piece of a response bears.
struct ResponseHead {
  std::string id;
  std::string model;
  long long created = 0;
  Options::Capabilities offers;
};

nlohmann::ordered_json usage_json(const Counts& counts);
nlohmann::ordered_json timings_json(const Counts& counts);
/// "content" of a logprobs object: one entry for each token.
nlohmann::ordered_json logprobs_json(const std::vector<TokenRecord>& records, const Vocabulary& vocabulary,
                                     const Options::Capabilities& offers);
nlohmann::ordered_json error_json(int code, const std::string& message, const std::string& type);

/// Data of stream events.
std::string role_event(const ResponseHead& head);
std::string delta_event(const ResponseHead& head, const Delta& delta, const nlohmann::ordered_json* logprobs);
std::string finish_event(const ResponseHead& head, const std::string& finish_reason, const nlohmann::ordered_json* timings);
std::string usage_event(const ResponseHead& head, const Counts& counts);

/// A call delta as the protocol writes it; null for id and name that are lost.
nlohmann::ordered_json call_json(const CallDelta& call, bool streamed);

}  // namespace demo
