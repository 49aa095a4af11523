#include "backends/chat.hpp"

#include "backends/answer_stream.hpp"
#include "backends/chat_json.hpp"
#include "backends/chat_message.hpp"
#include "backends/messages_reader.hpp"
#include "backends/messages_request.hpp"
#include "backends/offered_apis.hpp"
#include "backends/printable.hpp"
#include "backends/request_parts.hpp"
#include "backends/responses_reader.hpp"
#include "backends/responses_request.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace sweetspot {

using namespace request_parts;

namespace {

// Some servers keep the connection open after the terminator; what still comes in this time is a fault, then we leave.
constexpr double after_terminator_ms = 250;
constexpr std::size_t error_bytes = 4000;

std::string request_json(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options);
const std::string& path_of(const ChatTarget& target);
HttpEndpoint endpoint_of(const ChatTarget& target);
void read_whole(const ChatTarget& target, const std::string& body, RequestSample& sample);
HttpResponse ask_streamed(const ChatTarget& target, const ChatOptions& options, const InterruptFlag& interrupt,
                          RequestSample& sample);
void note_response(HttpResponse response, RequestSample& sample);
bool begins_with_media_type(std::string_view content_type, std::string_view lower_case);
void count_without_usage(const EngineDescriptor::Protocol& protocol, RequestSample& sample);

}  // namespace

std::string chat_request_json(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options) {
  const auto& protocol = target.engine->protocol;
  const bool streaming = options.streaming == ChatOptions::Streaming::yes;
  Json body = Json::object();
  body["model"] = target.model;
  body["messages"] = own_json(prompt.messages_json, "messages", prompt.id);
  if (!prompt.tools_json.empty()) body["tools"] = own_json(prompt.tools_json, "tools", prompt.id);
  if (!prompt.extra_json.empty()) merge(body, own_json(prompt.extra_json, "extra fields", prompt.id));
  body["max_tokens"] = options.max_tokens > 0 ? options.max_tokens : prompt.max_tokens;
  body["stream"] = streaming;
  if (streaming) body["stream_options"] = {{"include_usage", true}};
  // Servers keep seeds in 32 bits and some take the largest for "random".
  if (protocol.send_seed) body["seed"] = options.seed & 0x7FFFFFFFu;
  add_sampling(body, target, options, protocol.greedy_json, protocol.no_cache_json);
  // Streamed with tools they are refused, and streamed they cost time that is being measured.
  if (options.logprobs == ChatOptions::Logprobs::yes && !streaming && !protocol.logprobs_json.empty()) {
    merge(body, own_json(protocol.logprobs_json, "log probability fields", target.engine->name));
  }
  add_configuration(body, target);
  return body.dump();
}

RequestSample ask(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options, const InterruptFlag& interrupt) {
  RequestSample sample;
  sample.prompt_id = prompt.id;
  sample.prompt_class = prompt.prompt_class;
  sample.streamed = options.streaming == ChatOptions::Streaming::yes;
  sample.request_json = request_json(target, prompt, options);
  if (sample.streamed) {
    note_response(ask_streamed(target, options, interrupt, sample), sample);
    count_without_usage(target.engine->protocol, sample);
    return sample;
  }
  const HttpDeadlines deadlines{limits::connect_timeout, options.deadlines.total};
  auto response = http_post(endpoint_of(target), path_of(target), sample.request_json, deadlines, interrupt);
  if (response.status == 200) read_whole(target, response.body, sample);
  note_response(std::move(response), sample);
  count_without_usage(target.engine->protocol, sample);
  return sample;
}

