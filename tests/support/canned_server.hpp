#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace sweetspot {

/// Takes one connection on 127.0.0.1, reads the request, writes the given bytes and closes, or holds the connection open
/// until this object goes.
class CannedServer {
public:
  enum class Then { close, hold };

  explicit CannedServer(std::string bytes, Then then = Then::close) : bytes_(std::move(bytes)), then_(then) {
    signal(SIGPIPE, SIG_IGN);  // a client may leave before it has read all
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), length) != 0) throw std::runtime_error("no port to bind");
    listen(listener_, 4);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;
  ~CannedServer() {
    over_ = true;
    thread_.join();
    close(listener_);
  }

  int port() const { return port_; }
  /// Only once a request was answered.
  const std::string& request() const { return request_; }

private:
  bool readable(int descriptor) {
    while (!over_) {
      pollfd wanted{descriptor, POLLIN, 0};
      if (poll(&wanted, 1, 5) > 0) return true;
    }
    return false;
  }

  void serve() {
    if (!readable(listener_)) return;
    const int connection = accept(listener_, nullptr, nullptr);
    char block[65536];
    while (request_.find("\r\n\r\n") == std::string::npos && readable(connection)) {
      const auto count = read(connection, block, sizeof block);
      if (count <= 0) break;
      request_.append(block, static_cast<std::size_t>(count));
    }
    std::string_view rest = bytes_;
    while (!rest.empty()) {
      const auto count = write(connection, rest.data(), rest.size());
      if (count <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
    if (then_ == Then::hold) {
      while (readable(connection) && read(connection, block, sizeof block) > 0) {
      }
    }
    // A close with unread bytes would be a reset, which may overtake what was sent.
    shutdown(connection, SHUT_WR);
    while (readable(connection) && read(connection, block, sizeof block) > 0) {
    }
    close(connection);
  }

  std::string bytes_;
  Then then_;
  int listener_ = -1;
  int port_ = 0;
  std::string request_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace sweetspot
