#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sweetspot {

/// Where a child writes its output: an unlinked temporary file, because a child never blocks on a file as it would on a
/// pipe that nobody reads. Once it has grown beyond the cap its head and its latest tail are kept here and the file is
/// emptied, so that a talkative child fills neither disk nor memory.
class CappedLog {
public:
  /// `cap_bytes`: kept in all, the head and the tail half each. Throws Error when no temporary file can be made.
  explicit CappedLog(std::size_t cap_bytes);
  CappedLog(const CappedLog&) = delete;
  CappedLog& operator=(const CappedLog&) = delete;
  ~CappedLog();

  /// To be handed to the child; opened for appending.
  int descriptor() const { return descriptor_; }
  /// Call now and then while the child runs.
  void trim();
  /// What was written so far, as it is; the left-out middle is named by a line of its own.
  std::string bytes();

private:
  std::string read_tail(std::size_t most) const;
  std::size_t size() const;

  int descriptor_ = -1;
  std::size_t cap_bytes_;
  std::string head_;
  std::string tail_;  ///< of what was emptied out of the file
  std::uint64_t emptied_bytes_ = 0;
};

}  // namespace sweetspot
