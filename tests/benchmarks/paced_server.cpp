#include "benchmarks/paced_server.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace sweetspot::benchmarks {
namespace {

constexpr std::size_t stamp_digits = 20;
constexpr std::string_view stamp_mark = R"("content":")";

void write_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(connection, bytes.data(), bytes.size());
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// As llama-server sends it: one event a chunk of the transfer encoding.
void send_event(int connection, const std::string& json) {
  const std::string event = "data: " + json + "\n\n";
  write_all(connection, fmt::format("{:x}\r\n{}\r\n", event.size(), event));
}

/// Head and body; the length decides where it ends.
void read_request(int connection) {
  std::string request;
  char buffer[4096];
  for (std::size_t wanted = std::string::npos; request.size() < wanted;) {
    const ssize_t got = ::read(connection, buffer, sizeof buffer);
    if (got <= 0) return;
    request.append(buffer, static_cast<std::size_t>(got));
    const std::size_t head = request.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    std::size_t length = 0;
    for (const std::string name : {"Content-Length: ", "content-length: "}) {
      const std::size_t at = request.find(name);
      if (at != std::string::npos) length = std::strtoul(request.c_str() + at + name.size(), nullptr, 10);
    }
    wanted = head + 4 + length;
  }
}

void answer(int connection, int tokens, int interval_us) {
  const std::string head = R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[)";
  write_all(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  auto due = std::chrono::steady_clock::now();
  for (int i = 0; i < tokens; ++i) {
    due += std::chrono::microseconds(interval_us);
    std::this_thread::sleep_until(due);
    send_event(connection, fmt::format(R"({}{{"index":0,"delta":{{"content":"{:0{}}"}},"finish_reason":null}}]}})", head,
                                       now_ns(), stamp_digits));
  }
  send_event(connection, head + R"({"index":0,"delta":{},"finish_reason":"stop"}]})");
  send_event(connection, fmt::format(R"({}],"usage":{{"prompt_tokens":9,"completion_tokens":{},"total_tokens":{}}}}})", head,
                                     tokens, tokens + 9));
  write_all(connection, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
}

[[noreturn]] void serve(int listener, int tokens, int interval_us) {
  signal(SIGPIPE, SIG_IGN);
  while (true) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection < 0) _exit(0);
    const int on = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    read_request(connection);
    answer(connection, tokens, interval_us);
    close(connection);
  }
}

}  // namespace

PacedServer::PacedServer(int tokens, int interval_us) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), length) != 0 || listen(listener_, 4) != 0)
    throw std::runtime_error("no port of 127.0.0.1 can be had");
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  child_ = fork();
  if (child_ == 0) serve(listener_, tokens, interval_us);
  if (child_ < 0) throw std::runtime_error("no process can be had for the server");
}

PacedServer::~PacedServer() {
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
  close(listener_);
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t last_stamp(std::string_view bytes) {
  const std::size_t at = bytes.rfind(stamp_mark);
  if (at == std::string_view::npos || at + stamp_mark.size() + stamp_digits > bytes.size()) return 0;
  const char* begin = bytes.data() + at + stamp_mark.size();
  std::int64_t stamp = 0;
  std::from_chars(begin, begin + stamp_digits, stamp);
  return stamp;
}

}  // namespace sweetspot::benchmarks
