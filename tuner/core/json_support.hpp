#pragma once

#include "core/json.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// For the files that turn nouns into JSON, and nobody else.
namespace sweetspot {

// The parts of the nouns in json.hpp; here because nlohmann's library finds them only by their argument's namespace.
void to_json(nlohmann::ordered_json& json, const Quality& quality);
void from_json(const nlohmann::ordered_json& json, Quality& quality);
void to_json(nlohmann::ordered_json& json, const Divergence& divergence);
void from_json(const nlohmann::ordered_json& json, Divergence& divergence);
void to_json(nlohmann::ordered_json& json, const CheckResult& check);
void from_json(const nlohmann::ordered_json& json, CheckResult& check);
void to_json(nlohmann::ordered_json& json, const ToolCall& call);
void from_json(const nlohmann::ordered_json& json, ToolCall& call);
void to_json(nlohmann::ordered_json& json, const TokenAlternative& alternative);
void from_json(const nlohmann::ordered_json& json, TokenAlternative& alternative);
void to_json(nlohmann::ordered_json& json, const TokenRecord& token);
void from_json(const nlohmann::ordered_json& json, TokenRecord& token);
void to_json(nlohmann::ordered_json& json, const Usage& usage);
void from_json(const nlohmann::ordered_json& json, Usage& usage);
void to_json(nlohmann::ordered_json& json, const ServerTimings& timings);
void from_json(const nlohmann::ordered_json& json, ServerTimings& timings);
void to_json(nlohmann::ordered_json& json, const ChunkArrival& chunk);
void from_json(const nlohmann::ordered_json& json, ChunkArrival& chunk);
void to_json(nlohmann::ordered_json& json, const DepthMeasurement& row);
void from_json(const nlohmann::ordered_json& json, DepthMeasurement& row);
void to_json(nlohmann::ordered_json& json, const TurnMeasurement& row);
void from_json(const nlohmann::ordered_json& json, TurnMeasurement& row);
void to_json(nlohmann::ordered_json& json, const ConcurrencyMeasurement& crowd);
void from_json(const nlohmann::ordered_json& json, ConcurrencyMeasurement& crowd);
void to_json(nlohmann::ordered_json& json, const ClassMeasurement& measurement);
void from_json(const nlohmann::ordered_json& json, ClassMeasurement& measurement);
void to_json(nlohmann::ordered_json& json, const DroppedPrompt& dropped);
void from_json(const nlohmann::ordered_json& json, DroppedPrompt& dropped);
void to_json(nlohmann::ordered_json& json, const Finding& finding);
void from_json(const nlohmann::ordered_json& json, Finding& finding);
void to_json(nlohmann::ordered_json& json, const Target& target);
void from_json(const nlohmann::ordered_json& json, Target& target);

}  // namespace sweetspot

namespace sweetspot::json_support {

using Json = nlohmann::ordered_json;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// An absent field keeps its default, so that files of older versions stay readable.
template <typename T>
void read(const Json& json, const char* name, T& field) {
  const auto found = json.find(name);
  if (found != json.end()) found->get_to(field);
}

/// JSON has no infinity and no NaN: they are written as null.
inline void read(const Json& json, const char* name, double& field) {
  const auto found = json.find(name);
  if (found != json.end()) field = found->is_null() ? std::numeric_limits<double>::quiet_NaN() : found->get<double>();
}

template <typename T>
void read(const Json& json, const char* name, std::optional<T>& field) {
  const auto found = json.find(name);
  if (found == json.end() || found->is_null()) {
    field.reset();
  } else {
    field = found->get<T>();
  }
}

/// Bytes that may end within a character (a token, a stream cut short): text where it is UTF-8, else {"bytes": [..]}.
Json bytes_to_json(const std::string& bytes);
void read_bytes(const Json& json, const char* name, std::string& field);

/// Throws nlohmann's type_error when `json` is no object: find() on an array would quietly see nothing.
void expect_object(const Json& json, const char* what);

}  // namespace sweetspot::json_support
