#pragma once

#include "core/study.hpp"

#include <string>

namespace sweetspot::fixture {

inline Config config(std::map<std::string, Value> values) { return Config{std::move(values)}; }

inline Command command(const std::string& flags) {
  Command result;
  result.argv = {"llama-server", "-m", "qwen2.5-coder-1.5b-q4_k_m.gguf"};
  result.shell = "llama-server -m qwen2.5-coder-1.5b-q4_k_m.gguf";
  if (flags.empty()) return result;
  result.argv.push_back(flags);
  result.shell += " " + flags;
  return result;
}

inline Measurement measurement(double score_s, double code, double prose, double copy) {
  Measurement result;
  result.score_s = score_s;
  result.decode_tokens_per_second = 16.5;
  result.ttft_ms_p50 = 1620;
  result.ttft_warm_ms_p50 = 210;
  result.prefill_tokens_per_second = 151.2;
  result.end_to_end_tokens_per_second = 12.5;
  result.tokens_per_chunk = 1.0;
  result.memory_bytes_peak = 1'717'986'918;
  for (const auto& [name, rate] : {std::pair{"code", code}, {"prose", prose}, {"copy", copy}}) {
    result.classes[name].requests = 3;
    result.classes[name].decode_tokens_per_second = rate;
    result.classes[name].decode_tokens_per_second_sd = 0.1;
  }
  result.requests = 12;
  return result;
}

inline Verdict verdict(Outcome outcome, const std::string& check, const std::string& detail) {
  Verdict result;
  result.outcome = outcome;
  result.check = check;
  result.detail = detail;
  result.not_verified = {"tools"};
  result.prompts_compared = 41;
  result.tokens_compared = 6120;
  result.requests = 82;
  return result;
}

inline Trial trial(const std::string& id, const Config& changed) {
  Trial result;
  result.id = id;
  result.changed = changed;
  result.config = merged(config({{"spec_type", "none"}, {"threads", std::int64_t{2}}}), changed);
  return result;
}

inline Target target() {
  Target result;
  result.machine.os = "Debian GNU/Linux 12 (bookworm)";
  result.machine.kernel = "Linux 6.1.0-25 x86_64";
  result.machine.cpu = "AMD EPYC";
  result.machine.cores = 2;
  result.machine.memory_bytes = 24'696'061'952;
  result.engine = {"llama-server", "b11669", "/usr/bin/llama-server"};
  result.model.path = "/models/qwen2.5-coder-1.5b-q4_k_m.gguf";
  result.model.size_bytes = 986'048'768;
  result.model.name = "Qwen2.5-Coder-1.5B";
  result.model.quantisation = "Q4_K_M";
  return result;
}

inline std::vector<Trial> trials() {
  auto baseline = trial("0001", {});
  baseline.verdict = verdict(Outcome::pass, "", "every answer is the reference's");
  baseline.measurement = measurement(131, 14.8, 14.6, 14.9);
  auto winner = trial("0002", config({{"spec_type", "ngram-simple"}}));
  winner.verdict = verdict(Outcome::tie, "G6", "2 near ties");
  winner.verdict->divergences = {{"prose-04", 31, 0.012, 2, "tie"}, {"code-02", 118, 0.2, 2, "tie"}};
  winner.verdict->rescored = Rescored{1024, 2, 0, 0, 0.2};
  winner.verdict->checks = {{"G2", Outcome::pass, "drafted tokens were seen"}, {"G6", Outcome::tie, "2 near ties"}};
  winner.measurement = measurement(100, 15.3, 14.4, 37.0);
  winner.measurement->ttft_ms_p50 = 1600;
  winner.measurement->draft_acceptance = 0.82;
  Visit visit;
  visit.started_at = "2026-01-31T08:20:00Z";
  visit.duration_s = 52;
  visit.measurement = *winner.measurement;
  winner.visits = {visit};
  auto broken = trial("0003", config({{"spec_synth_len", std::int64_t{4}}}));
  broken.verdict = verdict(Outcome::broken, "G6", "another text on 12 of 41 prompts");
  broken.verdict->divergences = {{"code-07", 5, std::nullopt, std::nullopt, "miscommit"}};
  broken.verdict->evidence = Evidence{"code-07", "return n > 1", "return return n", "token 5 is not among the first 10"};
  broken.gate_speed_ratio = 1.52;
  auto failed = trial("0004", config({{"ubatch", std::int64_t{8192}}}));
  failed.failure =
      Failure{FailureKind::out_of_memory, "failed to allocate the compute buffer", "line one\nfailed\x1b[2Jto allocate\n"};
  return {baseline, winner, broken, failed};
}

inline std::vector<Rejected> rejected() {
  Rejected lossy_kv{trial("", config({{"kv_type_k", "q4_0"}})).config,
                    config({{"kv_type_k", "q4_0"}}),
                    config({{"kv_type_k", "q4_0"}}),
                    1.04,
                    "timed",
                    Outcome::broken,
                    "G6",
                    Evidence{"prose-02", "The sky is", "Qwen.", "token 1"},
                    command("-ctk q4_0")};
  Rejected optimistic{trial("", config({{"spec_synth_len", std::int64_t{4}}})).config,
                      config({{"spec_synth_len", std::int64_t{4}}, {"threads", std::int64_t{1}}}),
                      config({{"spec_synth_len", std::int64_t{4}}}),
                      1.52,
                      "gate",
                      Outcome::broken,
                      "G6",
                      Evidence{"code-07", "return n > 1", "return \x1b[31mreturn n", "token 5"},
                      command("--spec-synth-len 4")};
  Rejected unknown{trial("", config({{"poll", std::int64_t{0}}})).config,
                   config({{"poll", std::int64_t{0}}}),
                   {},
                   std::nullopt,
                   "",
                   Outcome::inconclusive,
                   "G2",
                   std::nullopt,
                   command("--poll 0")};
  Rejected lossy{trial("", config({{"kv_type_v", "q8_0"}})).config,
                 config({{"kv_type_v", "q8_0"}}),
                 config({{"kv_type_v", "q8_0"}}),
                 1.1,
                 "timed",
                 Outcome::lossy,
                 "G7",
                 Evidence{"prose-05", "a river", "a stream", "margin 0.9 nat"},
                 command("-ctv q8_0")};
  return {lossy_kv, unknown, optimistic, lossy};
}

/// A finished study with an improvement and everything that a report can show.
inline Study improvement() {
  Study study;
  study.id = "7f3a2c90-1111-4222-8333-444455556666";
  study.key = "k";
  study.tool_version = "0.1.0";
  study.started_at = "2026-01-31T08:15:00Z";
  study.duration_s = 1680;
  study.seed = 1;
  study.strategy = "auto";
  study.goal = "agent";
  study.sampler = "greedy";
  study.status = "done";
  study.target = target();
  study.fixed = config({{"context", std::int64_t{4096}}, {"parallel", std::int64_t{1}}});
  study.trials = trials();
  study.baseline = study.trials[0].config;
  study.baseline_command = command("");
  study.baseline_measurement = study.trials[0].measurement;
  study.reference.prompts = 41;
  study.reference.tokens = 6120;
  study.reference.not_verified = {"tools"};
  const std::string plain = "the model answers tool prompts with plain text";
  for (int i = 1; i <= 3; ++i)
    study.reference.dropped.push_back({std::string{"tools-0"}.append(1, static_cast<char>('0' + i)), plain});
  study.reference.dropped.push_back({"json-05", "not JSON in the reference either"});
  study.recommendation.kind = RecommendationKind::improvement;
  study.recommendation.config = study.trials[1].config;
  study.recommendation.changed = study.trials[1].changed;
  study.recommendation.reason = "faster in every one of 6 mirrored blocks";
  study.recommendation.not_verified = {"tools"};
  study.recommendation.gain = Gain{1.31, 1.22, 1.40, 0.95};
  study.recommendation.detectable_gain_ratio = 1.03;
  study.recommendation.command = command("--spec-type ngram-simple");
  study.recommendation.verdict = study.trials[1].verdict;
  study.rejected = rejected();
  study.effects = {{"spec_type", "ngram-simple", 1.31, 1.22, 1.40},
                   {"poll", std::int64_t{0}, 1.002, 0.99, 1.011},
                   {"threads_batch", std::int64_t{1}, 0.998, 0.986, 1.01},
                   {"mlock", "on", 1.0, 0.8, 1.2}};
  study.pareto = {"0002"};
  study.warnings = {{"load", "load was 1.8 on 2 cores at the start", "end other programs and repeat"}};
  for (const auto& trial : study.trials) study.commands[trial.id] = command(trial.changed.values.empty() ? "" : "--x");
  return study;
}

inline Study keep_default() {
  auto study = improvement();
  study.recommendation = {};
  study.recommendation.config = study.baseline;
  study.recommendation.reason = "no configuration is surely faster";
  study.recommendation.detectable_gain_ratio = 1.04;
  study.recommendation.command = study.baseline_command;
  study.recommendation.verdict = study.trials[0].verdict;
  study.rejected.clear();
  study.warnings.clear();
  return study;
}

inline Study unsound() {
  auto study = improvement();
  study.trials.resize(1);
  study.rejected.clear();
  study.effects.clear();
  study.warnings.clear();
  study.recommendation = {};
  study.recommendation.kind = RecommendationKind::unsound;
  study.recommendation.config = study.baseline;
  study.recommendation.reason = "streamed text differs from the text that is not streamed";
  study.reference.findings = {{"G1-stream", "every seventh piece of the stream is lost",
                               Evidence{"prose-01", "The quick brown fox", "The qui brown fox", "byte 7"}, true}};
  return study;
}

}  // namespace sweetspot::fixture
