#include "run/concurrent.hpp"

#include "backends/at_once.hpp"
#include "core/error.hpp"
#include "core/statistics.hpp"
#include "gate/check.hpp"
#include "gate/prompt_set.hpp"
#include "run/measure.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace sweetspot {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double ramp_share = 0.1;  ///< of the time, at its start and at its end
constexpr double window_least_ms = 200;
constexpr int repeats_apart = 500'000;  ///< nonces far from those of the single requests

/// The long ones only where there are no others.
std::vector<const Prompt*> openings(const std::vector<Prompt>& prompts) {
  std::vector<const Prompt*> chosen;
  std::vector<const Prompt*> long_ones;
  for (const Prompt& prompt : prompts) {
    if (prompt.turn_of.empty()) (prompt.prompt_class == "long" ? long_ones : chosen).push_back(&prompt);
  }
  return chosen.empty() ? long_ones : chosen;
}

struct Client {
  std::vector<ConcurrentAnswer> answers;
  int failed = 0;
  double last_ms = 0;
  std::optional<Failure> failure;
  std::optional<Evidence> fault;
};

class Crowd {
public:
  Crowd(const ChatTarget& server, const std::vector<Prompt>& prompts, const ConcurrentPlan& plan, const InterruptFlag& interrupt)
      : server_(server), prompts_(openings(prompts)), plan_(plan), interrupt_(interrupt) {}

  std::vector<Client> asked() {
    std::vector<Client> clients(static_cast<std::size_t>(plan_.clients));
    start_ = Clock::now();
    at_once(plan_.clients, [&](int number) { work(clients[static_cast<std::size_t>(number)], number); });
    return clients;
  }

private:
  double now_ms() const { return std::chrono::duration<double, std::milli>(Clock::now() - start_).count(); }

  void work(Client& client, int number) {
    for (int i = 0; i < plan_.requests; ++i) ask_one(client, number, i);
    client.last_ms = now_ms();
  }

  void ask_one(Client& client, int number, int i) {
    // Every client begins elsewhere among the prompts.
    Prompt prompt = *prompts_[static_cast<std::size_t>(number + i) % prompts_.size()];
    if (plan_.max_tokens > 0) prompt.max_tokens = std::min(prompt.max_tokens, plan_.max_tokens);
    const int repeat = repeats_apart + (plan_.round * plan_.clients + number) * plan_.requests + i;
    ChatOptions options;
    options.sampler = plan_.sampler;
    options.seed = plan_.seed + static_cast<std::uint64_t>(repeat);
    ConcurrentAnswer answer;
    answer.sent_ms = now_ms();
    try {
      answer.sample = ask(server_, with_nonce(prompt, nonce_seed(plan_.seed, plan_.visits_before), repeat), options, interrupt_);
    } catch (const TrialError& error) {
      client.failure = error.failure();
      ++client.failed;
      return;
    }
    const bool answered = answer.sample.http_status == 200 && answer.sample.error_body.empty();
    if (!answered) {
      ++client.failed;
      return;
    }
    if (!client.fault) client.fault = check_alone(prompt, answer.sample);
    client.answers.push_back(std::move(answer));
  }

  const ChatTarget& server_;
  std::vector<const Prompt*> prompts_;
  const ConcurrentPlan& plan_;
  const InterruptFlag& interrupt_;
  Clock::time_point start_;
};

/// Of one answer, by each chunk's share of its bytes.
double tokens_between(const ConcurrentAnswer& answer, double from_ms, double to_ms) {
  double bytes = 0;
  double within = 0;
  for (const ChunkArrival& chunk : answer.sample.chunks) {
    const double at = answer.sent_ms + chunk.at_ms;
    bytes += static_cast<double>(chunk.bytes);
    if (at >= from_ms && at < to_ms) within += static_cast<double>(chunk.bytes);
  }
  if (bytes <= 0) return 0;
  return static_cast<double>(*answer.sample.usage.completion_tokens) * within / bytes;
}

}  // namespace

std::optional<double> aggregate_rate(const std::vector<ConcurrentAnswer>& answers, const std::vector<double>& last_ms) {
  if (answers.empty() || last_ms.empty()) return std::nullopt;
  const auto counted = [](const ConcurrentAnswer& answer) { return answer.sample.usage.completion_tokens.has_value(); };
  if (!std::all_of(answers.begin(), answers.end(), counted)) return std::nullopt;
  const auto earlier = [](const ConcurrentAnswer& a, const ConcurrentAnswer& b) { return a.sent_ms < b.sent_ms; };
  const double begin = std::min_element(answers.begin(), answers.end(), earlier)->sent_ms;
  const double all_busy_ms = *std::min_element(last_ms.begin(), last_ms.end()) - begin;
  const double from = begin + ramp_share * all_busy_ms;
  const double to = begin + (1 - ramp_share) * all_busy_ms;
  if (to - from < window_least_ms) return std::nullopt;
  double tokens = 0;
  for (const ConcurrentAnswer& answer : answers) tokens += tokens_between(answer, from, to);
  return tokens * 1000 / (to - from);
}

ConcurrentResult concurrent_requests(const ChatTarget& server, const std::vector<Prompt>& prompts, const ConcurrentPlan& plan,
                                     const InterruptFlag& interrupt) {
  ConcurrentResult outcome;
  ConcurrencyMeasurement& result = outcome.measurement;
  result.clients = plan.clients;
  if (openings(prompts).empty()) return outcome;
  std::vector<ConcurrentAnswer> answers;
  std::vector<double> last_ms;
  std::vector<double> first_tokens;
  std::optional<Failure> failure;
  for (Client& client : Crowd(server, prompts, plan, interrupt).asked()) {
    result.failed += client.failed;
    last_ms.push_back(client.last_ms);
    if (client.failure) failure = client.failure;
    if (client.fault && !outcome.fault) outcome.fault = client.fault;
    for (ConcurrentAnswer& answer : client.answers) {
      if (answer.sample.first_token_ms) first_tokens.push_back(*answer.sample.first_token_ms);
      answers.push_back(std::move(answer));
    }
  }
  if (answers.empty() && failure) throw TrialError{*failure};
  result.requests = static_cast<int>(answers.size());
  result.tokens_per_second = aggregate_rate(answers, last_ms);
  if (!first_tokens.empty()) {
    result.ttft_ms_p50 = median(first_tokens);
    result.ttft_ms_p95 = quantile(first_tokens, 0.95);
  }
  return outcome;
}

}  // namespace sweetspot
