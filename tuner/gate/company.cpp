#include "gate/company.hpp"

#include "backends/at_once.hpp"
#include "gate/ask_candidate.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace sweetspot {
namespace {

using Clock = std::chrono::steady_clock;

bool arriving(const SentAnswer& other, double at_ms) {
  if (!other.answer->first_token_ms || !other.answer->last_token_ms) return false;
  return at_ms >= other.sent_ms + *other.answer->first_token_ms && at_ms <= other.sent_ms + *other.answer->last_token_ms;
}

/// Appends the answers to `company`.
void ask_round(const ChatTarget& candidate, const Reference& reference, const std::vector<std::size_t>& prompts,
               const InterruptFlag& interrupt, Company& company) {
  std::vector<StateAnswer> answers(prompts.size());
  std::vector<SentAnswer> sent(prompts.size());
  const std::chrono::milliseconds silence = silence_limit(reference);
  const Clock::time_point start = Clock::now();
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    answers[i].how = "beside another request";
    answers[i].answer.reference_index = prompts[i];
    sent[i].answer = &answers[i].answer.streamed;
  }
  at_once(static_cast<int>(prompts.size()), [&](int number) {
    const auto i = static_cast<std::size_t>(number);
    sent[i].sent_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    answers[i].answer.streamed =
        ask_candidate(candidate, reference.answers[prompts[i]].prompt, Asking::streamed, silence, interrupt).sample;
  });
  company.tokens += tokens_in_company(sent);
  std::move(answers.begin(), answers.end(), std::back_inserter(company.answers));
}

}  // namespace

double tokens_in_company(const std::vector<SentAnswer>& answers) {
  double tokens = 0;
  for (const SentAnswer& one : answers) {
    const auto in_company = std::count_if(one.answer->chunks.begin(), one.answer->chunks.end(), [&](const ChunkArrival& chunk) {
      return std::any_of(answers.begin(), answers.end(),
                         [&](const SentAnswer& other) { return &other != &one && arriving(other, one.sent_ms + chunk.at_ms); });
    });
    const auto all = static_cast<double>(std::max<std::size_t>(one.answer->chunks.size(), 1));
    tokens += static_cast<double>(one.answer->usage.completion_tokens.value_or(0)) * static_cast<double>(in_company) / all;
  }
  return tokens;
}

Company ask_in_company(const ChatTarget& candidate, const Reference& reference, const std::vector<std::size_t>& prompts,
                       int rounds, const InterruptFlag& interrupt) {
  Company company;
  for (int round = 0; round < rounds && company.tokens < thresholds::company_tokens; ++round)
    ask_round(candidate, reference, prompts, interrupt, company);
  return company;
}

}  // namespace sweetspot
