#pragma once

#include <sys/types.h>
#include <cstdint>
#include <string>
#include <string_view>

namespace sweetspot::benchmarks {

/// An HTTP server in a process of its own, so that its cost is not the client's: answers every POST with one streamed chat
/// completion of `tokens` events, one each `interval_us`. Each event's text is the moment at which it was written.
class PacedServer {
public:
  PacedServer(int tokens, int interval_us);
  PacedServer(const PacedServer&) = delete;
  PacedServer& operator=(const PacedServer&) = delete;
  ~PacedServer();

  int port() const { return port_; }

private:
  int listener_ = -1;
  int port_ = 0;
  pid_t child_ = -1;
};

/// Nanoseconds of the clock that all processes of this machine share.
std::int64_t now_ns();

/// The moment that the last whole event in `bytes` was written; 0 without one.
std::int64_t last_stamp(std::string_view bytes);

}  // namespace sweetspot::benchmarks
