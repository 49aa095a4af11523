#pragma once

#include "demo_engine/language_model.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace demo {

struct Turn {
  std::string role;  ///< system, user, assistant, tool
  std::string text;
};

/// A parameter of a tool, from its JSON schema.
struct Parameter {
  std::string name;
  std::string type;  ///< string, integer, number, boolean, object, array
  std::string description;
  std::vector<std::string> values;    ///< of an enum
  std::vector<Parameter> properties;  ///< of an object
  std::string item_type;              ///< of an array
  bool required = false;
};

struct Tool {
  std::string name;
  std::string description;
  std::vector<Parameter> parameters;
};

/// A prompt as the model understands it.
struct Conversation {
  std::vector<Turn> turns;  ///< up to the answer that is to be given
  std::vector<Tool> tools;
  bool must_call = false;
  bool thinking = false;
};

/// Reads the ChatML turns of the tokens; what is no turn is passed over.
Conversation read_conversation(const Vocabulary& vocabulary, std::span<const Token> tokens);

/// The turns' texts may hold what looks like special tokens: the chat template marks those, the reader takes the mark away.
std::string guarded(std::string_view text);
std::string unguarded(std::string_view text);

}  // namespace demo
