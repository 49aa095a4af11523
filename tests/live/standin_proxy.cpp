#include "live/standin_proxy.hpp"

#include "live/standin_exchange.hpp"
#include "live/standin_fault.hpp"
#include "live/standin_http.hpp"
#include "live/standin_typed.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace sweetspot::standin {

namespace {

/// Writes an event stream in chunked coding: as the real server does, or by every right that the standards give.
class StreamWriter {
public:
  enum class Style { plain, legal_oddities };
  StreamWriter(Connection& client, Style style) : client_(client), style_(style) {}
  bool event(const std::string& data);
  bool chunk(std::string_view bytes);
  bool finish();

private:
  std::string odd_event(const std::string& data);
  bool send_in_pieces(std::string_view bytes);

  Connection& client_;
  Style style_;
  int events_ = 0;
  std::string merged_;
};

using Counter = std::atomic<int>;

void serve_one(const Proxy& proxy, Counter& chat_requests, int socket);
std::string request_bytes(const std::string& head, const std::string& body);
void pass_rest(Connection& server, Connection& client);
void pass_stream(const Proxy& proxy, const ChatRequest& request, BodyReader& body, Connection& client);
void pass_typed_stream(const Proxy& proxy, BodyReader& body, Connection& client);

bool is_among(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void serve(const Proxy& proxy) {
  Counter chat_requests{0};
  for (;;) {
    const int socket = accept(proxy.listener, nullptr, nullptr);
    if (socket < 0) continue;
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    std::thread([&proxy, &chat_requests, socket] { serve_one(proxy, chat_requests, socket); }).detach();
  }
}

int bound_socket(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return socket;
  close(socket);
  return -1;
}

int port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int connected_socket(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return socket;
  close(socket);
  return -1;
}

namespace {

void serve_one(const Proxy& proxy, Counter& chat_requests, int socket) {
  Connection client(socket);
  const auto head = client.take_until("\r\n\r\n");
  if (!head) return;
  const auto body = client.take(static_cast<std::size_t>(std::atoll(header(*head, "content-length").c_str())));
  const std::string request_line = head->substr(0, head->find(line_end));
  const bool chat = request_line.rfind("POST ", 0) == 0 && request_line.find("/chat/completions") != std::string::npos;
  const ChatRequest request = chat && body ? chat_request(++chat_requests, *body) : ChatRequest{};
  if (is_refused(proxy.fault, request)) return;
  const int server_socket = connected_socket(proxy.server_port);
  if (!body || server_socket < 0) {
    if (server_socket >= 0) close(server_socket);
    client.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return;
  }
  Connection server(server_socket);
  server.send(request_bytes(*head, passed_on(proxy.fault, request, *body)));
  client.send(interim_answer(proxy.fault));
  const auto answer = server.take_until("\r\n\r\n");
  if (!answer) return;

  const bool typed = request_line.rfind("POST /v1/messages ", 0) == 0 || request_line.rfind("POST /v1/responses ", 0) == 0;
  const bool typed_fault = is_among(typed_fault_names(), proxy.fault);
  const bool streamed = header(*answer, "content-type").find("text/event-stream") != std::string::npos;
  const bool meant = typed_fault ? typed && streamed : chat && proxy.fault != "none" && is_among(fault_names(), proxy.fault);
  if (!meant || answer->find(" 200 ") == std::string::npos) {
    client.send(answer_head(proxy.fault, *answer));
    pass_rest(server, client);
    return;
  }
  const std::string out = with_header(
      without_headers(*answer, {"connection", "keep-alive", "transfer-encoding", "content-length"}), "Connection", "close");
  BodyReader reader(server, *answer);
  if (streamed) {
    client.send(with_header(out, "Transfer-Encoding", "chunked"));
    if (typed_fault) return pass_typed_stream(proxy, reader, client);
    pass_stream(proxy, request, reader, client);
  } else {
    const std::string bytes = faulty_body(proxy.fault, request, reader.all());
    client.send(with_header(out, "Content-Length", std::to_string(bytes.size())) + bytes);
  }
}

/// A connection holds one request.
std::string request_bytes(const std::string& head, const std::string& body) {
  const bool has_length = !header(head, "content-length").empty();
  const std::string rest = without_headers(head, {"connection", "keep-alive", "expect", "content-length"});
  const std::string out = with_header(rest, "Connection", "close");
  return has_length ? with_header(out, "Content-Length", std::to_string(body.size())) + body : out;
}

void pass_rest(Connection& server, Connection& client) {
  for (std::string bytes = server.take_some(); !bytes.empty(); bytes = server.take_some()) {
    if (!client.send(bytes)) return;
  }
}

/// Takes the next whole event off the front; nothing while it is not all there. The real server ends its events with LF LF.
std::optional<std::string> next_event(std::string& text) {
  const auto end = text.find("\n\n");
  if (end == std::string::npos) return std::nullopt;
  std::string event = text.substr(0, end);
  text.erase(0, end + 2);
  return event;
}

/// One data line an event.
void pass_stream(const Proxy& proxy, const ChatRequest& request, BodyReader& body, Connection& client) {
  const bool odd = proxy.fault == "rechunk";
  StreamWriter writer(client, odd ? StreamWriter::Style::legal_oddities : StreamWriter::Style::plain);
  StreamFault fault(odd ? "none" : proxy.fault, request, proxy.after);
  std::string text;
  for (std::string bytes = body.next(); !bytes.empty(); bytes = body.next()) {
    text += bytes;
    while (const auto event = next_event(text)) {
      constexpr std::string_view field = "data: ";
      if (event->rfind(field, 0) != 0) continue;
      const Step step = fault.take(event->substr(field.size()));
      for (const std::string& data : step.events) {
        if (!writer.event(data)) return;
      }
      if (step.then == Then::kill_server) proxy.kill_server();
      if (step.then == Then::hang) {
        pollfd hang_up{client.socket(), POLLIN, 0};  // readable once the client gives up
        poll(&hang_up, 1, -1);
        return;
      }
      if (step.then == Then::close) {
        writer.finish();
        return;
      }
    }
  }
  writer.finish();
}

/// Each event has a name and one line of data.
void pass_typed_stream(const Proxy& proxy, BodyReader& body, Connection& client) {
  StreamWriter writer(client, StreamWriter::Style::plain);
  TypedFault fault(proxy.fault);
  std::string text;
  for (std::string bytes = body.next(); !bytes.empty(); bytes = body.next()) {
    text += bytes;
    while (const auto event = next_event(text)) {
      std::string name;
      std::string data;
      std::istringstream lines(*event);
      for (std::string line; std::getline(lines, line);) {
        if (line.rfind("event: ", 0) == 0) name = line.substr(7);
        if (line.rfind("data: ", 0) == 0) data = line.substr(6);
      }
      const std::string bytes_out = fault.take(name, data);
      if (!bytes_out.empty() && !writer.chunk(bytes_out)) return;
    }
  }
  writer.finish();
}

bool StreamWriter::event(const std::string& data) {
  if (style_ == Style::plain) return chunk("data: " + data + "\n\n");
  merged_ += odd_event(data);
  if (++events_ % 3 != 0) return true;
  return send_in_pieces(std::exchange(merged_, {}));
}

bool StreamWriter::finish() {
  if (!merged_.empty() && !send_in_pieces(merged_)) return false;
  return client_.send("0\r\n\r\n");
}

bool StreamWriter::chunk(std::string_view bytes) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return client_.send(size.data() + std::string(bytes) + "\r\n");
}

/// A byte order mark at the start, comments, unknown fields, CRLF and CR line ends, no space after the colon, and JSON
/// spread over two data lines.
std::string StreamWriter::odd_event(const std::string& data) {
  std::string text = events_ == 0 ? "\xEF\xBB\xBF" : "";
  switch (events_ % 5) {
    case 0: return text + "data: " + data + "\r\n\r\n";
    case 1: return text + ": still here\r\n\r\ndata:" + data + "\r\n\r\n";
    case 2: return text + "weather: fine\ndata: " + data + "\n\n";
    case 3: return text + "data: " + data + "\r\r";
    default: break;
  }
  if (data.front() != '{') return text + "data: " + data + "\r\n\r\n";
  return text + "data: {\r\ndata:" + data.substr(1) + "\r\n\r\n";
}

/// Chunks and packets that end anywhere, also inside a character.
bool StreamWriter::send_in_pieces(std::string_view bytes) {
  for (std::size_t size = 1; !bytes.empty(); size = size * 5 % 61 + 1) {
    if (!chunk(bytes.substr(0, size))) return false;
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  return true;
}

}  // namespace

}  // namespace sweetspot::standin
