#include "cli/cli.hpp"
#include "cli/exit_code.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"

#define BOOST_DLL_USE_STD_FS  // or the program needs Boost.Filesystem's library for one path
#include <boost/dll/runtime_symbol_info.hpp>

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <string>

extern char** environ;

int main(int argc, char** argv) {
  using namespace sweetspot;
  const SignalFlag interrupt;
  Environment environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string::npos) environment.variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  boost::dll::fs::error_code unknown;
  environment.program_folder = boost::dll::program_location(unknown).parent_path().string();
  if (environment.variable("HOME").empty()) {
    const passwd* user = getpwuid(getuid());
    if (user != nullptr && user->pw_dir != nullptr) environment.variables["HOME"] = user->pw_dir;
  }
  environment.program_folders = {"/opt/homebrew/bin", "/usr/local/bin"};
  environment.application_folders = {"/Applications"};
  environment.stdin_is_terminal = isatty(STDIN_FILENO) == 1;
  environment.stdout_is_terminal = isatty(STDOUT_FILENO) == 1;
  environment.stderr_is_terminal = isatty(STDERR_FILENO) == 1;
  environment.in = &std::cin;
  environment.interrupt = &interrupt;

  DescriptorBuffer buffer{STDOUT_FILENO};
  std::ostream out{&buffer};
  const int code = run_cli(argc, argv, out, std::cerr, environment);
  out.flush();
  // A reader that has seen enough (| head) is no error; a full disk is.
  if (buffer.error() == 0 || buffer.error() == EPIPE) return code;
  std::cerr << "sweetspot: error: cannot write the result: " << std::strerror(buffer.error())
            << "\nhint: choose another place with --output\n";
  return exit_usage;
}
