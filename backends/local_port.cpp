#include "backends/local_port.hpp"

#include "core/failure.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sweetspot {

namespace {

class Socket {
public:
  Socket() : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  bool connects_to(int port) const;
  bool binds_to(int port) const;
  int bound_port() const;

private:
  int descriptor_;
};

}  // namespace

int free_local_port() {
  const Socket socket;
  if (!socket.binds_to(0)) {
    throw TrialError{Failure{FailureKind::not_ready, fmt::format("no free port on 127.0.0.1: {}", std::strerror(errno)), {}}};
  }
  return socket.bound_port();
}

void require_free_local_port(int port) {
  // Asked both ways: with address reuse a port may be bound beside a server that listens on all addresses.
  if (Socket{}.connects_to(port)) {
    throw TrialError{Failure{FailureKind::not_ready, fmt::format("port {} is already in use by another server", port), {}}};
  }
  if (!Socket{}.binds_to(port)) {
    const std::string reason =
        errno == EADDRINUSE ? "is already in use by another server" : fmt::format("cannot be used: {}", std::strerror(errno));
    throw TrialError{Failure{FailureKind::not_ready, fmt::format("port {} {}", port, reason), {}}};
  }
}

namespace {

sockaddr_in local_address(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool Socket::connects_to(int port) const {
  const auto address = local_address(port);
  return connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

bool Socket::binds_to(int port) const {
  // As the servers do, so that a port whose last connections are only closing counts as free.
  const int yes = 1;
  setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto address = local_address(port);
  return bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

int Socket::bound_port() const {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

}  // namespace

}  // namespace sweetspot
