#include "live/standin_http.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace sweetspot::standin {

namespace {

std::string lower(std::string_view text);

}  // namespace

Connection::~Connection() { close(socket_); }

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

std::string with_header(std::string head, const std::string& name, const std::string& value) {
  head.insert(head.size() - line_end.size(), name + ": " + value + std::string(line_end));
  return head;
}

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return result;
}

}  // namespace

}  // namespace sweetspot::standin
