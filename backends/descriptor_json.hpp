#pragma once

#include "core/parameter.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <vector>

/// Parts of a descriptor that follows the schema, as the program's own types.
namespace sweetspot::descriptor_json {

/// Empty for an absent member.
std::string text_of(const nlohmann::json& owner, const char* member);
std::vector<std::string> texts_of(const nlohmann::json& owner, const char* member);
/// An empty object for an absent member.
nlohmann::json part(const nlohmann::json& owner, const char* member);
/// Request fields are kept as the text that is merged into a request; nothing for an absent member.
std::string dumped(const nlohmann::json& owner, const char* member);
Value value_of(const nlohmann::json& value);
/// The JSON pointer of an element.
std::string at(const std::string& pointer, std::size_t index);
Domain domain_of(const nlohmann::json& domain);
Effect effect_of(const std::string& word);

}  // namespace sweetspot::descriptor_json
