#pragma once

#include <nlohmann/json.hpp>

namespace sweetspot::standin {

/// Keeps the order of the real server's fields.
using Json = nlohmann::ordered_json;

/// What a chunk of a stream adds to its answer, or null.
inline Json* delta_of(Json& chunk) {
  if (!chunk.contains("choices") || chunk["choices"].empty() || !chunk["choices"][0].contains("delta")) return nullptr;
  return &chunk["choices"][0]["delta"];
}

}  // namespace sweetspot::standin
