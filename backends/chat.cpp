#include "backends/chat.hpp"

#include "backends/chat_json.hpp"
#include "backends/chat_message.hpp"
#include "backends/chat_stream.hpp"
#include "backends/printable.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>

namespace sweetspot {

using Json = nlohmann::ordered_json;

namespace {

// Some servers keep the connection open after the terminator; what still comes in this time is a fault, then we leave.
constexpr double after_terminator_ms = 250;
constexpr std::size_t error_bytes = 4000;

Json own_json(const std::string& text, std::string_view what, const std::string& prompt_id);
void merge(Json& body, const Json& fields);
Json sampler_fields(const std::map<std::string, double>& sampler);
HttpResponse ask_streamed(const ChatTarget& target, const ChatOptions& options, const InterruptFlag& interrupt,
                          RequestSample& sample);
void note_response(HttpResponse response, RequestSample& sample);
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
  if (!options.sampler.empty()) {
    merge(body, sampler_fields(options.sampler));
  } else if (!protocol.greedy_json.empty()) {
    merge(body, own_json(protocol.greedy_json, "greedy fields", target.engine->name));
  }
  if (options.prompt_cache == ChatOptions::PromptCache::off && !protocol.no_cache_json.empty()) {
    merge(body, own_json(protocol.no_cache_json, "no-cache fields", target.engine->name));
  }
  // Streamed with tools they are refused, and streamed they cost time that is being measured.
  if (options.logprobs == ChatOptions::Logprobs::yes && !streaming && !protocol.logprobs_json.empty()) {
    merge(body, own_json(protocol.logprobs_json, "log probability fields", target.engine->name));
  }
  if (!target.request_json.empty())
    merge(body, own_json(target.request_json, "fields of the configuration", target.engine->name));
  return body.dump();
}

RequestSample ask(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options, const InterruptFlag& interrupt) {
  RequestSample sample;
  sample.prompt_id = prompt.id;
  sample.prompt_class = prompt.prompt_class;
  sample.streamed = options.streaming == ChatOptions::Streaming::yes;
  sample.request_json = chat_request_json(target, prompt, options);
  if (sample.streamed) {
    note_response(ask_streamed(target, options, interrupt, sample), sample);
    count_without_usage(target.engine->protocol, sample);
    return sample;
  }
  const auto& protocol = target.engine->protocol;
  const HttpDeadlines deadlines{limits::connect_timeout, options.deadlines.total};
  auto response = http_post(target.endpoint, protocol.chat_path, sample.request_json, deadlines, interrupt);
  if (response.status == 200) read_message(protocol, response.body, sample);
  note_response(std::move(response), sample);
  count_without_usage(target.engine->protocol, sample);
  return sample;
}

namespace {

/// An engine that counts no tokens in its answers may do so in its timings.
void count_without_usage(const EngineDescriptor::Protocol& protocol, RequestSample& sample) {
  if (!protocol.usage_pointer.empty() || sample.usage.completion_tokens) return;
  sample.usage.completion_tokens = sample.timings.predicted_n;
  if (sample.timings.prompt_n) sample.usage.prompt_tokens = *sample.timings.prompt_n + sample.timings.cache_n.value_or(0);
}

/// Ours or the user's: what is wrong with it is told by name, and no request is sent.
Json own_json(const std::string& text, std::string_view what, const std::string& prompt_id) {
  JsonReader reader;
  std::string problem = "JSON with a number that is too large";
  Json json = reader.read(text, problem) == nullptr ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    throw Error{fmt::format("{} of {} are {}: {}", what, prompt_id, problem, excerpt(text)), "correct the file they come from"};
  }
  return json;
}

void merge(Json& body, const Json& fields) {
  for (const auto& [name, value] : fields.items()) body[name] = value;
}

Json sampler_fields(const std::map<std::string, double>& sampler) {
  Json fields = Json::object();
  for (const auto& [name, value] : sampler) {
    // "top_k": 40.0 is refused where an integer is wanted.
    const bool whole = std::floor(value) == value && std::abs(value) < 1e9;
    fields[name] = whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
  }
  return fields;
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
  const auto& protocol = target.engine->protocol;
  ChatStream stream{protocol};
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
  auto response = http_post(target.endpoint, protocol.chat_path, sample.request_json, deadlines, interrupt, on_bytes, delivery);
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
    if (!response.content_type.starts_with(wanted)) {
      note_fault(sample, fmt::format("content type is {}, not {}", excerpt(response.content_type), wanted));
    }
  }
  const bool whole = response.body.size() <= limits::raw_bytes_kept;
  sample.raw = whole ? std::move(response.body) : response.body.substr(0, limits::raw_bytes_kept);
}

}  // namespace

}  // namespace sweetspot
