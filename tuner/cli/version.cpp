#include "cli/version.hpp"

#include "run/machine.hpp"

#include <fmt/format.h>
#include <boost/version.hpp>

namespace sweetspot {

namespace {

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}", __clang_version__);
#elif defined(__GNUC__)
  return fmt::format("g++ {}", __VERSION__);
#else
  return "unknown compiler";
#endif
}

}  // namespace

std::string version_number() { return SWEETSPOT_VERSION; }

std::string version_text() {
  const auto machine = probe_machine();
  return fmt::format("sweetspot {}\ncompiler: {}\nBoost: {}.{}.{}\nsystem: {}, {}\n", version_number(), compiler(),
                     BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100, machine.os, machine.kernel);
}

}  // namespace sweetspot
