#pragma once

#include "core/study.hpp"

#include <string>

namespace sweetspot::test {

/// Every field away from its default, so that a field that is lost on the way shows.
inline RequestSample full_sample() {
  RequestSample sample;
  sample.prompt_id = "code-07";
  sample.prompt_class = "code";
  sample.streamed = true;
  sample.http_status = 200;
  sample.first_byte_ms = 1.25;
  sample.first_counted_ms = 1.5;
  sample.last_counted_ms = 9.5;
  sample.first_token_ms = 2.5;
  sample.first_reasoning_ms = 2.5;
  sample.first_content_ms = 3;
  sample.first_tool_ms = 4;
  sample.last_token_ms = 1.0 / 3;
  sample.total_ms = 100.125;
  sample.chunks = {{1.5, 12}, {2.5, 3}};
  sample.text = "na\xC3\xAFve \x1b[2J";
  sample.reasoning = "cut \xE2\x82";
  sample.calls = {{.index = 0, .id = "c1", .type = "function", .name = "read", .arguments = "{\"a\":\xFF}"}, {}};
  sample.finish_reason = "stop";
  sample.usage = {.prompt_tokens = 10, .completion_tokens = 20, .cached_tokens = 0, .total_tokens = 30};
  sample.timings = {1.5, 2.5, 10, 20, 0, 8, 5};
  sample.tokens = {
      {.id = 17, .bytes = "\xE2\x82", .logprob = -0.125, .top = {{.id = 17, .bytes = "\xE2\x82", .logprob = -0.125}, {}}}};
  sample.protocol_faults = {"no terminator"};
  sample.error_body = "{\"error\":\"\x80\"}";
  sample.request_json = "{\"messages\":[]}";
  sample.raw = "data: \xF0\x9F\n\n";
  return sample;
}

inline Measurement full_measurement() {
  Measurement measurement;
  measurement.score_s = 12.5;
  measurement.decode_tokens_per_second = 30.5;
  measurement.ttft_ms_p50 = 1;
  measurement.ttft_ms_p95 = 1.5;
  measurement.concurrency = ConcurrencyMeasurement{4, 16, 1, 120.5, 80.0, 200.0};
  measurement.depths = {{4096, 4100, 900.0, 20.0, 30.0, 400.0, 1024, ""}, {8192, 0, {}, {}, {}, {}, {}, "out of memory"}};
  measurement.ttft_warm_ms_p50 = 2;
  measurement.ttft_short_ms_p50 = 3;
  measurement.prefill_tokens_per_second = 4;
  measurement.end_to_end_tokens_per_second = 5;
  measurement.first_32_tokens_per_second = 6;
  measurement.itl_ms_p50 = 7;
  measurement.itl_ms_p95 = 8;
  measurement.tokens_per_chunk = 1.5;
  measurement.draft_acceptance = 0.75;
  measurement.memory_bytes_peak = 1'600'000'000;
  measurement.classes = {
      {"code", {.requests = 5, .decode_tokens_per_second = 31, .decode_tokens_per_second_sd = 0.5, .draft_acceptance = 0.8}},
      {"prose", {}}};
  measurement.requests = 10;
  measurement.findings = {"clocks disagree"};
  return measurement;
}

inline Verdict full_verdict() {
  Verdict verdict;
  verdict.outcome = Outcome::broken;
  verdict.check = "G3";
  verdict.detail = "lost text";
  verdict.not_verified = {"tools"};
  verdict.divergences = {{.prompt_id = "code-07", .token = 3, .margin = 0.5, .rank = 2, .classification = "grey"}, {}};
  verdict.rescored = Rescored{.tokens = 100, .disagree = 3, .grey = 2, .miscommit = 1, .worst_margin = 2.5};
  verdict.quality = Quality{.positions = 96,
                            .mean_kld = 0.25,
                            .same_top_rate = 0.75,
                            .perplexity = 1.5,
                            .reference_perplexity = 1.25,
                            .texts = "workload"};
  verdict.evidence = Evidence{.prompt_id = "code-07", .expected = "return n", .observed = "return return", .detail = "doubled"};
  verdict.checks = {{.id = "G3", .outcome = Outcome::broken, .detail = "seen"}};
  verdict.prompts_compared = 41;
  verdict.tokens_compared = 6120;
  verdict.requests = 41;
  return verdict;
}

inline Command full_command() {
  return {.argv = {"llama-server", "-m", "it's a model.gguf"}, .environment = {{"A", "1"}}, .shell = "A=1 llama-server"};
}

inline Visit full_visit() {
  return {.phase = Phase::confirm,
          .block = 2,
          .started_at = "2026-01-31T08:15:00Z",
          .duration_s = 12.5,
          .measurement = full_measurement(),
          .samples = {full_sample(), RequestSample{}}};
}

/// Without visits.
inline Trial full_trial(const std::string& id) {
  Trial trial;
  trial.id = id;
  trial.config.values = {
      {"draft_depth", std::int64_t{2}}, {"draft_p_min", 0.75}, {"kv_type_k", std::string{"q8_0"}}, {"scale", 8.0}};
  trial.changed.values = {{"draft_depth", std::int64_t{2}}};
  trial.verdict = full_verdict();
  trial.failure = Failure{.kind = FailureKind::out_of_memory, .detail = "no memory", .log_tail = "line 1\nline 2"};
  trial.measurement = full_measurement();
  trial.speed_ratio = 1.2;
  trial.unmet = "itl_ms_p95<5: itl_ms_p95 is 7";
  trial.gate_speed_ratio = 1.25;
  return trial;
}

inline ModelIdentity full_model() {
  return {.path = "/models/a.gguf",
          .size_bytes = 1'000'000'000'000,
          .sha256 = "ab",
          .name = "A model",
          .quantisation = "Q4_K_M",
          .architecture = "qwen2",
          .context_length = 32768,
          .nextn_predict_layers = 1,
          .bytes_per_token = 7,
          .has_chat_template = true};
}

inline Recommendation full_recommendation() {
  Recommendation recommendation;
  recommendation.kind = RecommendationKind::improvement;
  recommendation.config = full_trial("").config;
  recommendation.changed = full_trial("").changed;
  recommendation.reason = "faster";
  recommendation.not_verified = {"tools"};
  recommendation.gain = Gain{.ratio = 1.31, .ratio_low = 1.22, .ratio_high = 1.4, .confidence = 0.9};
  recommendation.measurement = full_measurement();
  recommendation.detectable_gain_ratio = 1.014;
  recommendation.command = full_command();
  recommendation.verdict = full_verdict();
  return recommendation;
}

inline Study full_study(const std::string& id) {
  Study study;
  study.id = id;
  study.key = "key";
  study.tool_version = "0.1.0";
  study.started_at = "2026-01-31T08:15:00Z";
  study.duration_s = 1680.5;
  study.seed = 18446744073709551615u;
  study.strategy = "auto";
  study.goal = "agent";
  study.sampler = "greedy";
  study.status = "done";
  study.target.machine.os = "Debian";
  study.target.machine.kernel = "Linux";
  study.target.machine.model = "Mac16,5";
  study.target.machine.cpu = "AMD EPYC";
  study.target.machine.cores = 2;
  study.target.machine.memory_bytes = 1;
  study.target.machine.load_1min = 0.5;
  study.target.machine.memory_available_bytes = 2;
  study.target.machine.swap_used_bytes = 3;
  study.target.machine.on_battery = false;
  study.target.machine.temperature_c = 40.5;
  study.target.machine.thermal_pressure = 1;
  study.target.machine.memory_pressure = 2;
  study.target.machine.gpu_memory_limit_bytes = 4;
  study.target.machine.memory_bandwidth_bytes_per_s = 2.5e10;
  study.target.engine = {.name = "llama-server", .version = "b11669", .binary = "/usr/bin/llama-server"};
  study.target.model = full_model();
  study.target.draft_model = full_model();
  study.fixed.values = {{"parallel", std::int64_t{1}}};
  study.baseline.values = {{"draft_depth", std::int64_t{0}}};
  study.baseline_command = full_command();
  study.baseline_measurement = full_measurement();
  study.reference.prompts = 41;
  study.reference.tokens = 6120;
  study.reference.dropped = {{.prompt_id = "prose-01", .reason = "unstable"}};
  study.reference.not_verified = {"tools"};
  study.reference.findings = {{.code = "empty", .text = "empty replies", .evidence = full_verdict().evidence, .fatal = true}, {}};
  study.trials = {full_trial("t1"), Trial{}};
  study.trials[1].id = "t2";
  study.recommendation = full_recommendation();
  study.rejected = {{.config = full_trial("").config,
                     .changed = full_trial("").changed,
                     .culprit = full_trial("").changed,
                     .speed_ratio = 1.52,
                     .speed_basis = "gate",
                     .outcome = Outcome::lossy,
                     .check = "G1",
                     .evidence = full_verdict().evidence,
                     .command = full_command()},
                    {}};
  study.effects = {{.parameter = "threads", .value = std::int64_t{2}, .ratio = 1.1, .ratio_low = 1.0, .ratio_high = 1.2}, {}};
  study.pareto = {"t1"};
  study.pareto_lossy = {"t2"};
  study.warnings = {{.code = "load", .text = "busy", .hint = "wait"}};
  study.commands = {{"t1", full_command()}};
  study.reverifications = {{"2026-02-03T04:05:06Z", "b2", {"the engine changed"}, "tie", "2 near ties", 1.3, true, false}};
  return study;
}

}  // namespace sweetspot::test
