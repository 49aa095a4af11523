#include "gate/reference.hpp"

#include "gate/alignment.hpp"
#include "gate/answer_format.hpp"
#include "gate/prompt_set.hpp"
#include "gate/thresholds.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace sweetspot {
namespace {

constexpr int variant_prompts = 16;           ///< asked of each variant of the reference
constexpr std::size_t asked_again_every = 3;  ///< a third of the prompts
constexpr std::size_t again_least = 4;        ///< also after the deadline
constexpr int spare_prompts = 4;              ///< beyond the least: some will be dropped
constexpr int tool_prompts_least = 6;         ///< as many as the quick tier compares
constexpr std::size_t noise_positions = 48;   ///< re-scored on the reference's own text to learn its noise

RequestSample ask_once(const ChatTarget& server, const Prompt& prompt, ChatOptions::Streaming streaming,
                       ChatOptions::Logprobs logprobs, const InterruptFlag& interrupt) {
  ChatOptions options;
  options.streaming = streaming;
  options.logprobs = logprobs;
  options.prompt_cache = ChatOptions::PromptCache::off;
  return ask(server, prompt, options, interrupt);
}

bool same_answer(const RequestSample& a, const RequestSample& b) {
  if (a.text != b.text || a.reasoning != b.reasoning || a.calls.size() != b.calls.size()) return false;
  return std::equal(a.calls.begin(), a.calls.end(), b.calls.begin(),
                    [](const ToolCall& x, const ToolCall& y) { return x.name == y.name && x.arguments == y.arguments; });
}

ReferenceAnswer answered(const ChatTarget& server, Prompt prompt, int max_tokens, const InterruptFlag& interrupt) {
  if (max_tokens > 0) prompt.max_tokens = std::min(prompt.max_tokens, max_tokens);
  RequestSample streamed = ask_once(server, prompt, ChatOptions::Streaming::yes, ChatOptions::Logprobs::no, interrupt);
  ReferenceAnswer answer = plain_answer(server, prompt, interrupt);
  answer.streamed = std::move(streamed);
  return answer;
}

/// One of each class in turn, in the order in which they were given.
std::vector<Prompt> by_turns(const std::vector<Prompt>& prompts) {
  std::map<std::string, std::size_t> seen;
  std::vector<std::pair<std::size_t, const Prompt*>> order;
  order.reserve(prompts.size());
  for (const Prompt& prompt : prompts) order.emplace_back(seen[prompt.prompt_class]++, &prompt);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Prompt> result;
  result.reserve(order.size());
  for (const auto& [turn, prompt] : order) result.push_back(*prompt);
  return result;
}

bool enough_asked(const std::vector<ReferenceAnswer>& answers, int tools_offered) {
  int texts = 0;
  int tools = 0;
  std::int64_t tokens = 0;
  for (const ReferenceAnswer& answer : answers) {
    if (!answer.prompt.tools_json.empty()) {
      ++tools;
      continue;
    }
    ++texts;
    tokens += answer.plain.usage.completion_tokens.value_or(0);
  }
  return texts >= thresholds::text_prompts_least + spare_prompts && tokens >= 2 * thresholds::tokens_least &&
         tools >= std::min(tools_offered, tool_prompts_least);
}

}  // namespace

ReferenceAnswer plain_answer(const ChatTarget& server, const Prompt& prompt, const InterruptFlag& interrupt) {
  const bool scores = !server.engine->protocol.logprobs_json.empty();
  ReferenceAnswer answer;
  answer.prompt = prompt;
  answer.plain = ask_once(server, prompt, ChatOptions::Streaming::no,
                          scores ? ChatOptions::Logprobs::yes : ChatOptions::Logprobs::no, interrupt);
  const bool ids = !server.engine->protocol.template_path.empty();
  if (scores && ids && answer.plain.http_status == 200) answer.prompt_tokens = prompt_tokens(server, prompt, interrupt);
  // Another count than the server's own: the template was applied otherwise, and scores would rest on another prompt.
  if (static_cast<std::int64_t>(answer.prompt_tokens.size()) != answer.plain.usage.prompt_tokens.value_or(0))
    answer.prompt_tokens.clear();
  if (is_constrained(prompt)) {
    answer.prompt_tokens.clear();
    drop_forbidden(answer.plain);
  }
  return answer;
}

