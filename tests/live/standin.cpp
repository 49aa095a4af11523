// Stands in for llama-server in the live tests: starts the real one, passes everything through, and damages chat answers the
// way real engines were seen to, or might, once a chosen flag is on the command line. Some do nothing that is not legal.
//   STANDIN_REAL     the real server; else the first llama-server on PATH that is not this program
//   STANDIN_FAULT    what goes wrong: with chat answers standin_fault.hpp, around them standin_exchange.hpp, over messages and
//                    responses standin_typed.hpp. A program name standin-FAULT says the same and wins
//   STANDIN_TRIGGER  "--flag value" or "--flag" that must be there; alternatives after "|"; default --ubatch-size 256
//   STANDIN_ALWAYS   1: no trigger needed, the default itself is broken
//   STANDIN_AFTER    content deltas before a fault in the middle (20)
#include "live/standin_exchange.hpp"
#include "live/standin_fault.hpp"
#include "live/standin_proxy.hpp"
#include "live/standin_typed.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace sweetspot::standin;
using Arguments = std::vector<std::string>;

constexpr int default_port = 8080;
constexpr auto slow_start = std::chrono::seconds(5);
constexpr auto own_shutdown = std::chrono::milliseconds(500);

[[noreturn]] void fail(const std::string& message);
std::string variable(const char* name, const std::string& otherwise);
std::string chosen_fault(const std::string& program);
bool triggered(const Arguments& arguments);
std::string real_server(const std::string& program);
int take_port(Arguments& arguments, int replacement);
pid_t start_server(const std::string& program, const Arguments& arguments);
[[noreturn]] void run_server(const std::string& program, Arguments arguments);
void await_listening(pid_t server, int port);
[[noreturn]] void end_like(int status);
[[noreturn]] void await_end(pid_t server, const std::atomic<bool>& killed);

}  // namespace

int main(int argc, char** argv) {
  const std::string program = argv[0];
  Arguments arguments(argv + 1, argv + argc);
  const std::string real = real_server(program);
  const bool asks = std::any_of(arguments.begin(), arguments.end(), [](const std::string& argument) {
    return argument == "--help" || argument == "-h" || argument == "--usage" || argument == "--version";
  });
  if (asks) run_server(real, arguments);

  std::string fault = chosen_fault(program);
  if (variable("STANDIN_ALWAYS", "0") != "1" && !triggered(arguments)) fault = "none";
  const int spare = bound_socket(0);
  const int server_port = port_of(spare);
  const int listener = bound_socket(take_port(arguments, server_port));
  if (listener < 0) fail("the port is taken");
  close(spare);
  signal(SIGPIPE, SIG_IGN);
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int number : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&awaited, number);
  sigprocmask(SIG_BLOCK, &awaited, nullptr);

  if (fault == "slow_start") std::this_thread::sleep_for(slow_start);
  const pid_t server = start_server(real, arguments);
  std::atomic<bool> killed{false};
  std::thread([=, &killed] {
    await_listening(server, server_port);
    listen(listener, 64);
    const auto kill_server = [server, &killed] {
      killed = true;
      kill(server, SIGKILL);
      _exit(3);
    };
    serve({listener, server_port, fault, std::atoi(variable("STANDIN_AFTER", "20").c_str()), kill_server});
  }).detach();
  await_end(server, killed);
}

