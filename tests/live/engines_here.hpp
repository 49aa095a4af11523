#pragma once

#include "support/program.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

/// What the live tests can run against: real engines on PATH and small models for them. What is missing is told in a line.
namespace sweetspot::testing {

inline bool on_path(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

/// SWEETSPOT_TEST_MODELS, else this tree's models, else those beside it.
inline fs::path gguf_model(const std::string& name) {
  const char* folder = std::getenv("SWEETSPOT_TEST_MODELS");
  if (folder != nullptr && fs::exists(fs::path(folder) / name)) return fs::path(folder) / name;
  const fs::path own = fs::path(SWEETSPOT_SOURCE_DIR) / "tests/models" / name;
  return fs::exists(own) ? own : fs::path(SWEETSPOT_SOURCE_DIR) / "../shared/models" / name;
}

inline fs::path mlx_model(const std::string& name) {
  const char* folder = std::getenv("SWEETSPOT_MLX_MODELS");
  return folder == nullptr ? fs::path{} : fs::path(folder) / name;
}

/// Why nothing can run with llama-server; empty when it can.
inline std::string missing_llama() {
  if (!on_path("llama-server")) return "no llama-server on PATH";
  if (!fs::exists(gguf_model("draft-Q8_0.gguf"))) return "no model " + gguf_model("draft-Q8_0.gguf").string();
  return {};
}

/// The same of mlx_lm.server.
inline std::string missing_mlx() {
  if (!on_path("mlx_lm.server")) return "no mlx_lm.server on PATH";
  if (mlx_model("target").empty()) return "SWEETSPOT_MLX_MODELS names no folder with target/ and draft/";
  for (const char* name : {"target", "draft"}) {
    if (!fs::exists(mlx_model(name) / "config.json")) return "no model folder " + mlx_model(name).string();
  }
  return {};
}

/// What cannot run ends with 2, names the value, and says the way out.
inline void check_refused(const std::string& arguments, const std::string& named) {
  const Outcome outcome = sweetspot_run(arguments);
  INFO(arguments << "\n" << outcome.err);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err.find(named) != std::string::npos);
  CHECK(outcome.err.find("hint: ") != std::string::npos);
}

}  // namespace sweetspot::testing

/// Leaves the test case, saying why, where `missing` is a reason.
#define SKIP_WHERE(missing)                              \
  if (const std::string why = (missing); !why.empty()) { \
    MESSAGE("skipped: " << why);                         \
    return;                                              \
  }
