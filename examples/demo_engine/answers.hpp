#pragma once

#include "demo_engine/answer.hpp"
#include "demo_engine/conversation.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace demo {

/// What the model means to answer to the conversation's last turn, whatever that is.
Answer understand(const Conversation& conversation);

/// Each of these knows one sort of request, and says nothing to others. `request` is the last user turn.
std::optional<Answer> looked_up(const Conversation& conversation, std::string_view request);       ///< "the code of X is Y"
std::optional<Answer> copied(std::string_view request);                                            ///< repeat, rename
std::optional<Answer> reshaped(std::string_view request);                                          ///< CSV, JSON, tables
std::optional<Answer> computed(std::string_view request);                                          ///< sums, word problems
std::optional<Answer> known_fact(std::string_view request);                                        ///< capitals, greetings
std::optional<Answer> programmed(std::string_view request);                                        ///< functions and classes
std::optional<Answer> about_the_text(const Conversation& conversation, std::string_view request);  ///< of an earlier turn
Answer written(std::string_view request);  ///< stories, poems, explanations: an answer to anything
Answer after_tools(const Conversation& conversation);

/// Calls, or nothing when none is needed.
std::optional<Answer> tool_answer(const Conversation& conversation, std::string_view request);

/// What is thought before the answer.
std::string thoughts_on(const Conversation& conversation, std::string_view request, const Answer& answer);

}  // namespace demo
