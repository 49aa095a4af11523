#include "backends/capped_log.hpp"

#include "core/error.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace sweetspot {

CappedLog::CappedLog(std::size_t cap_bytes) : cap_bytes_(cap_bytes) {
  std::error_code error;
  auto folder = std::filesystem::temp_directory_path(error);
  if (error) folder = "/tmp";
  std::string path = (folder / "sweetspot-log-XXXXXX").string();
  descriptor_ = mkstemp(path.data());
  if (descriptor_ < 0) {
    throw Error{fmt::format("cannot create a temporary file in {}: {}", folder.string(), std::strerror(errno)),
                "set TMPDIR to a folder that can be written"};
  }
  unlink(path.c_str());
  fcntl(descriptor_, F_SETFD, FD_CLOEXEC);
  fcntl(descriptor_, F_SETFL, O_APPEND);
}

CappedLog::~CappedLog() { close(descriptor_); }

void CappedLog::trim() {
  const std::size_t written = size();
  if (written <= cap_bytes_) return;
  const std::size_t half = cap_bytes_ / 2;
  if (head_.empty()) {
    head_.resize(half);
    const auto count = pread(descriptor_, head_.data(), half, 0);
    head_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    emptied_bytes_ = 0;
  }
  tail_ = read_tail(half);
  emptied_bytes_ += written;
  if (ftruncate(descriptor_, 0) != 0) return;  // an unlinked file of our own: nothing better to do than try again later
}

std::string CappedLog::bytes() {
  trim();
  if (head_.empty()) return read_tail(cap_bytes_);
  const std::size_t half = cap_bytes_ / 2;
  std::string latest = tail_ + read_tail(half);
  const std::uint64_t all = emptied_bytes_ + size();
  if (latest.size() > half) latest.erase(0, latest.size() - half);
  const std::uint64_t kept = head_.size() + latest.size();
  const std::uint64_t left_out = all > kept ? all - kept : 0;
  return fmt::format("{}\n[{} bytes left out]\n{}", head_, left_out, latest);
}

std::string CappedLog::read_tail(std::size_t most) const {
  const std::size_t written = size();
  std::string bytes(std::min(most, written), '\0');
  const auto count = pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(written - bytes.size()));
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

std::size_t CappedLog::size() const {
  struct stat status{};
  return fstat(descriptor_, &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
}

}  // namespace sweetspot