namespace {

void fail(const std::string& message) {
  std::fprintf(stderr, "standin: %s\n", message.c_str());
  std::exit(1);
}

std::string variable(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

std::string chosen_fault(const std::string& program) {
  const std::string name = std::filesystem::path(program).filename().string();
  constexpr std::string_view prefix = "standin-";
  const std::string fault = name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : variable("STANDIN_FAULT", "none");
  bool known = false;
  for (const auto* names : {&fault_names(), &exchange_fault_names(), &typed_fault_names()})
    known = known || std::find(names->begin(), names->end(), fault) != names->end();
  if (!known) fail("there is no fault \"" + fault + "\"");
  return fault;
}

/// Both spellings count, whichever the trigger names.
bool triggered(const Arguments& arguments) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> spellings{{{"--ubatch-size", "-ub"},
                                                                                    {"--batch-size", "-b"},
                                                                                    {"--threads", "-t"},
                                                                                    {"--cache-type-k", "-ctk"},
                                                                                    {"--cache-type-v", "-ctv"},
                                                                                    {"--flash-attn", "-fa"}}};
  const auto same_flag = [&](const std::string& one, const std::string& other) {
    return one == other || std::any_of(spellings.begin(), spellings.end(), [&](const auto& both) {
             return (one == both.first && other == both.second) || (one == both.second && other == both.first);
           });
  };
  std::istringstream alternatives(variable("STANDIN_TRIGGER", "--ubatch-size 256"));
  for (std::string alternative; std::getline(alternatives, alternative, '|');) {
    std::string flag;
    std::string value;
    std::istringstream(alternative) >> flag >> value;
    std::string joined = flag;
    joined.append("=").append(value);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (arguments[i] == joined) return true;
      if (!same_flag(arguments[i], flag)) continue;
      if (value.empty() || (i + 1 < arguments.size() && arguments[i + 1] == value)) return true;
    }
  }
  return false;
}

std::string real_server(const std::string& program) {
  std::string named = variable("STANDIN_REAL", "");
  if (!named.empty()) return named;
  std::istringstream folders(variable("PATH", "/usr/local/bin:/usr/bin:/bin"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = folder + "/llama-server";
    std::error_code ignored;
    if (access(candidate.c_str(), X_OK) == 0 && !std::filesystem::equivalent(candidate, program, ignored)) return candidate;
  }
  fail("no llama-server on PATH, and STANDIN_REAL is not set");
}

/// The port that was asked for; in the arguments stands the replacement from now on.
int take_port(Arguments& arguments, int replacement) {
  int port = default_port;
  const std::string text = std::to_string(replacement);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--port" && i + 1 < arguments.size()) {
      port = std::atoi(std::exchange(arguments[i + 1], text).c_str());
      return port;
    }
  }
  arguments.insert(arguments.end(), {"--port", text});
  return port;
}

pid_t start_server(const std::string& program, const Arguments& arguments) {
  const pid_t server = fork();
  if (server < 0) fail("fork failed");
  if (server > 0) return server;
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  run_server(program, arguments);
}

void run_server(const std::string& program, Arguments arguments) {
  arguments.insert(arguments.begin(), program);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  std::fprintf(stderr, "standin: cannot start %s\n", program.c_str());
  _exit(127);
}

/// Until the real server takes connections ours are refused, as its own would be.
void await_listening(pid_t server, int port) {
  while (kill(server, 0) == 0) {
    const int socket = connected_socket(port);
    if (socket >= 0) {
      close(socket);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void end_like(int status) {
  if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
  signal(WTERMSIG(status), SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  kill(getpid(), WTERMSIG(status));
  _exit(128 + WTERMSIG(status));
}

/// Ends as the real server ends. A signal to the whole group has reached it already, and a second one would make it abort,
/// so ours is passed on only when it stays.
void await_end(pid_t server, const std::atomic<bool>& killed) {
  sigset_t awaited;
  sigemptyset(&awaited);
  for (const int number : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&awaited, number);
  for (;;) {
    int number = 0;
    int status = 0;
    sigwait(&awaited, &number);
    if (killed) continue;  // our own fault: the thread that did it ends the process
    if (waitpid(server, &status, WNOHANG) == server) end_like(status);
    if (number == SIGCHLD) continue;
    for (auto left = own_shutdown; left.count() > 0; left -= std::chrono::milliseconds(10)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      if (waitpid(server, &status, WNOHANG) == server) end_like(status);
    }
    kill(server, number);
  }
}

}  // namespace