std::vector<ReferenceAnswer> ask_reference(const ChatTarget& server, const ReferencePlan& plan,
                                           std::vector<ReferenceAnswer> known, const ReferenceProgress& progress,
                                           const InterruptFlag& interrupt) {
  std::vector<ReferenceAnswer> answers = std::move(known);
  std::set<std::string> asked_before;
  for (const ReferenceAnswer& answer : answers) asked_before.insert(answer.prompt.id);
  const auto tools =
      std::count_if(plan.prompts.begin(), plan.prompts.end(), [](const Prompt& prompt) { return !prompt.tools_json.empty(); });
  for (const Prompt& asked : by_turns(plan.prompts)) {
    if (asked_before.contains(asked.id)) continue;
    if (std::chrono::steady_clock::now() > plan.deadline && enough_asked(answers, static_cast<int>(tools))) break;
    answers.push_back(answered(server, asked, plan.max_tokens, interrupt));
    // Right behind its opening: the candidate then continues what it has in its cache.
    if (const auto next = continued(asked, answers.back().streamed))
      answers.push_back(answered(server, *next, plan.max_tokens, interrupt));
    if (progress) progress(answers.size(), plan.prompts.size());
  }
  return answers;
}

void ask_again(const ChatTarget& server, std::vector<ReferenceAnswer>& answers, std::size_t known,
               std::chrono::steady_clock::time_point deadline, const InterruptFlag& interrupt) {
  for (std::size_t i = known; i < answers.size(); i += asked_again_every) {
    if ((i - known) / asked_again_every >= again_least && std::chrono::steady_clock::now() > deadline) return;
    ReferenceAnswer& answer = answers[i];
    const RequestSample again =
        ask_once(server, answer.prompt, ChatOptions::Streaming::yes, ChatOptions::Logprobs::no, interrupt);
    if (!same_answer(again, answer.streamed)) {
      answer.usable = false;
      answer.streamed.protocol_faults.push_back("not reproducible: the same prompt asked again has another answer");
    }
  }
}

bool can_rescore(const Reference& reference) {
  return reference.has_logprobs && std::any_of(reference.answers.begin(), reference.answers.end(),
                                               [](const ReferenceAnswer& answer) { return !answer.prompt_tokens.empty(); });
}

double differing_share(const ChatTarget& variant, const Reference& reference, const InterruptFlag& interrupt) {
  int asked = 0;
  int different = 0;
  for (const ReferenceAnswer& answer : reference.answers) {
    if (asked >= variant_prompts) break;
    if (!answer.usable || !answer.prompt.tools_json.empty() || is_continuation(answer.prompt)) continue;
    ++asked;
    const RequestSample again =
        ask_once(variant, answer.prompt, ChatOptions::Streaming::yes, ChatOptions::Logprobs::no, interrupt);
    different += same_answer(again, answer.streamed) ? 0 : 1;
  }
  return asked == 0 ? 0 : static_cast<double>(different) / asked;
}

double measured_tie_margin(const ChatTarget& server, const std::vector<ReferenceAnswer>& answers,
                           const InterruptFlag& interrupt) {
  double worst = 0;
  std::size_t positions = 0;
  for (const ReferenceAnswer& answer : answers) {
    if (answer.prompt_tokens.empty() || !answer.prompt.tools_json.empty()) continue;
    std::vector<std::int64_t> tokens = answer.prompt_tokens;
    for (const TokenRecord& token : answer.plain.tokens) {
      if (positions >= noise_positions) break;
      const TokenRecord again = next_token(server, tokens, thresholds::alternatives, interrupt);
      if (!again.top.empty() && !token.top.empty() && again.top.front().id == token.top.front().id)
        worst = std::max(worst, std::abs(again.top.front().logprob - token.top.front().logprob));
      tokens.push_back(token.id);
      ++positions;
    }
  }
  return std::clamp(2 * worst, thresholds::tie_floor, thresholds::tie_cap);
}

std::optional<std::string> unsound_reason(const Reference& reference) {
  for (const Finding& finding : reference.summary.findings) {
    if (finding.fatal) return finding.text;
  }
  int texts = 0;
  std::int64_t tokens = 0;
  for (const ReferenceAnswer& answer : reference.answers) {
    if (!answer.usable || !answer.prompt.tools_json.empty()) continue;
    ++texts;
    tokens += answer.plain.usage.completion_tokens.value_or(0);
  }
  if (texts >= thresholds::text_prompts_least && tokens >= thresholds::tokens_least) return std::nullopt;
  return "only " + std::to_string(texts) + " text prompts with " + std::to_string(tokens) +
         " tokens are answered soundly by plain greedy decoding; at least " + std::to_string(thresholds::text_prompts_least) +
         " prompts and " + std::to_string(thresholds::tokens_least) + " tokens are needed to verify anything";
}

}  // namespace sweetspot
