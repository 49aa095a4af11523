#pragma once

#include "backends/descriptor.hpp"
#include "backends/embedded.hpp"
#include "backends/probe.hpp"

#include <fstream>
#include <iterator>
#include <string>

/// The built-in engine, probed with one of the help texts in tests/backends/help.
namespace sweetspot::test {

inline EngineDescriptor llama_server() { return read_descriptor(std::string(embedded::llama_server_json), "built in"); }

inline std::string help_fixture(const std::string& name) {
  std::ifstream in(std::string(SWEETSPOT_SOURCE_DIR) + "/tests/backends/help/" + name + ".txt", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline EngineProbe probed(const std::string& fixture) {
  const std::string version = fixture == "new"      ? "version: 0.7.0 (build 11669, commit Debian)\nbuilt with GNU\n"
                              : fixture == "middle" ? "version: 8064 (3f545be)\n"
                                                    : "load_backend: loaded CPU\nversion: 5882 (d5fb104)\n";
  return probe_from_texts(llama_server(), version, help_fixture(fixture));
}

}  // namespace sweetspot::test
