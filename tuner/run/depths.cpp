#include "run/depths.hpp"

#include "core/decode_rate.hpp"
#include "gate/check.hpp"
#include "gate/depth_prompts.hpp"
#include "gate/prompt_set.hpp"
#include "run/measure.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::minutes depth_timeout{30};  ///< a long text takes a slow machine long to read
constexpr int answer_tokens = 160;                 ///< enough for a rate under speculation too
constexpr std::size_t gauge_bytes = 4000;          ///< text that shows how long this model's tokens are
constexpr double first_guess = 2.6;                ///< characters a token
constexpr const char* question = "Go on with this log: write its next twelve entries in the same form.";
constexpr const char* next_question = "And the twelve entries after those.";

class Conversations {
public:
  Conversations(const ChatTarget& server, const DepthPlan& plan, const InterruptFlag& interrupt)
      : server_(server), plan_(plan), interrupt_(interrupt) {}

  /// Throws TrialError where the server does not stand it.
  DepthMeasurement at(std::int64_t depth) {
    const auto bytes = static_cast<std::size_t>(static_cast<double>(depth) * bytes_per_token());
    Prompt prompt = opening(depth, bytes);
    const RequestSample cold = asked(prompt);
    DepthMeasurement row;
    row.depth = depth;
    take_cold(prompt, cold, row);
    if (!row.failure.empty()) return row;
    if (row.prompt_tokens > 0 && bytes > gauge_bytes)
      bytes_per_token_ = static_cast<double>(bytes) / static_cast<double>(row.prompt_tokens);
    Json messages = Json::parse(prompt.messages_json);
    messages.push_back({{"role", "assistant"}, {"content", cold.text}});
    messages.push_back({{"role", "user"}, {"content", next_question}});
    prompt.messages_json = messages.dump();
    const RequestSample warm = asked(prompt);
    if (answered(prompt, warm, row)) row.ttft_warm_ms = warm.first_token_ms;
    return row;
  }

private:
  Prompt opening(std::int64_t depth, std::size_t bytes) const {
    Prompt prompt;
    prompt.id = fmt::format("depth-{}", depth);
    prompt.prompt_class = depth_class;
    const std::string content = bytes == 0 ? std::string(question) : depth_text(plan_.seed, bytes) + "\n" + question;
    prompt.messages_json = Json::array({{{"role", "user"}, {"content", content}}}).dump();
    prompt.max_tokens = answer_tokens;
    return with_nonce(prompt, plan_.seed, static_cast<int>(depth % 1'000'000));
  }

  RequestSample asked(const Prompt& prompt) const {
    ChatOptions options;
    options.sampler = plan_.sampler;
    options.seed = plan_.seed;
    options.deadlines.first_token = options.deadlines.total = depth_timeout;
    return ask(server_, prompt, options, interrupt_);
  }

  /// Of the texts that are asked about here, as this model reads them.
  double bytes_per_token() {
    if (bytes_per_token_ > 0) return bytes_per_token_;
    Prompt prompt = opening(-1, gauge_bytes);
    prompt.max_tokens = 1;
    const RequestSample sample = asked(prompt);
    const auto tokens = sample.usage.prompt_tokens.value_or(0);
    bytes_per_token_ = tokens > 0 ? static_cast<double>(gauge_bytes) / static_cast<double>(tokens) : first_guess;
    return bytes_per_token_;
  }

  static bool answered(const Prompt& prompt, const RequestSample& sample, DepthMeasurement& row) {
    row.failure = answer_problem(prompt, sample);
    if (row.failure.empty() && !sample.first_token_ms) row.failure = "an answer without text";
    return row.failure.empty();
  }

  static void take_cold(const Prompt& prompt, const RequestSample& cold, DepthMeasurement& row) {
    if (!answered(prompt, cold, row)) return;
    row.prompt_tokens = cold.usage.prompt_tokens.value_or(0);
    row.ttft_cold_ms = cold.first_token_ms;
    row.decode_tokens_per_second = decode_rate(cold);
    row.prefill_tokens_per_second = prefill_rate(cold);
  }

  const ChatTarget& server_;
  const DepthPlan& plan_;
  const InterruptFlag& interrupt_;
  double bytes_per_token_ = 0;
};

}  // namespace

std::string answer_problem(const Prompt& prompt, const RequestSample& sample) {
  if (sample.http_status != 200) return fmt::format("HTTP {}: {}", sample.http_status, sample.error_body);
  if (!sample.error_body.empty()) return sample.error_body;
  const auto fault = check_alone(prompt, sample);
  return fault ? "an answer that cannot be right: " + fault->detail : "";
}

std::string failure_text(const Failure& failure) { return fmt::format("{}: {}", to_string(failure.kind), failure.detail); }

std::string row_failure(const std::string& seen, const ServerSight& server) {
  if (seen.empty()) return seen;
  const auto ended = server.ended();
  return ended ? failure_text(*ended) : seen;
}

std::vector<DepthMeasurement> measured_depths(const ChatTarget& server, const DepthPlan& plan, const ServerSight& sight,
                                              const InterruptFlag& interrupt) {
  std::vector<std::int64_t> depths = plan.depths;
  std::sort(depths.begin(), depths.end());
  Conversations conversations(server, plan, interrupt);
  std::vector<DepthMeasurement> rows;
  for (const std::int64_t depth : depths) {
    try {
      rows.push_back(conversations.at(depth));
    } catch (const TrialError& error) {  // out of memory at depth is data
      DepthMeasurement row;
      row.depth = depth;
      row.failure = failure_text(error.failure());
      rows.push_back(std::move(row));
    }
    rows.back().failure = row_failure(rows.back().failure, sight);
    if (!rows.back().failure.empty()) break;
    rows.back().memory_bytes = sight.memory_bytes();
  }
  return rows;
}

}  // namespace sweetspot
