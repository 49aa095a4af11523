#include "gate/check.hpp"

// G3: an HTTP or in-stream error on a prompt that the reference answers, or a response that breaks the protocol.

namespace sweetspot {
namespace {

std::optional<Evidence> fault_of(const std::string& prompt_id, const RequestSample& sample, const RequestSample& reference) {
  const std::string how = sample.streamed ? "streamed" : "not streamed";
  const auto evidence = [&](const std::string& observed, const std::string& detail) {
    return Evidence{prompt_id, whole_text(reference).substr(0, 96), observed, detail};
  };
  if (sample.http_status != 200)
    return evidence(sample.error_body,
                    "HTTP " + std::to_string(sample.http_status) + " (" + how + ") on a prompt that the reference answers");
  if (!sample.error_body.empty()) return evidence(sample.error_body, "error inside the response (" + how + ")");
  if (!sample.protocol_faults.empty()) return evidence(whole_text(sample), sample.protocol_faults.front() + " (" + how + ")");
  // "stop" beside calls is seen in healthy engines; clients that wait for "tool_calls" ignore them all the same.
  if (reference.finish_reason == "tool_calls" && sample.finish_reason == "stop" && !sample.calls.empty())
    return evidence("finish_reason stop beside " + calls_text(sample),
                    "finish_reason is stop where plain decoding says tool_calls (" + how + ")");
  return std::nullopt;
}

}  // namespace

std::optional<Evidence> check_protocol(const PromptCase& prompt_case) {
  const std::string& id = prompt_case.reference.prompt.id;
  if (auto fault = fault_of(id, prompt_case.candidate.streamed, prompt_case.reference.streamed)) return fault;
  if (prompt_case.candidate.plain) return fault_of(id, *prompt_case.candidate.plain, prompt_case.reference.plain);
  return std::nullopt;
}

}  // namespace sweetspot
