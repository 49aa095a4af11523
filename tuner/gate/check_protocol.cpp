#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/stop_texts.hpp"

// G3: an HTTP or in-stream error on a prompt that the reference answers, or a response that breaks the protocol.

namespace sweetspot {
namespace {

bool same_content(const RequestSample& a, const RequestSample& b) {
  return a.text == b.text && a.reasoning == b.reasoning && calls_text(a) == calls_text(b) &&
         a.usage.completion_tokens == b.usage.completion_tokens;
}

/// Why an answer ended: as the reference's did where both are the same, and in any case one of the reasons that there are.
std::string finish_fault(const RequestSample& sample, const RequestSample& reference) {
  if (sample.finish_reason == reference.finish_reason) return {};
  const bool about_calls = sample.finish_reason == "tool_calls" && !sample.calls.empty();
  const bool stopped = sample.finish_reason == "stop" || about_calls;
  const bool as_reference = stopped && (reference.finish_reason == "stop" || reference.finish_reason == "tool_calls");
  if (!stopped && sample.finish_reason != "length")
    return "finish_reason is \"" + sample.finish_reason + "\", which nothing in the answer explains";
  if (same_content(sample, reference) && !as_reference)
    return "the same answer has finish_reason \"" + sample.finish_reason + "\" instead of \"" + reference.finish_reason + "\"";
  return {};
}

std::optional<Evidence> fault_of(const Prompt& prompt, const RequestSample& sample, const RequestSample& reference) {
  const std::string how = sample.streamed ? "streamed" : "not streamed";
  const auto evidence = [&](const std::string& observed, const std::string& detail) {
    return Evidence{prompt.id, whole_text(reference).substr(0, 96), observed, detail};
  };
  if (sample.http_status != 200)
    return evidence(sample.error_body,
                    "HTTP " + std::to_string(sample.http_status) + " (" + how + ") on a prompt that the reference answers");
  if (!sample.error_body.empty()) return evidence(sample.error_body, "error inside the response (" + how + ")");
  if (!sample.protocol_faults.empty()) return evidence(whole_text(sample), sample.protocol_faults.front() + " (" + how + ")");
  if (const std::string fault = finish_fault(sample, reference); !fault.empty())
    return evidence("finish_reason " + sample.finish_reason, fault + " (" + how + ")");
  // "stop" beside calls is seen in healthy engines; clients that wait for "tool_calls" ignore them all the same.
  if (reference.finish_reason == "tool_calls" && sample.finish_reason == "stop" && !sample.calls.empty())
    return evidence("finish_reason stop beside " + calls_text(sample),
                    "finish_reason is stop where plain decoding says tool_calls (" + how + ")");
  if (const std::string stop = overlooked_stop(prompt, sample.text); !stop.empty())
    return excerpt(prompt.id, reference.text, sample.text,
                   "the text goes on where \"" + stop + "\" was to stop it (" + how + ")");
  return std::nullopt;
}

}  // namespace

std::optional<Evidence> check_protocol(const PromptCase& prompt_case) {
  const Prompt& prompt = prompt_case.reference.prompt;
  if (auto fault = fault_of(prompt, prompt_case.candidate.streamed, prompt_case.reference.streamed)) return fault;
  if (prompt_case.candidate.plain) return fault_of(prompt, *prompt_case.candidate.plain, prompt_case.reference.plain);
  return std::nullopt;
}

}  // namespace sweetspot
