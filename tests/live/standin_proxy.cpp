#include "live/standin_proxy.hpp"

#include "live/standin_fault.hpp"
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
#include <cctype>
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

constexpr std::string_view line_end = "\r\n";

/// A socket with what was read of it and not used yet. Closes it.
class Connection {
public:
  explicit Connection(int socket) : socket_(socket) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { close(socket_); }

  int socket() const { return socket_; }
  bool fill();
  bool send(std::string_view bytes);
  /// Up to and with the mark; nothing when the connection ends before it.
  std::optional<std::string> take_until(std::string_view mark);
  std::optional<std::string> take(std::size_t count);
  /// What has been read already, at least one byte; empty at the end.
  std::string take_some();

private:
  int socket_;
  std::string buffer_;
};

/// The body of an answer, piece by piece, whatever its transfer coding.
class BodyReader {
public:
  BodyReader(Connection& connection, const std::string& head);
  /// Empty at the end.
  std::string next();
  std::string all();

private:
  Connection& connection_;
  bool chunked_ = false;
  std::optional<std::size_t> left_;
};

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
void pass_rest(Connection& server, Connection& client);
void pass_stream(const Proxy& proxy, int request, BodyReader& body, Connection& client);
void pass_typed_stream(const Proxy& proxy, BodyReader& body, Connection& client);
std::string header(const std::string& head, std::string_view name);
std::string without_headers(const std::string& head, const std::vector<std::string_view>& names);
std::string lower(std::string_view text);

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
  const int server_socket = connected_socket(proxy.server_port);
  if (!body || server_socket < 0) {
    if (server_socket >= 0) close(server_socket);
    client.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    return;
  }
  Connection server(server_socket);
  std::string forward = without_headers(*head, {"connection", "keep-alive", "expect"});
  forward.insert(forward.size() - line_end.size(), "Connection: close\r\n");
  server.send(forward + *body);
  const auto answer = server.take_until("\r\n\r\n");
  if (!answer) return;

  const std::string request_line = head->substr(0, head->find(line_end));
  const bool chat = request_line.rfind("POST ", 0) == 0 && request_line.find("/chat/completions") != std::string::npos;
  const int request = chat ? ++chat_requests : 0;
  const auto& typed_faults = typed_fault_names();
  const bool typed = request_line.rfind("POST /v1/messages ", 0) == 0 || request_line.rfind("POST /v1/responses ", 0) == 0;
  const bool typed_fault = std::find(typed_faults.begin(), typed_faults.end(), proxy.fault) != typed_faults.end();
  const bool streamed = header(*answer, "content-type").find("text/event-stream") != std::string::npos;
  const bool meant = typed_fault ? typed && streamed : chat && proxy.fault != "none";
  if (!meant || answer->find(" 200 ") == std::string::npos) {
    client.send(*answer);
    pass_rest(server, client);
    return;
  }
  std::string out = without_headers(*answer, {"connection", "keep-alive", "transfer-encoding", "content-length"});
  BodyReader reader(server, *answer);
  if (streamed) {
    out.insert(out.size() - line_end.size(), "Connection: close\r\nTransfer-Encoding: chunked\r\n");
    client.send(out);
    if (typed_fault) return pass_typed_stream(proxy, reader, client);
    pass_stream(proxy, request, reader, client);
  } else {
    const std::string bytes = faulty_body(proxy.fault, request, reader.all());
    out.insert(out.size() - line_end.size(), "Connection: close\r\nContent-Length: " + std::to_string(bytes.size()) + "\r\n");
    client.send(out + bytes);
  }
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
void pass_stream(const Proxy& proxy, int request, BodyReader& body, Connection& client) {
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

bool Connection::fill() {
  std::array<char, 16384> bytes{};
  const auto count = recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), 0);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::optional<std::string> Connection::take_until(std::string_view mark) {
  for (;;) {
    const auto at = buffer_.find(mark);
    if (at != std::string::npos) return take(at + mark.size());
    if (!fill()) return std::nullopt;
  }
}

std::optional<std::string> Connection::take(std::size_t count) {
  while (buffer_.size() < count) {
    if (!fill()) return std::nullopt;
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

std::string Connection::take_some() {
  if (buffer_.empty()) fill();
  return std::exchange(buffer_, {});
}

BodyReader::BodyReader(Connection& connection, const std::string& head)
    : connection_(connection), chunked_(header(head, "transfer-encoding").find("chunked") != std::string::npos) {
  const std::string length = header(head, "content-length");
  if (!chunked_ && !length.empty()) left_ = static_cast<std::size_t>(std::atoll(length.c_str()));
}

std::string BodyReader::next() {
  if (chunked_) {
    const auto line = connection_.take_until(line_end);
    const std::size_t size = line ? std::strtoull(line->c_str(), nullptr, 16) : 0;
    if (size == 0) return {};
    std::string bytes = connection_.take(size).value_or("");
    connection_.take(line_end.size());
    return bytes;
  }
  if (left_) return connection_.take(std::exchange(left_, 0).value()).value_or("");
  return connection_.take_some();
}

std::string BodyReader::all() {
  std::string bytes;
  for (std::string piece = next(); !piece.empty(); piece = next()) bytes += piece;
  return bytes;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

std::string header(const std::string& head, std::string_view name) {
  const std::string all = lower(head);
  const std::string mark = std::string(line_end) + std::string(name) + ":";
  const auto at = all.find(mark);
  if (at == std::string::npos) return {};
  const auto begin = all.find_first_not_of(' ', at + mark.size());
  return all.substr(begin, all.find(line_end, begin) - begin);
}

std::string without_headers(const std::string& head, const std::vector<std::string_view>& names) {
  std::string result;
  for (std::size_t at = 0; at < head.size();) {
    const auto end = head.find(line_end, at) + line_end.size();
    const std::string line = head.substr(at, end - at);
    const std::string name = lower(line.substr(0, line.find(':')));
    if (std::find(names.begin(), names.end(), name) == names.end()) result += line;
    at = end;
  }
  return result;
}

}  // namespace

}  // namespace sweetspot::standin
