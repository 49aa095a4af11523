#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// A tool call that is right for a prompt. `arguments_json` is compared as JSON, values byte for byte, key order free.
struct ExpectedCall {
  std::string name;
  std::string arguments_json;
  bool operator==(const ExpectedCall&) const = default;
};

/// What a right answer holds, where that is known.
struct Expectation {
  std::vector<std::string> contains;  ///< every one must be in the text (case-sensitive)
  std::vector<ExpectedCall> calls;    ///< the multiset of calls
  bool no_calls = false;              ///< tools are offered and none is needed
  bool json = false;                  ///< the text is one JSON document
  bool operator==(const Expectation&) const = default;
};

/// One request: what is asked, without sampler, streaming and model name, which the sender adds.
struct Prompt {
  std::string id;  ///< "code-07"; unique in its set
  std::string
      prompt_class;  ///< code, prose, short, json, tools, chat, multilingual, reasoning, copy, stop, form, long; depth, workload
  std::string messages_json;  ///< array of OpenAI chat messages
  std::string tools_json;     ///< array of OpenAI tools; empty: none offered
  std::string extra_json;     ///< further request fields (tool_choice, ...); empty: none
  std::string follow_up;  ///< the user's next turn after the answer: a conversation continued on its cached prefix; may be empty
  int max_tokens = 320;
  Expectation expect;
  std::string turn_of;  ///< id of the prompt that opens the conversation of which this is a later turn; empty: it opens one
  bool operator==(const Prompt&) const = default;
};

}  // namespace sweetspot
