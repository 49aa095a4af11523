#include "cli/signals.hpp"

#include "backends/server_process.hpp"
#include "cli/exit_code.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <string_view>

namespace sweetspot {

namespace {

constexpr std::array stopping_signals{SIGINT, SIGTERM, SIGHUP};
constexpr std::string_view first_message = "\nstopping (once more to stop without waiting)\n";

/// A wrapper (timeout, a shell script) passes on the Ctrl-C that the terminal also sent: one key press, two signals.
constexpr std::int64_t same_press_ms = 500;

/// The variables of the program that are not passed on: a signal handler reaches nothing else.
volatile std::sig_atomic_t signals_seen = 0;
volatile std::int64_t first_seen_ms = 0;

std::int64_t now_ms() {
  std::timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

/// Only async-signal-safe calls.
void on_signal(int) {
  const int saved_errno = errno;
  const std::int64_t now = now_ms();
  if (signals_seen == 0) first_seen_ms = now;
  if (signals_seen > 0 && now - first_seen_ms < same_press_ms) return;
  signals_seen = signals_seen + 1;
  if (signals_seen > 1) {
    kill_all_started_groups();
    _exit(exit_interrupted);
  }
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, first_message.data(), first_message.size());
  errno = saved_errno;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

SignalFlag::SignalFlag() {
  signals_seen = 0;
  for (const int signal : stopping_signals) handle(signal, on_signal);
  handle(SIGPIPE, SIG_IGN);
}

SignalFlag::~SignalFlag() {
  for (const int signal : stopping_signals) handle(signal, SIG_DFL);
  handle(SIGPIPE, SIG_DFL);
}

bool SignalFlag::raised() const { return signals_seen > 0; }

}  // namespace sweetspot
