#include "demo_engine/server/http_connection.hpp"

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace demo {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr std::size_t body_bytes = 8 << 20;
constexpr std::uint32_t head_bytes = 32 << 10;
// Between requests and while a request arrives; and for a client that does not read.
constexpr auto read_patience = std::chrono::seconds{60};
constexpr auto write_patience = std::chrono::seconds{30};

const char* reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Payload Too Large";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

class Connection final : public Responder {
public:
  Connection(asio::io_context& context, asio::ip::tcp::socket socket, const std::function<bool()>& stopping)
      : context_(context), stream_(std::move(socket)), stopping_(stopping) {
    error_code ignored;
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
    stream_.socket().non_blocking(true, ignored);
  }

  /// The next request; nothing at the end of the connection. What is no HTTP is answered here.
  std::optional<HttpRequest> read();
  bool keeps_open() const { return keep_open_ && !broken_ && !stopping_(); }
  /// The request was answered to the end.
  bool finished() const { return answered_ && !broken_; }
  void close();

  void send(int status, std::string_view json) override;
  void begin_stream() override;
  void write(std::string_view bytes) override;
  void end_stream() override;
  bool gone() override;

private:
  template <typename Start>
  error_code completed(std::chrono::seconds patience, const Start& start);
  void put(std::string_view bytes);

  asio::io_context& context_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  const std::function<bool()>& stopping_;
  std::string out_;
  bool keep_open_ = true;
  bool streaming_ = false;
  bool answered_ = false;
  bool broken_ = false;
};

/// Runs one asynchronous operation to its end: deadlines need one.
template <typename Start>
error_code Connection::completed(std::chrono::seconds patience, const Start& start) {
  error_code result = asio::error::operation_aborted;
  stream_.expires_after(patience);
  start([&result](error_code error, std::size_t) { result = error; });
  context_.restart();
  // A stop that came before the restart is seen here, one that comes later ends run().
  if (!stopping_()) context_.run();
  if (result) broken_ = true;
  return result;
}

std::optional<HttpRequest> Connection::read() {
  http::request_parser<http::string_body> parser;
  parser.body_limit(body_bytes);
  parser.header_limit(head_bytes);
  streaming_ = answered_ = false;
  const auto error = completed(read_patience, [&](auto done) { http::async_read(stream_, buffer_, parser, std::move(done)); });
  if (error == http::error::body_limit) {
    broken_ = false;
    keep_open_ = false;
    send(413, R"({"error":{"code":413,"message":"the body is larger than 8 MiB","type":"invalid_request_error"}})");
    return std::nullopt;
  }
  if (error.category() == http::make_error_code(http::error::end_of_stream).category() && error != http::error::end_of_stream &&
      error != http::error::partial_message) {
    broken_ = false;
    keep_open_ = false;
    send(400, R"({"error":{"code":400,"message":"this is no HTTP request","type":"invalid_request_error"}})");
    return std::nullopt;
  }
  if (error) return std::nullopt;
  auto message = parser.release();
  keep_open_ = message.keep_alive();
  HttpRequest request;
  request.method = std::string(message.method_string());
  const std::string_view target(message.target().data(), message.target().size());
  request.path = std::string(target.substr(0, target.find('?')));
  request.body = std::move(message.body());
  return request;
}

void Connection::send(int status, std::string_view json) {
  if (std::exchange(answered_, true) || streaming_) return;
  out_ = fmt::format(
      "HTTP/1.1 {} {}\r\nServer: sweetspot-demo-engine\r\nContent-Type: application/json; charset=utf-8\r\n"
      "Content-Length: {}\r\nConnection: {}\r\n\r\n",
      status, reason_of(status), json.size(), keep_open_ ? "keep-alive" : "close");
  out_ += json;
  put(out_);
}

void Connection::begin_stream() {
  streaming_ = true;
  put("HTTP/1.1 200 OK\r\nServer: sweetspot-demo-engine\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
}

void Connection::write(std::string_view bytes) {
  if (bytes.empty()) return;
  out_ = fmt::format("{:x}\r\n", bytes.size());
  out_ += bytes;
  out_ += "\r\n";
  put(out_);
}

void Connection::end_stream() {
  put("0\r\n\r\n");
  answered_ = true;
}

/// At once if the socket takes it, as it nearly always does.
void Connection::put(std::string_view bytes) {
  while (!bytes.empty() && !broken_) {
    error_code error;
    const std::size_t count = stream_.socket().write_some(asio::buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(count);
    if (error == asio::error::would_block) {
      error = completed(write_patience, [&](auto done) {
        asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), std::move(done));
      });
      bytes = {};
    }
    if (error) broken_ = true;
  }
}

bool Connection::gone() {
  if (broken_ || stopping_()) return true;
  char byte = 0;
  error_code error;
  stream_.socket().receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, error);
  if (error && error != asio::error::would_block) broken_ = true;
  return broken_;
}

void Connection::close() {
  // An answer that was begun and not ended is cut: the client must see that.
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.socket().close(ignored);
}

}  // namespace

void serve_connection(asio::io_context& context, asio::ip::tcp::socket socket, const Handler& handler,
                      const std::function<bool()>& stopping) {
  Connection connection(context, std::move(socket), stopping);
  while (connection.keeps_open()) {
    const auto request = connection.read();
    if (!request) break;
    handler(*request, connection);
    if (!connection.finished()) break;
  }
  connection.close();
}

}  // namespace demo