namespace {

std::string request_json(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options) {
  switch (target.api) {
    case Api::messages: return messages_request_json(target, prompt, options);
    case Api::responses: return responses_request_json(target, prompt, options);
    case Api::chat: break;
  }
  return chat_request_json(target, prompt, options);
}

const std::string& path_of(const ChatTarget& target) { return api_path(target.engine->protocol, target.api); }

HttpEndpoint endpoint_of(const ChatTarget& target) {
  HttpEndpoint endpoint = target.endpoint;
  for (const auto& [name, value] : api_headers(target.api)) endpoint.headers[name] = value;
  // Anthropic's own header beside the bearer token, which most local servers take.
  if (target.api == Api::messages && !endpoint.api_key.empty()) endpoint.headers["x-api-key"] = endpoint.api_key;
  return endpoint;
}

void read_whole(const ChatTarget& target, const std::string& body, RequestSample& sample) {
  const auto& protocol = target.engine->protocol;
  switch (target.api) {
    case Api::messages: return read_messages_answer(protocol, body, sample);
    case Api::responses: return read_responses_answer(protocol, body, sample);
    case Api::chat: return read_message(protocol, body, sample);
  }
}

/// An engine that counts no tokens in its answers may do so in its timings.
void count_without_usage(const EngineDescriptor::Protocol& protocol, RequestSample& sample) {
  if (!protocol.usage_pointer.empty() || sample.usage.completion_tokens) return;
  sample.usage.completion_tokens = sample.timings.predicted_n;
  if (sample.timings.prompt_n) sample.usage.prompt_tokens = *sample.timings.prompt_n + sample.timings.cache_n.value_or(0);
}

/// Throws SilentServer when nothing of the answer came for too long, whatever else arrives; TrialError(timed_out) before its
/// first token.
void watch_silence(const RequestSample& seen, const ChatDeadlines& deadlines, double at_ms) {
  const auto seconds = [](std::chrono::milliseconds limit) { return std::chrono::duration<double>(limit).count(); };
  if (!seen.last_token_ms && at_ms > static_cast<double>(deadlines.first_token.count())) {
    const std::string detail = fmt::format("no token within {:.3g} s", seconds(deadlines.first_token));
    throw TrialError{Failure{FailureKind::timed_out, detail, {}}};
  }
  if (seen.last_token_ms && at_ms - *seen.last_token_ms > static_cast<double>(deadlines.silence.count())) {
    const std::string detail =
        fmt::format("silent for {:.3g} s after {} pieces of the answer", seconds(deadlines.silence), seen.chunks.size());
    throw SilentServer{Failure{FailureKind::timed_out, detail, {}}};
  }
}

HttpResponse ask_streamed(const ChatTarget& target, const ChatOptions& options, const InterruptFlag& interrupt,
                          RequestSample& sample) {
  AnswerStream stream{target.engine->protocol, target.api};
  std::vector<ChunkArrival> reads;
  const auto on_bytes = [&](std::string_view bytes, std::chrono::duration<double, std::milli> at) {
    if (!bytes.empty() && reads.size() < limits::reads_kept)
      reads.push_back({at.count(), static_cast<std::int64_t>(bytes.size())});
    if (!bytes.empty()) stream.feed(bytes, at.count());
    if (const auto terminated = stream.terminated_ms()) return at.count() < *terminated + after_terminator_ms;
    if (options.cancel_after_chunks > 0 && stream.sample().chunks.size() >= options.cancel_after_chunks) return false;
    watch_silence(stream.sample(), options.deadlines, at.count());
    return true;
  };
  const HttpDeadlines deadlines{limits::connect_timeout, options.deadlines.total};
  const auto delivery = options.cancel_after_chunks > 0 ? Delivery::at_once : Delivery::gathered;
  auto response = http_post(endpoint_of(target), path_of(target), sample.request_json, deadlines, interrupt, on_bytes, delivery);
  if (response.status != 200) return response;  // an error in plain JSON, which is no stream
  stream.finish();
  RequestSample seen = stream.take_sample();
  seen.prompt_id = std::move(sample.prompt_id);
  seen.prompt_class = std::move(sample.prompt_class);
  seen.streamed = true;
  seen.request_json = std::move(sample.request_json);
  seen.reads = std::move(reads);
  sample = std::move(seen);
  return response;
}

void note_response(HttpResponse response, RequestSample& sample) {
  sample.http_status = response.status;
  sample.first_byte_ms = response.first_byte_ms;
  sample.total_ms = response.total_ms;
  if (response.status != 200) {
    note_fault(sample, fmt::format("HTTP status {}", response.status));
    JsonReader reader;
    std::string problem;
    if (const auto* document = reader.read(response.body, problem)) sample.error_body = error_text(*document);
    if (sample.error_body.empty())
      sample.error_body = shortened(printable(response.body.substr(0, 2 * error_bytes)), error_bytes);
  } else {
    if (response.end == HttpResponse::End::truncated) note_fault(sample, "the connection was closed in mid-answer");
    const std::string_view wanted = sample.streamed ? "text/event-stream" : "application/json";
    if (!begins_with_media_type(response.content_type, wanted)) {
      note_fault(sample, fmt::format("content type is {}, not {}", excerpt(response.content_type), wanted));
    }
  }
  const bool whole = response.body.size() <= limits::raw_bytes_kept;
  sample.raw = whole ? std::move(response.body) : response.body.substr(0, limits::raw_bytes_kept);
}

/// Whatever the case of its letters: RFC 9110, 8.3.1.
bool begins_with_media_type(std::string_view content_type, std::string_view lower_case) {
  const auto lower = [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; };
  return content_type.size() >= lower_case.size() &&
         std::equal(lower_case.begin(), lower_case.end(), content_type.begin(),
                    [&](char expected, char given) { return expected == lower(given); });
}

}  // namespace

}  // namespace sweetspot
