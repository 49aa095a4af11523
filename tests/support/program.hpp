#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

/// The whole program as a user starts it, with a store, a cache and outputs of this test run.
namespace sweetspot::testing {

namespace fs = std::filesystem;

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

/// Store, cache and outputs of this run; gone with it.
struct Scratch {
  fs::path path = fs::temp_directory_path() / ("sweetspot-test-" + std::to_string(::getpid()));
  Scratch() { fs::create_directories(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

inline fs::path scratch() {
  static const Scratch folder;
  return folder.path;
}

inline std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs sweetspot with a store and a cache of its own.
inline Outcome sweetspot_run(const std::string& arguments, const std::string& environment = "") {
  const fs::path out = scratch() / "out";
  const fs::path err = scratch() / "err";
  const std::string line = "XDG_STATE_HOME=" + scratch().string() + " XDG_CACHE_HOME=" + scratch().string() +
                           " XDG_CONFIG_HOME=" + scratch().string() + " " + environment + " '" SWEETSPOT_BINARY "' " + arguments +
                           " >" + out.string() + " 2>" + err.string();
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content(out), content(err)};
}

}  // namespace sweetspot::testing
