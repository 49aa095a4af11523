#pragma once

#include "backends/descriptor.hpp"
#include "backends/launch_plan.hpp"
#include "core/failure.hpp"
#include "core/interrupt.hpp"
#include "core/limits.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// Another server than the one that was started answers on its port: what is measured would not be what was launched.
class ForeignServer : public TrialError {
public:
  using TrialError::TrialError;
};

/// Result of a short command run to its end.
struct CommandOutput {
  int exit_code = -1;
  std::string output;  ///< stdout and stderr together, capped
  bool timed_out = false;
};

/// Runs a command to its end in its own process group, with a deadline after which the group is killed. A command that
/// was ended by a signal has exit code 128 + signal, one that timed out -1. Throws Error when it cannot be started,
/// Interrupted.
CommandOutput run_command(const LaunchPlan& plan, std::chrono::milliseconds timeout, const InterruptFlag& interrupt);

/// A running server, its own process group, bound to 127.0.0.1. Leaving scope stops it: SIGTERM to the group, a grace
/// period, SIGKILL to the group, reaped.
class ServerProcess {
public:
  /// Starts the plan on a free port and returns when the server is ready and proved to be ours: health endpoint, our
  /// alias in its properties, a one-token chat completion, child alive all the while, no line in its log that says "never".
  /// Throws ForeignServer, or TrialError with the engine's own message and the log's tail; Interrupted on Ctrl-C.
  /// `requested_port` 0 chooses a free one; another one that is already answered or bound is refused (Failure not_ready naming
  /// the port). `stop_grace`: between SIGTERM and SIGKILL.
  static ServerProcess start(const EngineDescriptor& engine, const LaunchPlan& plan, std::chrono::milliseconds ready_timeout,
                             const InterruptFlag& interrupt, int requested_port = 0,
                             std::chrono::milliseconds stop_grace = limits::stop_grace);

  ServerProcess(ServerProcess&&) noexcept;
  ServerProcess& operator=(ServerProcess&&) noexcept;
  ~ServerProcess();

  int port() const;
  const std::string& alias() const;
  const std::string& model() const;  ///< the name to send in requests
  std::int64_t process_id() const;
  double launch_seconds() const;  ///< start to ready
  /// Fields that every request to it carries for its configuration; another configuration may have others.
  const std::string& request_json() const;
  void set_request_json(const std::string& fields);
  bool alive();
  /// The properties endpoint's JSON text as read when the server became ready ("{}" where the engine has none).
  const std::string& properties() const;
  /// Log so far, without control bytes: head and tail where it is longer than the cap.
  std::string log();
  std::string log_tail();
  /// Sum over the process group of each process's peak resident memory; nothing where the platform does not tell.
  std::optional<std::int64_t> memory_bytes_peak();
  /// The peak from here on, as far as the platform lets it begin anew.
  void forget_memory_peak();
  /// Processor time of its process group so far; 0 once it has ended.
  double cpu_seconds() const;
  /// What the end of the process means, from exit status and the descriptor's log patterns. Call when !alive() or when a
  /// request failed; waits shortly for the process to be reaped.
  std::optional<Failure> exit_failure();
  /// Polite stop; also done by the destructor. Safe to call twice.
  void stop();

private:
  struct Impl;
  explicit ServerProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// For a second Ctrl-C: SIGKILL to every process group that we started and have not reaped. Async-signal-safe.
void kill_all_started_groups() noexcept;

}  // namespace sweetspot
