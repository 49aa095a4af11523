#include "run/hearing.hpp"

#include "gate/excuse.hpp"
#include "gate/thresholds.hpp"

namespace sweetspot {
namespace {

bool asks_for_excuse(const Reference& reference, const Verdict& so_far, const Interview& answers) {
  return so_far.outcome == Outcome::broken && may_be_excused(so_far.check) && !perhaps_its_own(reference, answers).empty();
}

bool broken_by_calls(const Verdict& so_far) { return so_far.outcome == Outcome::broken && so_far.check == "G8"; }

}  // namespace

bool undecided(const Reference& reference, const Verdict& so_far, const Interview& answers) {
  return (broken_by_calls(so_far) && !lone_tool_failures(reference, answers).empty()) ||
         asks_for_excuse(reference, so_far, answers);
}

void hear(const ChatTarget& reference_server, const Reference& reference, const Interview& answers, bool lossy,
          const Judging& judge, Verdict& verdict, Hearing& hearing, const InterruptFlag& interrupt) {
  if (asks_for_excuse(reference, verdict, answers)) {
    for (const std::size_t answer : perhaps_its_own(reference, answers)) {
      if (said_by_reference(reference_server, reference, answers.answers[answer], interrupt)) hearing.excused.push_back(answer);
    }
    verdict = judge(hearing);
  }
  if (broken_by_calls(verdict)) {
    for (const std::size_t answer : lone_tool_failures(reference, answers)) {
      const ReferenceAnswer& known = reference.answers[answers.answers[answer].reference_index];
      if (!still_calls(reference_server, known, interrupt)) hearing.excused.push_back(answer);
    }
    verdict = judge(hearing);
  }
  const std::vector<CandidateAnswer> texts = all_answers(answers);
  if ((verdict.outcome != Outcome::broken || lossy) && needs_rescoring(reference, texts)) {
    const int enough = lossy ? thresholds::miscommits_enough_lossy : thresholds::broken_prompts_enough;
    hearing.scores = rescore(reference_server, reference, texts, enough, interrupt);
    verdict = judge(hearing);
  }
}

}  // namespace sweetspot
