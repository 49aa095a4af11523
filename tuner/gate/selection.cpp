#include "gate/prompt_set.hpp"
#include "gate/reference.hpp"

#include <map>

namespace sweetspot {
namespace {

/// How many prompts of a class the quick tier asks: few of each, and most of those that show unverified drafts (open
/// prose) and lost tool calls.
int quick_share(const std::string& prompt_class) {
  static const std::map<std::string, int> share = {{"code", 2},  {"prose", 4},     {"short", 1},        {"json", 1},
                                                   {"tools", 6}, {"chat", 1},      {"multilingual", 1}, {"copy", 1},
                                                   {"long", 0},  {"reasoning", 1}, {workload_class, 4}};
  const auto found = share.find(prompt_class);
  return found == share.end() ? 1 : found->second;
}

constexpr int spare_of_class = 1;  ///< the reference will fail some: they are dropped
constexpr int spare_tools = 3;

}  // namespace

std::vector<Prompt> quick_prompts(const std::vector<Prompt>& prompts) {
  std::vector<Prompt> chosen;
  std::map<std::string, int> taken;
  for (const Prompt& prompt : prompts) {
    const int share = quick_share(prompt.prompt_class);
    const int spare = prompt.tools_json.empty() ? spare_of_class : spare_tools;
    if (share > 0 && ++taken[prompt.prompt_class] <= share + spare) chosen.push_back(prompt);
  }
  return chosen;
}

std::vector<std::size_t> selection(const Reference& reference, Tier tier) {
  std::vector<std::size_t> chosen;
  std::map<std::string, int> taken;
  for (std::size_t i = 0; i < reference.answers.size(); ++i) {
    const ReferenceAnswer& answer = reference.answers[i];
    if (!answer.usable) continue;
    if (is_continuation(answer.prompt)) {  // goes with its opening, which comes right before it
      if (i > 0 && !chosen.empty() && chosen.back() == i - 1) chosen.push_back(i);
      continue;
    }
    if (tier == Tier::quick && ++taken[answer.prompt.prompt_class] > quick_share(answer.prompt.prompt_class)) continue;
    chosen.push_back(i);
  }
  return chosen;
}

}  // namespace sweetspot
