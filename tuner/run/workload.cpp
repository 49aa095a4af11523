#include "run/workload.hpp"

#include "gate/prompt_set.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace sweetspot {
namespace {

/// Fixed, as in the built-in conversations: every configuration reads the same.
constexpr const char* answer_text = "I have read it.";
constexpr std::array next_turns = {"Sum it up in three sentences.", "Which part of it matters most?"};

std::vector<Prompt> later_turns(const Prompt& opening) {
  std::vector<Prompt> turns;
  RequestSample answer;
  answer.text = answer_text;
  Prompt before = opening;
  for (const char* next_turn : next_turns) {
    before.follow_up = next_turn;
    before = *continued(before, answer);
    before.turn_of = opening.id;
    turns.push_back(before);
  }
  return turns;
}

bool has_class(const std::vector<Prompt>& prompts, const std::string& name) {
  return std::any_of(prompts.begin(), prompts.end(), [&](const Prompt& prompt) { return prompt.prompt_class == name; });
}

}  // namespace

std::vector<Prompt> timed_workload(const std::vector<Prompt>& workload, const Goal& goal) {
  std::vector<Prompt> prompts = workload;
  for (const Prompt& prompt : workload) {
    if (prompt.prompt_class != "long") continue;
    for (Prompt& turn : later_turns(prompt)) prompts.push_back(std::move(turn));
  }
  const bool needs_long = !has_class(workload, "long");  // whatever the goal: how much is asked goes by the speed of reading
  const bool needs_short = goal.cold_short > 0 && !has_class(workload, "short");
  for (Prompt& prompt : timed_prompts()) {
    if ((needs_long && prompt.prompt_class == "long") || (needs_short && prompt.prompt_class == "short"))
      prompts.push_back(std::move(prompt));
  }
  return prompts;
}

}  // namespace sweetspot
