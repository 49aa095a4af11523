#include "core/json.hpp"

#include "core/json_support.hpp"

namespace sweetspot {

using json_support::bytes_to_json;
using json_support::expect_object;
using json_support::Json;
using json_support::or_null;
using json_support::read;
using json_support::read_bytes;

void to_json(Json& json, const RequestSample& sample) {
  json = Json{{"prompt_id", sample.prompt_id},
              {"prompt_class", sample.prompt_class},
              {"streamed", sample.streamed},
              {"http_status", sample.http_status},
              {"first_byte_ms", or_null(sample.first_byte_ms)},
              {"first_token_ms", or_null(sample.first_token_ms)},
              {"first_reasoning_ms", or_null(sample.first_reasoning_ms)},
              {"first_content_ms", or_null(sample.first_content_ms)},
              {"first_tool_ms", or_null(sample.first_tool_ms)},
              {"last_token_ms", or_null(sample.last_token_ms)},
              {"first_counted_ms", or_null(sample.first_counted_ms)},
              {"last_counted_ms", or_null(sample.last_counted_ms)},
              {"total_ms", sample.total_ms},
              {"chunks", sample.chunks},
              {"text", bytes_to_json(sample.text)},
              {"reasoning", bytes_to_json(sample.reasoning)},
              {"calls", sample.calls},
              {"finish_reason", sample.finish_reason},
              {"usage", sample.usage},
              {"timings", sample.timings},
              {"tokens", sample.tokens},
              {"protocol_faults", sample.protocol_faults},
              {"error_body", bytes_to_json(sample.error_body)},
              {"request_json", bytes_to_json(sample.request_json)},
              {"raw", bytes_to_json(sample.raw)}};
}

void from_json(const Json& json, RequestSample& sample) {
  expect_object(json, "request sample");
  read(json, "prompt_id", sample.prompt_id);
  read(json, "prompt_class", sample.prompt_class);
  read(json, "streamed", sample.streamed);
  read(json, "http_status", sample.http_status);
  read(json, "first_byte_ms", sample.first_byte_ms);
  read(json, "first_token_ms", sample.first_token_ms);
  read(json, "first_reasoning_ms", sample.first_reasoning_ms);
  read(json, "first_content_ms", sample.first_content_ms);
  read(json, "first_tool_ms", sample.first_tool_ms);
  read(json, "last_token_ms", sample.last_token_ms);
  read(json, "first_counted_ms", sample.first_counted_ms);
  read(json, "last_counted_ms", sample.last_counted_ms);
  read(json, "total_ms", sample.total_ms);
  read(json, "chunks", sample.chunks);
  read_bytes(json, "text", sample.text);
  read_bytes(json, "reasoning", sample.reasoning);
  read(json, "calls", sample.calls);
  read(json, "finish_reason", sample.finish_reason);
  read(json, "usage", sample.usage);
  read(json, "timings", sample.timings);
  read(json, "tokens", sample.tokens);
  read(json, "protocol_faults", sample.protocol_faults);
  read_bytes(json, "error_body", sample.error_body);
  read_bytes(json, "request_json", sample.request_json);
  read_bytes(json, "raw", sample.raw);
}

void to_json(Json& json, const DepthMeasurement& row) {
  json = Json{{"depth", row.depth},
              {"prompt_tokens", row.prompt_tokens},
              {"ttft_cold_ms", or_null(row.ttft_cold_ms)},
              {"ttft_warm_ms", or_null(row.ttft_warm_ms)},
              {"decode_tokens_per_second", or_null(row.decode_tokens_per_second)},
              {"prefill_tokens_per_second", or_null(row.prefill_tokens_per_second)},
              {"memory_bytes", or_null(row.memory_bytes)},
              {"failure", row.failure.empty() ? Json(nullptr) : Json(row.failure)}};
}

void from_json(const Json& json, DepthMeasurement& row) {
  expect_object(json, "depth");
  read(json, "depth", row.depth);
  read(json, "prompt_tokens", row.prompt_tokens);
  read(json, "ttft_cold_ms", row.ttft_cold_ms);
  read(json, "ttft_warm_ms", row.ttft_warm_ms);
  read(json, "decode_tokens_per_second", row.decode_tokens_per_second);
  read(json, "prefill_tokens_per_second", row.prefill_tokens_per_second);
  read(json, "memory_bytes", row.memory_bytes);
  std::optional<std::string> failure;
  read(json, "failure", failure);
  row.failure = failure.value_or("");
}

void to_json(Json& json, const TurnMeasurement& row) {
  json = Json{{"turn", row.turn},
              {"prompt_tokens", row.prompt_tokens},
              {"ttft_ms", or_null(row.ttft_ms)},
              {"decode_tokens_per_second", or_null(row.decode_tokens_per_second)},
              {"memory_bytes", or_null(row.memory_bytes)},
              {"failure", row.failure.empty() ? Json(nullptr) : Json(row.failure)}};
}

void from_json(const Json& json, TurnMeasurement& row) {
  expect_object(json, "turn");
  read(json, "turn", row.turn);
  read(json, "prompt_tokens", row.prompt_tokens);
  read(json, "ttft_ms", row.ttft_ms);
  read(json, "decode_tokens_per_second", row.decode_tokens_per_second);
  read(json, "memory_bytes", row.memory_bytes);
  std::optional<std::string> failure;
  read(json, "failure", failure);
  row.failure = failure.value_or("");
}

void to_json(Json& json, const ConcurrencyMeasurement& crowd) {
  json = Json{{"clients", crowd.clients},
              {"requests", crowd.requests},
              {"failed", crowd.failed},
              {"tokens_per_second", or_null(crowd.tokens_per_second)},
              {"ttft_ms_p50", or_null(crowd.ttft_ms_p50)},
              {"ttft_ms_p95", or_null(crowd.ttft_ms_p95)}};
}

void from_json(const Json& json, ConcurrencyMeasurement& crowd) {
  expect_object(json, "concurrency");
  read(json, "clients", crowd.clients);
  read(json, "requests", crowd.requests);
  read(json, "failed", crowd.failed);
  read(json, "tokens_per_second", crowd.tokens_per_second);
  read(json, "ttft_ms_p50", crowd.ttft_ms_p50);
  read(json, "ttft_ms_p95", crowd.ttft_ms_p95);
}

void to_json(Json& json, const Measurement& measurement) {
  json = Json{{"score_s", or_null(measurement.score_s)},
              {"decode_tokens_per_second", or_null(measurement.decode_tokens_per_second)},
              {"ttft_ms_p50", or_null(measurement.ttft_ms_p50)},
              {"depths", measurement.depths},
              {"turns", measurement.turns},
              {"concurrency", or_null(measurement.concurrency)},
              {"ttft_ms_p95", or_null(measurement.ttft_ms_p95)},
              {"ttft_warm_ms_p50", or_null(measurement.ttft_warm_ms_p50)},
              {"ttft_short_ms_p50", or_null(measurement.ttft_short_ms_p50)},
              {"prefill_tokens_per_second", or_null(measurement.prefill_tokens_per_second)},
              {"end_to_end_tokens_per_second", or_null(measurement.end_to_end_tokens_per_second)},
              {"first_32_tokens_per_second", or_null(measurement.first_32_tokens_per_second)},
              {"itl_ms_p50", or_null(measurement.itl_ms_p50)},
              {"itl_ms_p95", or_null(measurement.itl_ms_p95)},
              {"tokens_per_chunk", or_null(measurement.tokens_per_chunk)},
              {"draft_acceptance", or_null(measurement.draft_acceptance)},
              {"memory_bytes_peak", or_null(measurement.memory_bytes_peak)},
              {"classes", measurement.classes},
              {"requests", measurement.requests},
              {"findings", measurement.findings}};
}

void from_json(const Json& json, Measurement& measurement) {
  expect_object(json, "measurement");
  read(json, "score_s", measurement.score_s);
  read(json, "decode_tokens_per_second", measurement.decode_tokens_per_second);
  read(json, "ttft_ms_p50", measurement.ttft_ms_p50);
  read(json, "depths", measurement.depths);
  read(json, "turns", measurement.turns);
  read(json, "concurrency", measurement.concurrency);
  read(json, "ttft_ms_p95", measurement.ttft_ms_p95);
  read(json, "ttft_warm_ms_p50", measurement.ttft_warm_ms_p50);
  read(json, "ttft_short_ms_p50", measurement.ttft_short_ms_p50);
  read(json, "prefill_tokens_per_second", measurement.prefill_tokens_per_second);
  read(json, "end_to_end_tokens_per_second", measurement.end_to_end_tokens_per_second);
  read(json, "first_32_tokens_per_second", measurement.first_32_tokens_per_second);
  read(json, "itl_ms_p50", measurement.itl_ms_p50);
  read(json, "itl_ms_p95", measurement.itl_ms_p95);
  read(json, "tokens_per_chunk", measurement.tokens_per_chunk);
  read(json, "draft_acceptance", measurement.draft_acceptance);
  read(json, "memory_bytes_peak", measurement.memory_bytes_peak);
  read(json, "classes", measurement.classes);
  read(json, "requests", measurement.requests);
  read(json, "findings", measurement.findings);
}

void to_json(Json& json, const ToolCall& call) {
  json = Json{{"index", or_null(call.index)},
              {"id", call.id},
              {"type", call.type},
              {"name", call.name},
              {"arguments", bytes_to_json(call.arguments)}};
}

void from_json(const Json& json, ToolCall& call) {
  expect_object(json, "tool call");
  read(json, "index", call.index);
  read(json, "id", call.id);
  read(json, "type", call.type);
  read(json, "name", call.name);
  read_bytes(json, "arguments", call.arguments);
}

void to_json(Json& json, const TokenAlternative& alternative) {
  json = Json{{"id", alternative.id}, {"bytes", bytes_to_json(alternative.bytes)}, {"logprob", alternative.logprob}};
}

void from_json(const Json& json, TokenAlternative& alternative) {
  expect_object(json, "token alternative");
  read(json, "id", alternative.id);
  read_bytes(json, "bytes", alternative.bytes);
  read(json, "logprob", alternative.logprob);
}

void to_json(Json& json, const TokenRecord& token) {
  json = Json{{"id", token.id}, {"bytes", bytes_to_json(token.bytes)}, {"logprob", token.logprob}, {"top", token.top}};
}

void from_json(const Json& json, TokenRecord& token) {
  expect_object(json, "token");
  read(json, "id", token.id);
  read_bytes(json, "bytes", token.bytes);
  read(json, "logprob", token.logprob);
  read(json, "top", token.top);
}

void to_json(Json& json, const Usage& usage) {
  json = Json{{"prompt_tokens", or_null(usage.prompt_tokens)},
              {"completion_tokens", or_null(usage.completion_tokens)},
              {"cached_tokens", or_null(usage.cached_tokens)},
              {"total_tokens", or_null(usage.total_tokens)}};
}

void from_json(const Json& json, Usage& usage) {
  expect_object(json, "usage");
  read(json, "prompt_tokens", usage.prompt_tokens);
  read(json, "completion_tokens", usage.completion_tokens);
  read(json, "cached_tokens", usage.cached_tokens);
  read(json, "total_tokens", usage.total_tokens);
}

void to_json(Json& json, const ServerTimings& timings) {
  json = Json{{"prompt_ms", or_null(timings.prompt_ms)},
              {"predicted_ms", or_null(timings.predicted_ms)},
              {"prompt_n", or_null(timings.prompt_n)},
              {"predicted_n", or_null(timings.predicted_n)},
              {"cache_n", or_null(timings.cache_n)},
              {"draft_n", or_null(timings.draft_n)},
              {"draft_n_accepted", or_null(timings.draft_n_accepted)}};
}

void from_json(const Json& json, ServerTimings& timings) {
  expect_object(json, "timings");
  read(json, "prompt_ms", timings.prompt_ms);
  read(json, "predicted_ms", timings.predicted_ms);
  read(json, "prompt_n", timings.prompt_n);
  read(json, "predicted_n", timings.predicted_n);
  read(json, "cache_n", timings.cache_n);
  read(json, "draft_n", timings.draft_n);
  read(json, "draft_n_accepted", timings.draft_n_accepted);
}

void to_json(Json& json, const ClassMeasurement& measurement) {
  json = Json{{"requests", measurement.requests},
              {"decode_tokens_per_second", or_null(measurement.decode_tokens_per_second)},
              {"decode_tokens_per_second_sd", or_null(measurement.decode_tokens_per_second_sd)},
              {"draft_acceptance", or_null(measurement.draft_acceptance)}};
}

void from_json(const Json& json, ClassMeasurement& measurement) {
  expect_object(json, "class measurement");
  read(json, "requests", measurement.requests);
  read(json, "decode_tokens_per_second", measurement.decode_tokens_per_second);
  read(json, "decode_tokens_per_second_sd", measurement.decode_tokens_per_second_sd);
  read(json, "draft_acceptance", measurement.draft_acceptance);
}

void to_json(Json& json, const ChunkArrival& chunk) { json = Json::array({chunk.at_ms, chunk.bytes}); }

void from_json(const Json& json, ChunkArrival& chunk) {
  json.at(0).get_to(chunk.at_ms);
  json.at(1).get_to(chunk.bytes);
}

void to_json(Json& json, const Visit& visit) {
  json = Json{{"phase", to_string(visit.phase)}, {"block", visit.block},
              {"started_at", visit.started_at},  {"at_s", visit.at_s},
              {"duration_s", visit.duration_s},  {"measurement", visit.measurement},
              {"samples", visit.samples}};
}

void from_json(const Json& json, Visit& visit) {
  expect_object(json, "visit");
  visit.phase = phase_from(json.at("phase").get<std::string>());
  read(json, "block", visit.block);
  read(json, "started_at", visit.started_at);
  read(json, "at_s", visit.at_s);
  read(json, "duration_s", visit.duration_s);
  read(json, "measurement", visit.measurement);
  read(json, "samples", visit.samples);
}

}  // namespace sweetspot
