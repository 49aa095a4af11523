#pragma once

namespace sweetspot {

/// What the program returns to the shell; part of the stable interface.
enum ExitCode : int {
  exit_ok = 0,             ///< done, also when keeping the default is the answer
  exit_failed = 1,         ///< ran, but nothing eligible, unsound as it comes, or a check failed
  exit_usage = 2,          ///< usage, configuration or environment
  exit_interrupted = 130,  ///< stopped by the user; everything measured so far is stored
};

}  // namespace sweetspot
