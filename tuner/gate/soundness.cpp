#include "core/decode_rate.hpp"
#include "core/text.hpp"
#include "gate/alignment.hpp"
#include "gate/answer_format.hpp"
#include "gate/check.hpp"
#include "gate/depth_prompts.hpp"
#include "gate/detectors.hpp"
#include "gate/reference.hpp"
#include "gate/stop_texts.hpp"
#include "gate/thresholds.hpp"
#include "gate/tool_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

// G1: is the engine with this model sound as it comes? Absolute checks on plain greedy decoding, before any flag.

namespace sweetspot {
namespace {

constexpr int stream_differs_fatal = 2;  ///< prompts; one alone may be a near tie
constexpr int counts_differ_fatal = 2;
constexpr double share_fatal = 0.25;  ///< of the text prompts: empty, leaking, or left in the reasoning channel

/// What is the model's own weakness and no finding: the prompt is dropped and listed, nothing more.
constexpr std::array of_the_model = {"tools_not_answered", "lost_in_long_prompts", "undecided_call", "repeats_itself",
                                     "broken_characters",  "cut_while_thinking",   "stopped_at_once"};

struct Fault {
  std::string code;
  std::string text;
  std::string expected;
  std::string observed;
};

std::optional<Fault> stream_fault(const ReferenceAnswer& answer) {
  const RequestSample& streamed = answer.streamed;
  const RequestSample& plain = answer.plain;
  const char* what = "text streamed differs from text not streamed";
  if (streamed.text != plain.text) return Fault{"stream_differs", what, plain.text, streamed.text};
  if (streamed.reasoning != plain.reasoning) return Fault{"stream_differs", what, plain.reasoning, streamed.reasoning};
  if (!same_calls(streamed, plain))
    return Fault{"stream_differs", "tool calls streamed differ from those not streamed", calls_text(plain), calls_text(streamed)};
  return std::nullopt;
}

std::optional<Fault> count_fault(const ReferenceAnswer& answer) {
  const auto streamed = answer.streamed.usage.completion_tokens;
  const auto plain = answer.plain.usage.completion_tokens;
  if (!streamed || !plain) return Fault{"no_counts", "the server gives no token counts", "usage.completion_tokens", "nothing"};
  const auto listed = static_cast<std::int64_t>(answer.plain.tokens.size());
  // The tokens of a stop text may be counted and not listed.
  const bool may_list_fewer = !is_ascii(whole_text(answer.plain)) || !stop_texts(answer.prompt).empty();
  const bool list_fits = listed == 0 || std::abs(*plain - listed) <= 1 || (may_list_fewer && listed < *plain);
  const bool disagrees = *streamed != *plain || !list_fits;
  if (!disagrees) return std::nullopt;
  return Fault{"counts_differ", "token counts disagree for the same text",
               std::to_string(listed > 0 ? listed : *plain) + " tokens",
               std::to_string(*streamed) + " streamed, " + std::to_string(*plain) + " not streamed"};
}

std::optional<Fault> emptiness(const RequestSample& sample) {
  if (!sample.text.empty() || !sample.calls.empty()) return std::nullopt;
  if (sample.reasoning.empty()) return Fault{"empty_answers", "the answer is empty", "text", "nothing"};
  if (sample.finish_reason == "length") return Fault{"cut_while_thinking", "cut while still thinking", "", sample.reasoning};
  return Fault{"answer_in_reasoning", "the answer is left in the reasoning channel", "text", sample.reasoning};
}

/// The answer does not end where a stop text ends it, or ends before it begins: nothing that other prompts need.
std::optional<Fault> stop_fault(const ReferenceAnswer& answer) {
  if (stop_texts(answer.prompt).empty()) return std::nullopt;
  for (const RequestSample* sample : {&answer.streamed, &answer.plain}) {
    if (const std::string stop = overlooked_stop(answer.prompt, sample->text); !stop.empty())
      return Fault{"stop_overlooked", "the text goes on where \"" + stop + "\" was to stop it", "", sample->text};
  }
  if (answer.streamed.text.empty() && answer.streamed.calls.empty())
    return Fault{"stopped_at_once", "a stop text came before the answer", "", ""};
  if (auto fault = stream_fault(answer)) return Fault{"stop_differs", fault->text, fault->expected, fault->observed};
  return std::nullopt;
}

/// A near tie inside a call: honest rounding may change a value there, so that a changed value says nothing.
std::optional<Fault> undecided_call(const ReferenceAnswer& answer, double tie_margin) {
  for (std::size_t i = first_call_token(answer.plain); i < answer.plain.tokens.size(); ++i) {
    const auto& top = answer.plain.tokens[i].top;
    if (top.size() > 1 && top[0].logprob - top[1].logprob <= tie_margin)
      return Fault{"undecided_call", "the model itself is undecided within the call", "", ""};
  }
  return std::nullopt;
}

/// The first thing that makes the answer useless as a reference.
std::optional<Fault> fault_of(const ReferenceAnswer& answer, double tie_margin) {
  for (const RequestSample* sample : {&answer.streamed, &answer.plain}) {
    if (sample->http_status != 200 || !sample->error_body.empty())
      return Fault{"refused", "HTTP " + std::to_string(sample->http_status), "an answer", sample->error_body};
    if (!sample->protocol_faults.empty()) return Fault{"protocol", sample->protocol_faults.front(), "", ""};
  }
  if (auto fault = stop_fault(answer)) return fault;
  if (auto fault = stream_fault(answer)) return fault;
  if (auto fault = count_fault(answer)) return fault;
  if (auto fault = emptiness(answer.streamed)) return fault;
  for (const RequestSample* sample : {&answer.streamed, &answer.plain}) {
    if (const auto fault = format_fault(answer.prompt, *sample)) return Fault{"form_ignored", *fault, "", sample->text};
  }
  if (const std::string leak = leaked_markup(answer.prompt, answer.streamed.text, "");
      !leak.empty() && answer.prompt.tools_json.empty())
    return Fault{"markup_leaks", "control text " + leak + " in the answer", "", answer.streamed.text};
  if (count_replacement_characters(whole_text(answer.streamed)) > 0 || !valid_utf8(whole_text(answer.streamed)))
    return Fault{"broken_characters", "the model writes broken characters", "", answer.streamed.text};
  if (!answer.prompt.tools_json.empty()) {
    for (const RequestSample* sample : {&answer.streamed, &answer.plain}) {
      if (const auto faults = tool_faults(answer.prompt, *sample); !faults.empty())
        return Fault{"tool_calls_malformed", faults.front(), "", calls_text(*sample) + sample->text};
    }
    if (const auto wrong = expectation_fault(answer.prompt, answer.streamed)) return Fault{"tools_not_answered", *wrong, "", ""};
    if (auto fault = undecided_call(answer, tie_margin)) return fault;
  } else if (loops(answer.streamed.text)) {
    return Fault{"repeats_itself", "repeats itself until it is cut", "", ""};
  }
  return std::nullopt;
}

/// What the model cannot find there itself proves nothing of a cache that forgets (G11); its text is compared all the same.
std::optional<Fault> lost_far_back(const ReferenceAnswer& answer) {
  if (!is_deep(answer.prompt) || !answer.prompt.tools_json.empty()) return std::nullopt;
  const auto wrong = expectation_fault(answer.prompt, answer.streamed);
  if (!wrong) return std::nullopt;
  return Fault{"lost_in_long_prompts", "in a long prompt, plain decoding: " + *wrong, "", answer.streamed.text};
}

struct Count {
  int prompts = 0;
  Fault first;
  std::string prompt_id;
};

bool is_fatal(const std::string& code, int count, int texts) {
  if (code == "stream_differs") return count >= stream_differs_fatal;
  if (code == "counts_differ" || code == "no_counts") return count >= counts_differ_fatal;
  const bool by_share = code == "empty_answers" || code == "markup_leaks" || code == "answer_in_reasoning";
  return by_share && count >= std::max(2.0, share_fatal * texts);
}

std::vector<Finding> findings_of(const std::map<std::string, Count>& counts, int texts, ChatTemplate chat_template) {
  std::vector<Finding> findings;
  if (chat_template == ChatTemplate::missing) {
    findings.push_back({"no_chat_template",
                        "the model has no chat template: the server makes one up, and answers may be worse than the model can do",
                        std::nullopt, false});
  }
  for (const auto& [code, count] : counts) {
    if (std::find(of_the_model.begin(), of_the_model.end(), code) != of_the_model.end()) continue;
    Finding finding;
    finding.code = code;
    finding.fatal = is_fatal(code, count.prompts, texts);
    finding.text = count.first.text + " (" + std::to_string(count.prompts) +
                   (count.prompts == 1 ? " prompt, " : " prompts, first ") + count.prompt_id + ")";
    if (!count.first.expected.empty() || !count.first.observed.empty())
      finding.evidence = excerpt(count.prompt_id, count.first.expected, count.first.observed, count.first.text);
    findings.push_back(finding);
  }
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) { return a.fatal > b.fatal; });
  return findings;
}

