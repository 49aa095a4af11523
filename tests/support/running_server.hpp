#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

/// A server that a user has started: sweetspot only asks it.
namespace sweetspot::testing {

/// On 127.0.0.1 and a free port, which is written for "{port}" in the arguments. Gone with this object.
class RunningServer {
public:
  explicit RunningServer(std::vector<std::string> arguments) : port_(free_port()) {
    for (std::string& argument : arguments) {
      if (argument == "{port}") argument = std::to_string(port_);
    }
    process_ = fork();
    if (process_ != 0) return;
    const int nowhere = open("/dev/null", O_RDWR);
    for (const int descriptor : {0, 1, 2}) dup2(nowhere, descriptor);
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    execvp(argv.front(), argv.data());
    _exit(127);
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;
  ~RunningServer() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }

  /// Waits until `path` is answered with HTTP 200, for a minute at most.
  bool ready(const std::string& path) const {
    const std::string probe = "curl -sf -m 2 -o /dev/null " + url() + path;
    for (int tried = 0; tried < 300; ++tried) {
      if (std::system(probe.c_str()) == 0) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    return false;
  }
  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
  static int free_port() {
    const int probe = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const bool bound = bind(probe, reinterpret_cast<const sockaddr*>(&address), length) == 0;
    getsockname(probe, reinterpret_cast<sockaddr*>(&address), &length);
    close(probe);
    if (!bound) throw std::runtime_error("no port to bind");
    return ntohs(address.sin_port);
  }

  int port_;
  pid_t process_ = -1;
};

}  // namespace sweetspot::testing
