#pragma once

#include "backends/capped_log.hpp"

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// A new empty folder, removed with all that is in it at the end.
class TemporaryFolder {
public:
  /// Throws Error when it cannot be made.
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

struct ChildCommand {
  std::vector<std::string> argv;                   ///< [0] is the path of the executable
  std::map<std::string, std::string> environment;  ///< set over ours; {empty_folder} in a value is a new empty folder
  std::vector<std::string> scrub_environment;      ///< prefixes of names taken from ours
};

/// A child that leads its own process group, reads nothing and writes into a CappedLog. It never outlives this object:
/// what is left of the group is killed as soon as the leader has ended, or when this object goes.
class ChildProcess {
public:
  /// Throws TrialError(launch_failed) when the executable cannot be started.
  explicit ChildProcess(const ChildCommand& command);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  pid_t process_id() const { return process_id_; }
  /// Asks without waiting; the first time that it is true the rest of the group is killed and the leader reaped.
  bool ended();
  /// As of waitpid; only once it has ended.
  int wait_status() const { return wait_status_; }
  /// SIGTERM to the group, up to `grace` for its leader to end, SIGKILL to the group. Safe to call twice.
  void stop(std::chrono::milliseconds grace);
  CappedLog& log() { return log_; }

private:
  void kill_and_reap();

  CappedLog log_;
  TemporaryFolder empty_folder_;
  pid_t process_id_ = -1;
  int wait_status_ = 0;
  bool reaped_ = false;
};

}  // namespace sweetspot
