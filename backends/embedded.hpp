#pragma once

#include <string_view>
#include <vector>

/// Texts compiled into the program from backends/catalog/.
namespace sweetspot::embedded {

extern const std::string_view llama_server_json;
extern const std::string_view demo_engine_json;
extern const std::string_view descriptor_schema_json;

/// Every engine's descriptor, in the order in which engines are looked for.
std::vector<std::string_view> engines();

}  // namespace sweetspot::embedded
