#pragma once

#include <functional>
#include <string>

namespace sweetspot::standin {

struct Proxy {
  int listener = -1;                  ///< bound and listening socket that clients connect to
  int server_port = 0;                ///< of the real server on 127.0.0.1
  std::string fault;                  ///< "none": bytes pass unchanged
  int after = 20;                     ///< content deltas that stay untouched where a fault starts in the middle
  std::function<void()> kill_server;  ///< ends the real server and this process
};

/// Accepts for ever, a thread for each connection and one request on each. Chat answers go through the fault.
[[noreturn]] void serve(const Proxy& proxy);

/// A socket bound to 127.0.0.1, not listening yet; `port` 0 takes any. -1 when it is taken.
int bound_socket(int port);
int port_of(int socket);

/// A connection to a port of 127.0.0.1, or -1.
int connected_socket(int port);

}  // namespace sweetspot::standin
