#pragma once

#include <string_view>

/// Texts compiled into the program from backends/catalog/.
namespace sweetspot::embedded {

extern const std::string_view llama_server_json;
extern const std::string_view demo_engine_json;
extern const std::string_view descriptor_schema_json;

}  // namespace sweetspot::embedded
