#include "benchmarks/python_venv.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace sweetspot::benchmarks {

std::string python_with(const std::string& package) {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::filesystem::path base =
      cache != nullptr ? std::filesystem::path(cache) : std::filesystem::path(home != nullptr ? home : "/tmp") / ".cache";
  const std::string folder = (base / "sweetspot-build" / package).string();
  const std::string python = folder + "/bin/python";
  const std::string made = "{ '" + python + "' -c 'import " + package + "' || { python3 -m venv '" + folder + "' && '" + python +
                           "' -m pip install -q " + package + "; }; } >/dev/null 2>&1";
  return std::system(made.c_str()) == 0 ? python : "";
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; pipe && (got = fread(buffer.data(), 1, buffer.size(), pipe.get())) > 0;)
    text.append(buffer.data(), got);
  return text;
}

}  // namespace sweetspot::benchmarks
