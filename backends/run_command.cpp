#include "backends/child_process.hpp"
#include "backends/server_process.hpp"
#include "core/error.hpp"
#include "core/failure.hpp"

#include <sys/wait.h>

#include <algorithm>
#include <thread>

namespace sweetspot {

using Clock = std::chrono::steady_clock;

CommandOutput run_command(const LaunchPlan& plan, std::chrono::milliseconds timeout, const InterruptFlag& interrupt) {
  try {
    ChildProcess child{ChildCommand{plan.argv, plan.environment, plan.scrub_environment}};
    const auto deadline = Clock::now() + timeout;
    auto pause = std::chrono::milliseconds{1};
    CommandOutput result;
    while (!child.ended()) {
      if (interrupt.raised()) throw Interrupted{};
      result.timed_out = Clock::now() >= deadline;
      if (result.timed_out) break;
      std::this_thread::sleep_for(pause);
      pause = std::min(pause * 2, std::chrono::milliseconds{20});
    }
    if (result.timed_out) {
      child.stop(std::chrono::milliseconds{0});
    } else {
      const int status = child.wait_status();
      result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    result.output = child.log().bytes();
    return result;
  } catch (const TrialError& error) {
    throw Error{error.failure().detail, "check that the file exists and is an executable for this machine"};
  }
}

}  // namespace sweetspot