double share_of_near_ties(const std::vector<ReferenceAnswer>& answers, double tie_margin) {
  std::int64_t positions = 0;
  std::int64_t near = 0;
  for (const ReferenceAnswer& answer : answers) {
    for (const TokenRecord& token : answer.plain.tokens) {
      if (token.top.size() < 2) continue;
      ++positions;
      if (token.top[0].logprob - token.top[1].logprob <= tie_margin) ++near;
    }
  }
  return positions == 0 ? 0 : static_cast<double>(near) / static_cast<double>(positions);
}

double median_rate(const std::vector<ReferenceAnswer>& answers) {
  std::vector<double> rates;
  for (const ReferenceAnswer& answer : answers) {
    if (const auto rate = decode_rate(answer.streamed)) rates.push_back(*rate);
  }
  if (rates.empty()) return 0;
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

}  // namespace

Reference qualified(std::vector<ReferenceAnswer> answers, const std::string& key, double tie_margin, ChatTemplate chat_template) {
  Reference reference;
  reference.key = key;
  reference.tie_margin = tie_margin;
  reference.summary.prompts = static_cast<int>(answers.size());
  std::map<std::string, Count> counts;
  std::map<std::string, std::pair<int, int>> usable_of_class;  // usable, all
  int texts = 0;
  for (ReferenceAnswer& answer : answers) {
    if (answer.prompt.tools_json.empty()) ++texts;
    auto& [usable, all] = usable_of_class[answer.prompt.prompt_class];
    ++all;
    const auto count = [&](const Fault& fault) {
      Count& of_code = counts[fault.code];
      if (of_code.prompts++ == 0) {
        of_code.first = fault;
        of_code.prompt_id = answer.prompt.id;
      }
    };
    if (const auto fault = fault_of(answer, tie_margin)) {
      answer.usable = false;
      count(*fault);
      reference.summary.dropped.push_back({answer.prompt.id, fault->text});
      continue;
    }
    if (const auto lost = lost_far_back(answer)) {
      count(*lost);
      reference.summary.dropped.push_back({answer.prompt.id, lost->text + " (its text is compared)"});
    } else {
      ++usable;
    }
    reference.summary.tokens += answer.plain.usage.completion_tokens.value_or(0);
    if (!answer.plain.tokens.empty()) reference.has_logprobs = true;
  }
  for (const auto& [name, share] : usable_of_class) {
    if (share.first < thresholds::class_share_least * share.second || share.first == 0)
      reference.summary.not_verified.push_back(name);
  }
  reference.summary.findings = findings_of(counts, texts, chat_template);
  reference.near_tie_share = share_of_near_ties(answers, tie_margin);
  reference.decode_tokens_per_second = median_rate(answers);
  reference.answers = std::move(answers);
  return reference;
}

}  // namespace sweetspot
