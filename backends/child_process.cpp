#include "backends/child_process.hpp"

#include "backends/server_process.hpp"
#include "core/error.hpp"
#include "core/failure.hpp"
#include "core/limits.hpp"

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/process/v2/default_launcher.hpp>
#include <boost/process/v2/process.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

extern char** environ;

namespace sweetspot {

namespace {

// A signal handler may touch lock-free atomics and nothing else, hence a fixed table and no container.
std::array<std::atomic<pid_t>, 64> started_groups{};

void remember_group(pid_t group);
void forget_group(pid_t group) noexcept;
std::vector<std::string> child_environment(const ChildCommand& command, const std::filesystem::path& empty_folder);
pid_t spawn(const ChildCommand& command, const std::vector<std::string>& environment, int log_descriptor);

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::error_code error;
  auto parent = std::filesystem::temp_directory_path(error);
  if (error) parent = "/tmp";
  std::string path = (parent / "sweetspot-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) {
    throw Error{fmt::format("cannot create a temporary folder in {}: {}", parent.string(), std::strerror(errno)),
                "set TMPDIR to a folder that can be written"};
  }
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ChildProcess::ChildProcess(const ChildCommand& command) : log_(limits::log_bytes) {
  const auto environment = child_environment(command, empty_folder_.path());
  process_id_ = spawn(command, environment, log_.descriptor());
  remember_group(process_id_);
}

ChildProcess::~ChildProcess() { stop(limits::stop_grace); }

bool ChildProcess::ended() {
  if (reaped_) return true;
  log_.trim();
  // Looked at without reaping: as long as the leader is not reaped its group's number cannot be given to another.
  siginfo_t info{};
  const int result = waitid(P_PID, static_cast<id_t>(process_id_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (result == 0 && info.si_pid == 0) return false;
  if (result != 0 && errno == EINTR) return false;
  kill_and_reap();
  return true;
}

void ChildProcess::stop(std::chrono::milliseconds grace) {
  if (ended()) return;
  ::kill(-process_id_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + grace;
  auto pause = std::chrono::milliseconds{1};
  while (!ended()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      kill_and_reap();
      return;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds{20});
  }
}

void ChildProcess::kill_and_reap() {
  ::kill(-process_id_, SIGKILL);
  while (waitpid(process_id_, &wait_status_, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  forget_group(process_id_);
  // What the leader left behind holds memory until the kernel has taken it down; the next launch should find it free.
  // Bounded, because in a container nobody may reap it.
  for (int i = 0; i < 40 && ::kill(-process_id_, 0) == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{5});
}

void kill_all_started_groups() noexcept {
  for (auto& slot : started_groups) {
    const pid_t group = slot.load();
    if (group > 0) ::kill(-group, SIGKILL);
  }
}

namespace {

void remember_group(pid_t group) {
  for (auto& slot : started_groups) {
    pid_t empty = 0;
    if (slot.compare_exchange_strong(empty, group)) return;
  }
}

void forget_group(pid_t group) noexcept {
  for (auto& slot : started_groups) {
    pid_t expected = group;
    if (slot.compare_exchange_strong(expected, 0)) return;
  }
}

bool scrubbed(const std::string& name, const ChildCommand& command) {
  if (command.environment.contains(name)) return true;
  return std::any_of(command.scrub_environment.begin(), command.scrub_environment.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

std::vector<std::string> child_environment(const ChildCommand& command, const std::filesystem::path& empty_folder) {
  std::vector<std::string> result;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!scrubbed(text.substr(0, text.find('=')), command)) result.push_back(text);
  }
  constexpr std::string_view placeholder = "{empty_folder}";
  for (const auto& [name, value] : command.environment) {
    std::string filled = value;
    if (const auto at = filled.find(placeholder); at != std::string::npos) {
      filled.replace(at, placeholder.size(), empty_folder.string());
    }
    result.push_back(name);
    result.back().append("=").append(filled);
  }
  return result;
}

/// What Boost.Process is told of the child. Its own initialisers are not used: `process_environment` does not link in
/// 1.81, and none makes a process group.
struct ChildSetup {
  const char* const* environment;
  int null_descriptor;
  int log_descriptor;
  pid_t parent;

  template <typename Launcher, typename Path, typename Argv>
  boost::system::error_code on_setup(Launcher& launcher, const Path&, const Argv&) {
    launcher.env = environment;
    return {};
  }

  /// Runs in the child between fork and exec: only async-signal-safe calls.
  template <typename Launcher, typename Path, typename Argv>
  boost::system::error_code on_exec_setup(Launcher&, const Path&, const Argv&) {
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) signal(number, SIG_DFL);
    dup2(null_descriptor, STDIN_FILENO);
    dup2(log_descriptor, STDOUT_FILENO);
    dup2(log_descriptor, STDERR_FILENO);
#ifdef __linux__
    // If we are killed outright, no destructor stops the server: the kernel does. (The parent may be gone already.)
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(EXIT_FAILURE);
#endif
    return {};
  }
};

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> result;
  result.reserve(texts.size() + 1);
  for (const auto& text : texts) result.push_back(text.c_str());
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void throw_not_started(const std::string& executable, const std::string& reason) {
  throw TrialError{Failure{FailureKind::launch_failed, fmt::format("could not start {}: {}", executable, reason), {}}};
}

pid_t spawn(const ChildCommand& command, const std::vector<std::string>& environment, int log_descriptor) {
  const std::string& executable = command.argv.at(0);
  // Asked beforehand because a child that fails to exec leaves through exit(), which would flush our buffers twice.
  if (access(executable.c_str(), X_OK) != 0) throw_not_started(executable, std::strerror(errno));
  if (std::filesystem::is_directory(executable)) throw_not_started(executable, "it is a folder");
  const auto environment_pointers = pointers(environment);
  const std::vector<std::string> arguments(command.argv.begin() + 1, command.argv.end());
  const int null_descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ChildSetup setup{environment_pointers.data(), null_descriptor, log_descriptor, getpid()};
  boost::asio::io_context context;
  boost::process::v2::posix::default_launcher launcher;
  boost::system::error_code error;
  auto child = launcher(context.get_executor(), error, executable, arguments, setup);
  close(null_descriptor);
  if (error) {
    if (launcher.pid > 0) waitpid(launcher.pid, nullptr, 0);
    throw_not_started(executable, error.message());
  }
  child.detach();  // from here on waited for and killed by this file, group and all
  return launcher.pid;
}

}  // namespace

}  // namespace sweetspot
