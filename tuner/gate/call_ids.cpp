#include "gate/call_ids.hpp"

#include <fmt/format.h>

#include <map>
#include <string>

namespace sweetspot {
namespace {

constexpr std::size_t ids_enough = 4;  ///< of the reference, all different, before a repetition means anything

struct Seen {
  std::map<std::string, std::string> prompt_of;  ///< by id
  std::optional<Evidence> repeated;

  void add(const std::string& prompt_id, const RequestSample& sample) {
    for (const ToolCall& call : sample.calls) {
      if (call.id.empty()) continue;
      const auto [known, fresh] = prompt_of.try_emplace(call.id, prompt_id);
      if (fresh || repeated) continue;
      repeated = Evidence{prompt_id, "an id of its own", call.id,
                          fmt::format("the id \"{}\" is that of a call in the answer to {}", call.id, known->second)};
    }
  }
};

}  // namespace

std::optional<Evidence> repeated_call_id(const Reference& reference, const Interview& interview) {
  Seen known;
  for (const ReferenceAnswer& answer : reference.answers) {
    known.add(answer.prompt.id, answer.streamed);
    known.add(answer.prompt.id, answer.plain);
  }
  if (known.repeated || known.prompt_of.size() < ids_enough) return std::nullopt;
  Seen seen;
  const auto add = [&](const CandidateAnswer& answer) {
    const std::string& id = reference.answers[answer.reference_index].prompt.id;
    seen.add(id, answer.streamed);
    if (answer.plain) seen.add(id, *answer.plain);
  };
  for (const CandidateAnswer& answer : interview.answers) add(answer);
  for (const StateAnswer& again : interview.state) add(again.answer);
  return seen.repeated;
}

}  // namespace sweetspot
