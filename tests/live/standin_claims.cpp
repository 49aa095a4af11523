#include "live/standin_claims.hpp"

#include "live/standin_json.hpp"

#include <array>
#include <string>

namespace sweetspot::standin {

namespace {

constexpr int late_request = 60;

enum class Where { everywhere, streams };

/// Told `instead` of `reason`, from this chat request on.
struct FinishLie {
  std::string_view fault;
  Where where;
  int from_request;
  std::string_view reason;
  std::string_view instead;
};

constexpr std::array finish_lies{
    FinishLie{"finish_length_as_stop", Where::everywhere, 1, "length", "stop"},
    FinishLie{"finish_content_filter", Where::everywhere, 1, "stop", "content_filter"},
    FinishLie{"late_finish", Where::streams, late_request, "stop", "length"},
};

/// Told `times` the count and `more`, in every answer or in those of which the end is told otherwise.
struct CountLie {
  enum class Answers { every, ended_otherwise };
  std::string_view fault;
  Where where;
  int from_request;
  std::string_view count;
  int times;
  int more;
  Answers answers = Answers::every;
};

constexpr std::array count_lies{
    CountLie{"usage_double", Where::streams, 1, "completion_tokens", 2, 0},
    CountLie{"usage_zero", Where::streams, 1, "completion_tokens", 0, 0},
    CountLie{"late_usage", Where::streams, late_request, "prompt_tokens", 1, 7},
    // As if the token that ended the answer were one of its text.
    CountLie{"late_finish", Where::streams, late_request, "completion_tokens", 1, 1, CountLie::Answers::ended_otherwise},
};

template <typename Lie>
bool is_meant(const Lie& lie, std::string_view fault, int request, Form form) {
  return lie.fault == fault && request >= lie.from_request && (form == Form::streamed || lie.where == Where::everywhere);
}

}  // namespace

void ClaimFault::take(Json& answer) {
  if (answer.contains("choices") && !answer["choices"].empty()) {
    Json& choice = answer["choices"][0];
    const std::string reason =
        choice.contains("finish_reason") && choice["finish_reason"].is_string() ? choice["finish_reason"].get<std::string>() : "";
    for (const FinishLie& lie : finish_lies) {
      if (!is_meant(lie, fault_, request_, form_) || reason != lie.reason) continue;
      choice["finish_reason"] = std::string(lie.instead);
      ends_otherwise_ = true;
    }
  }
  if (answer.contains("usage") && answer["usage"].is_object()) take_usage(answer["usage"]);
}

void ClaimFault::take_usage(Json& usage) const {
  for (const CountLie& lie : count_lies) {
    if (!is_meant(lie, fault_, request_, form_)) continue;
    if (lie.answers == CountLie::Answers::ended_otherwise && !ends_otherwise_) continue;
    usage[std::string(lie.count)] = lie.times * usage.value(std::string(lie.count), 0) + lie.more;
    usage["total_tokens"] = usage.value("prompt_tokens", 0) + usage.value("completion_tokens", 0);
  }
}

}  // namespace sweetspot::standin
