#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace sweetspot::fixture {

/// The golden file's text; with SWEETSPOT_UPDATE_GOLDENS=1 in the environment `actual` is written there first:
///   SWEETSPOT_UPDATE_GOLDENS=1 ctest --test-dir build/dev -R golden
inline std::string golden(const std::string& name, const std::string& actual) {
  const std::string path = std::string{SWEETSPOT_SOURCE_DIR} + "/tests/goldens/" + name;
  const char* update = std::getenv("SWEETSPOT_UPDATE_GOLDENS");
  if (update && std::string{update} == "1") std::ofstream{path, std::ios::binary} << actual;
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

}  // namespace sweetspot::fixture
