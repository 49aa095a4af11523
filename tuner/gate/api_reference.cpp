#include "gate/api_reference.hpp"

#include "gate/depth_prompts.hpp"
#include "gate/prompt_set.hpp"
#include "gate/tool_check.hpp"

#include <algorithm>
#include <map>

namespace sweetspot {
namespace {

constexpr int damaged_fatal = 2;          ///< prompts; one alone may be the model's own fault
constexpr std::size_t first_tools = 3;    ///< a single call, and several at once
constexpr std::size_t further_tools = 7;  ///< spread over the rest

/// How many prompts of a class of texts. Stop texts have no counterpart in responses, and a workload may say what other APIs do
/// not.
std::size_t share(const std::string& prompt_class) {
  static const std::map<std::string, std::size_t> shares = {{"chat", 3},
                                                            {"multilingual", 2},
                                                            {"copy", 2},
                                                            {"stop", 0},
                                                            {"form", 0},
                                                            {std::string(depth_class), 0},
                                                            {std::string(workload_class), 0}};
  const auto found = shares.find(prompt_class);
  return found == shares.end() ? 1 : found->second;
}

const ReferenceAnswer* answer_to(const Reference& reference, const std::string& prompt_id) {
  const auto found = std::find_if(reference.answers.begin(), reference.answers.end(),
                                  [&](const ReferenceAnswer& answer) { return answer.prompt.id == prompt_id; });
  return found == reference.answers.end() ? nullptr : &*found;
}

bool same_said(const RequestSample& a, const RequestSample& b) {
  return a.text == b.text && a.reasoning == b.reasoning && same_calls(a, b);
}

void take_margins(const Reference& chat, ReferenceAnswer& answer) {
  answer.prompt_tokens.clear();
  const ReferenceAnswer* known = answer_to(chat, answer.prompt.id);
  if (known == nullptr || !same_said(known->plain, answer.plain) ||
      known->plain.usage.prompt_tokens != answer.plain.usage.prompt_tokens ||
      known->plain.usage.completion_tokens != answer.plain.usage.completion_tokens)
    return;
  answer.plain.tokens = known->plain.tokens;
  answer.prompt_tokens = known->prompt_tokens;
}

/// What went wrong on the way and not in the model: the same prompt is answered well over chat.
std::optional<std::string> damage_of(const ReferenceAnswer& answer, const Reference& chat) {
  for (const RequestSample* sample : {&answer.streamed, &answer.plain}) {
    if (sample->http_status == 200 && !sample->protocol_faults.empty()) return sample->protocol_faults.front();
  }
  const ReferenceAnswer* known = answer_to(chat, answer.prompt.id);
  if (known == nullptr || !known->usable) return std::nullopt;
  for (const RequestSample* sample : {&answer.streamed, &answer.plain}) {
    if (sample->http_status != 200) continue;
    if (const auto faults = tool_faults(answer.prompt, *sample); !faults.empty()) return faults.front();
  }
  return std::nullopt;
}

void add_damage(const Reference& chat, Reference& reference) {
  int damaged = 0;
  Finding finding;
  for (const ReferenceAnswer& answer : reference.answers) {
    const auto damage = damage_of(answer, chat);
    if (!damage) continue;
    if (damaged++ > 0) continue;
    finding = {"damaged_answers", *damage + " (" + answer.prompt.id + ")",
               Evidence{answer.prompt.id, "", whole_text(answer.streamed), *damage}, true};
  }
  if (damaged < damaged_fatal) return;
  finding.text += ", and in " + std::to_string(damaged) + " of " + std::to_string(reference.answers.size()) + " prompts";
  reference.summary.findings.insert(reference.summary.findings.begin(), finding);
}

}  // namespace

std::vector<Prompt> api_prompts(const Reference& chat) {
  std::vector<Prompt> sound;
  for (const ReferenceAnswer& answer : chat.answers) {
    if (answer.usable) sound.push_back(answer.prompt);
  }
  return api_prompts(sound);
}

std::vector<Prompt> api_prompts(const std::vector<Prompt>& prompts) {
  std::vector<Prompt> chosen;
  std::vector<Prompt> tools;
  std::map<std::string, std::size_t> taken;
  for (Prompt prompt : prompts) {
    if (is_continuation(prompt)) continue;
    prompt.follow_up.clear();
    if (prompt.prompt_class == "tools") {
      tools.push_back(std::move(prompt));
    } else if (taken[prompt.prompt_class]++ < share(prompt.prompt_class)) {
      chosen.push_back(std::move(prompt));
    }
  }
  const std::size_t head = std::min(first_tools, tools.size());
  chosen.insert(chosen.begin(), tools.begin(), tools.begin() + static_cast<std::ptrdiff_t>(head));
  const std::size_t rest = tools.size() - head;
  const std::size_t further = std::min(further_tools, rest);
  for (std::size_t i = 0; i < further; ++i) chosen.push_back(tools[head + (further == 1 ? 0 : i * (rest - 1) / (further - 1))]);
  return chosen;
}

Reference api_reference(const ChatTarget& server, const Reference& chat, const std::string& key,
                        const ReferenceProgress& progress, const InterruptFlag& interrupt) {
  ReferencePlan plan;
  plan.prompts = api_prompts(chat);
  std::vector<ReferenceAnswer> answers = ask_reference(server, plan, {}, progress, interrupt);
  for (ReferenceAnswer& answer : answers) take_margins(chat, answer);
  Reference reference = qualified(std::move(answers), key, chat.tie_margin, ChatTemplate::present);
  reference.near_tie_share = chat.near_tie_share;
  reference.self_difference = chat.self_difference;
  for (ReferenceAnswer& answer : reference.answers) {
    // A difference from it could be no more than rounding: nothing could be said of it.
    if (!chat.has_logprobs || !answer.usable || !answer.plain.tokens.empty()) continue;
    answer.usable = false;
    reference.summary.dropped.push_back({answer.prompt.id, "answered otherwise than over chat: no margins are known"});
  }
  add_damage(chat, reference);
  return reference;
}

std::optional<std::string> unusable_reason(const Reference& reference) {
  const auto usable = [](const ReferenceAnswer& answer) { return answer.usable; };
  if (std::any_of(reference.answers.begin(), reference.answers.end(), usable)) return std::nullopt;
  const std::string why = reference.summary.dropped.empty() ? "" : ": " + reference.summary.dropped.front().reason;
  return "none of " + std::to_string(reference.answers.size()) + " prompts could be used" + why;
}

void set_aside_known(const Reference& api_reference, const Reference& chat, const Interview& over_chat, Interview& over_api) {
  std::erase_if(over_api.answers, [&](const CandidateAnswer& here) {
    const ReferenceAnswer& reference = api_reference.answers[here.reference_index];
    if (same_said(here.streamed, reference.streamed) && (!here.plain || same_said(*here.plain, reference.plain))) return false;
    const auto there = std::find_if(over_chat.answers.begin(), over_chat.answers.end(), [&](const CandidateAnswer& answer) {
      return chat.answers[answer.reference_index].prompt.id == reference.prompt.id;
    });
    if (there == over_chat.answers.end() || !same_said(here.streamed, there->streamed)) return false;
    if (here.plain && !same_said(*here.plain, there->streamed)) return false;
    const PromptCase prompt_case{reference, here, api_reference.tie_margin};
    return !check_protocol(prompt_case) && !check_conservation(prompt_case) && !check_stream(prompt_case);
  });
}

}  // namespace sweetspot
