#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace sweetspot::standin {

/// Keeps the order of the real server's fields.
using Json = nlohmann::ordered_json;

/// Where a message has what the model thought before it spoke.
inline constexpr const char* thoughts_field = "reasoning_content";

/// What a chunk of a stream adds to its answer, or null.
inline Json* delta_of(Json& chunk) {
  if (!chunk.contains("choices") || chunk["choices"].empty() || !chunk["choices"][0].contains("delta")) return nullptr;
  return &chunk["choices"][0]["delta"];
}

/// Whether a message, or what a chunk adds to it, has text in this field.
inline bool has_text(const Json& message, const char* field) {
  return message.contains(field) && message.at(field).is_string() && !message.at(field).get<std::string>().empty();
}

}  // namespace sweetspot::standin
