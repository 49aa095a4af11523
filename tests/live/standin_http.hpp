#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// As much of HTTP as the stand-in needs between its client and the real server.
namespace sweetspot::standin {

inline constexpr std::string_view line_end = "\r\n";

/// A socket with what was read of it and not used yet. Closes it.
class Connection {
public:
  explicit Connection(int socket) : socket_(socket) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

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

/// The value of a header in small letters, or nothing. `name` is in small letters.
std::string header(const std::string& head, std::string_view name);
std::string without_headers(const std::string& head, const std::vector<std::string_view>& names);
/// The head with one more header.
std::string with_header(std::string head, const std::string& name, const std::string& value);

}  // namespace sweetspot::standin
