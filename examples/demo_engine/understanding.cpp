#include "demo_engine/answers.hpp"
#include "demo_engine/wording.hpp"

namespace demo {
namespace {

std::string_view last_request(const Conversation& conversation) {
  for (auto turn = conversation.turns.rbegin(); turn != conversation.turns.rend(); ++turn) {
    if (turn->role == "user") return without_ticket(turn->text);
  }
  return {};
}

Answer answer_to(const Conversation& conversation, std::string_view request) {
  if (!conversation.turns.empty() && conversation.turns.back().role == "tool") return after_tools(conversation);
  if (auto answer = tool_answer(conversation, request)) return *answer;
  if (auto answer = looked_up(conversation, request)) return *answer;
  if (auto answer = copied(request)) return *answer;
  if (auto answer = reshaped(request)) return *answer;
  if (auto answer = computed(request)) return *answer;
  if (auto answer = known_fact(request)) return *answer;
  if (auto answer = about_the_text(conversation, request)) return *answer;
  if (auto answer = programmed(request)) return *answer;
  return written(request);
}

}  // namespace

Answer understand(const Conversation& conversation) {
  const std::string_view request = last_request(conversation);
  Answer answer = answer_to(conversation, request);
  if (conversation.thinking) {
    Stage thoughts = said(thoughts_on(conversation, request, answer) + "\n");
    thoughts.wordings.front().push_back({"</think>", Firmness::code, true});
    thoughts.wordings.front().push_back({"\n\n", Firmness::code, false});
    answer.stages.insert(answer.stages.begin(), std::move(thoughts));
  }
  return answer;
}

}  // namespace demo
