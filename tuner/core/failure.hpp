#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sweetspot {

enum class FailureKind {
  launch_failed,  ///< the process ended before it was ready
  not_ready,      ///< alive, but not ready within the deadline, or not the server that we started
  out_of_memory,
  crashed,  ///< ended by a signal, or while it was answering
  timed_out,
  bad_response,
  unsupported,  ///< the binary lacks the flag, or refuses the combination
  interrupted,
};

std::string_view to_string(FailureKind kind);
FailureKind failure_kind_from(std::string_view text);

/// Why a trial has no measurement. Data: it never ends a study.
struct Failure {
  FailureKind kind = FailureKind::launch_failed;
  std::string detail;    ///< the engine's own message where there is one
  std::string log_tail;  ///< last lines of the server's log
  bool operator==(const Failure&) const = default;
};

/// Carries a Failure from where it is seen to the trial runner, which stores it.
class TrialError : public std::runtime_error {
public:
  explicit TrialError(Failure failure) : std::runtime_error(failure.detail), failure_(std::move(failure)) {}
  const Failure& failure() const { return failure_; }

private:
  Failure failure_;
};

}  // namespace sweetspot
