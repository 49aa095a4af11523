#include "backends/http_client.hpp"

#include "core/error.hpp"
#include "core/limits.hpp"

#include <fmt/format.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace sweetspot {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using ErrorCode = boost::system::error_code;

// How long an interrupt may go unnoticed.
constexpr std::chrono::milliseconds slice{20};
constexpr std::size_t read_bytes = 64 << 10;

/// One request on one connection. Connecting and sending are asynchronous calls, because only they can be left at a deadline
/// or an interrupt, but waited for one at a time: each `finish` runs the loop until the call that was just started has ended.
/// The answer is read by blocking calls that come back after a slice: one system call a token, where the loop takes four.
class Exchange {
public:
  Exchange(HttpEndpoint endpoint, const HttpDeadlines& deadlines, const InterruptFlag& interrupt)
      : endpoint_(std::move(endpoint)), deadlines_(deadlines), interrupt_(&interrupt) {}
  HttpResponse run(http::verb verb, const std::string& path, const std::string& body, const OnBytes& on_bytes);

private:
  void connect();
  void send(http::verb verb, const std::string& path, const std::string& body);
  HttpResponse receive(const OnBytes& on_bytes);
  template <typename Start>
  ErrorCode finish(const char* what, Start start);
  void wait_in_slices();
  std::size_t receive_some(asio::mutable_buffer space, ErrorCode& error, const OnBytes& on_wait);
  template <typename Parser>
  ErrorCode read_step(boost::beast::flat_buffer& buffer, Parser& parser, const OnBytes& on_wait);
  void check_time(const char* what) const;
  std::string name() const;
  Milliseconds since_sent() const { return Clock::now() - sent_at_; }
  [[noreturn]] void fail(FailureKind kind, const std::string& detail) const;

  HttpEndpoint endpoint_;
  HttpDeadlines deadlines_;
  const InterruptFlag* interrupt_;
  asio::io_context context_{1};
  tcp::socket socket_{context_};
  Clock::time_point deadline_;
  std::chrono::milliseconds deadline_length_{0};
  Clock::time_point sent_at_;
  bool stopped_ = false;
};

}  // namespace

HttpResponse http_get(const HttpEndpoint& endpoint, const std::string& path, const HttpDeadlines& deadlines,
                      const InterruptFlag& interrupt) {
  return Exchange{endpoint, deadlines, interrupt}.run(http::verb::get, path, {}, {});
}

HttpResponse http_post(const HttpEndpoint& endpoint, const std::string& path, const std::string& json_body,
                       const HttpDeadlines& deadlines, const InterruptFlag& interrupt, const OnBytes& on_bytes) {
  return Exchange{endpoint, deadlines, interrupt}.run(http::verb::post, path, json_body, on_bytes);
}

namespace {

HttpResponse Exchange::run(http::verb verb, const std::string& path, const std::string& body, const OnBytes& on_bytes) {
  const auto start = Clock::now();
  deadline_length_ = deadlines_.connect;
  deadline_ = start + deadline_length_;
  connect();
  deadline_length_ = deadlines_.total;
  deadline_ = start + deadline_length_;
  send(verb, path, body);
  return receive(on_bytes);
}

void Exchange::connect() {
  ErrorCode error;
  const auto address = asio::ip::make_address(endpoint_.host, error);
  const auto port = static_cast<unsigned short>(endpoint_.port);
  if (!error) {
    const tcp::endpoint peer{address, port};
    error = finish("connecting", [&](auto handler) { socket_.async_connect(peer, std::move(handler)); });
  } else {
    tcp::resolver resolver{context_};
    tcp::resolver::results_type found;
    error = finish("looking up the name", [&](auto handler) {
      resolver.async_resolve(endpoint_.host, std::to_string(port),
                             [&found, handler](ErrorCode result, const tcp::resolver::results_type& all) mutable {
                               found = all;
                               handler(result);
                             });
    });
    for (auto peer = found.begin(); peer != found.end(); ++peer) {
      ErrorCode ignored;
      socket_.close(ignored);
      error = finish("connecting", [&](auto handler) { socket_.async_connect(*peer, std::move(handler)); });
      if (!error) break;
    }
  }
  if (error) fail(FailureKind::bad_response, fmt::format("cannot connect to {}: {}", name(), error.message()));
  socket_.set_option(tcp::no_delay{true}, error);
}

void Exchange::send(http::verb verb, const std::string& path, const std::string& body) {
  http::request<http::string_body> request{verb, endpoint_.base_path + path, 11};
  request.set(http::field::host, name());
  request.set(http::field::user_agent, "sweetspot");
  request.set(http::field::accept_encoding, "identity");
  request.set(http::field::connection, "close");
  for (const auto& [name, value] : endpoint_.headers) request.set(name, value);
  if (!endpoint_.api_key.empty()) request.set(http::field::authorization, "Bearer " + endpoint_.api_key);
  if (verb == http::verb::post) {
    request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
  }
  const auto error = finish("sending the request", [&](auto handler) {
    http::async_write(socket_, request, [handler](ErrorCode result, std::size_t) mutable { handler(result); });
  });
  if (error)
    fail(FailureKind::bad_response, fmt::format("the connection to {} broke while sending: {}", name(), error.message()));
  sent_at_ = Clock::now();
}

HttpResponse Exchange::receive(const OnBytes& on_bytes) {
  HttpResponse response;
  boost::beast::flat_buffer buffer;
  buffer.reserve(read_bytes);
  wait_in_slices();
  // Not eager: an eager parser holds back a chunk of the body until it has seen the head of the next one.
  http::response_parser<http::string_body> parser;
  parser.body_limit(limits::response_bytes);
  std::size_t seen = 0;
  std::optional<double> first_byte_ms;
  while (!parser.is_done() && !stopped_) {
    const auto error = read_step(buffer, parser, on_bytes);
    if (stopped_) break;
    const auto at = since_sent();
    if (!first_byte_ms && parser.got_some()) first_byte_ms = at.count();
    const std::string& body = parser.get().body();
    if (body.size() > seen) {
      const std::string_view piece = std::string_view{body}.substr(seen);
      seen = body.size();
      if (on_bytes && !on_bytes(piece, at)) stopped_ = true;
    }
    if (!error) continue;
    if (error == http::error::body_limit) {
      fail(FailureKind::bad_response, fmt::format("the answer of {} is larger than {} bytes", name(), limits::response_bytes));
    }
    if (!parser.is_header_done()) {
      const bool cut = error == http::error::end_of_stream || error == asio::error::connection_reset;
      fail(FailureKind::bad_response, cut ? fmt::format("{} closed the connection without an answer", name())
                                          : fmt::format("{} does not answer in HTTP: {}", name(), error.message()));
    }
    response.end = HttpResponse::End::truncated;
    break;
  }
  if (stopped_) response.end = HttpResponse::End::stopped;
  if (parser.is_header_done()) response.status = static_cast<int>(parser.get().result_int());
  response.content_type = std::string{parser.get()[http::field::content_type]};
  response.body = std::move(parser.get().body());
  response.first_byte_ms = first_byte_ms.value_or(0);
  response.total_ms = since_sent().count();
  return response;
}

/// Starts an asynchronous call and runs the loop until its handler was called. The call may refer to what lives in the
/// caller: when it is left early the socket is closed and the loop run until the handler has come back.
template <typename Start>
ErrorCode Exchange::finish(const char* what, Start start) {
  std::optional<ErrorCode> result;
  const auto abandon = [&] {
    ErrorCode ignored;
    socket_.close(ignored);
    context_.restart();
    while (!result && context_.run_one_for(std::chrono::seconds{1}) > 0) {
    }
  };
  start([&result](ErrorCode error) { result = error; });
  context_.restart();
  try {
    while (!result) {
      context_.run_one_for(slice);
      if (!result) check_time(what);
    }
  } catch (...) {
    abandon();
    throw;
  }
  return result.value_or(asio::error::operation_aborted);
}

/// From here on a call that receives waits, but never longer than a slice.
void Exchange::wait_in_slices() {
  ErrorCode error;
  socket_.native_non_blocking(false, error);
  const timeval timeout{0, static_cast<suseconds_t>(std::chrono::microseconds(slice).count())};
  const bool set = setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) == 0;
  if (error || !set) throw Error{fmt::format("the connection to {} cannot be given a time limit", name()), ""};
}

/// Throws at an interrupt and at the deadline.
void Exchange::check_time(const char* what) const {
  if (interrupt_->raised()) throw Interrupted{};
  if (Clock::now() < deadline_) return;
  fail(FailureKind::timed_out, fmt::format("no end within {:.3g} s while {} ({})",
                                           std::chrono::duration<double>(deadline_length_).count(), what, name()));
}

/// One step of the answer: what the bytes at hand bring, or else more bytes. Not Beast's own read, which asks the socket once
/// more whenever the end of a chunk is left over.
template <typename Parser>
ErrorCode Exchange::read_step(boost::beast::flat_buffer& buffer, Parser& parser, const OnBytes& on_wait) {
  ErrorCode error;
  if (buffer.size() > 0) {
    const std::size_t used = parser.put(buffer.data(), error);
    buffer.consume(used);
    if (error != http::error::need_more) return error;
    if (used > 0) return {};
    error = {};
  }
  const std::size_t got = receive_some(buffer.prepare(read_bytes), error, on_wait);
  buffer.commit(got);
  if (error || stopped_ || got > 0) return error;
  if (!parser.got_some()) return http::error::end_of_stream;
  parser.put_eof(error);
  return error;
}

/// What has come, or 0 bytes at the end of the stream. `on_wait` is asked while nothing comes, and may stop it.
std::size_t Exchange::receive_some(asio::mutable_buffer space, ErrorCode& error, const OnBytes& on_wait) {
  while (true) {
    const ssize_t got = ::recv(socket_.native_handle(), space.data(), space.size(), 0);
    const int reason = errno;
    check_time("waiting for the answer");
    if (got >= 0) return static_cast<std::size_t>(got);
    if (reason != EAGAIN && reason != EWOULDBLOCK && reason != EINTR) {
      error = ErrorCode{reason, boost::system::system_category()};
      return 0;
    }
    if (!on_wait || on_wait({}, since_sent())) continue;
    stopped_ = true;
    return 0;
  }
}

std::string Exchange::name() const {
  if (endpoint_.host.find(':') != std::string::npos) return fmt::format("[{}]:{}", endpoint_.host, endpoint_.port);
  return fmt::format("{}:{}", endpoint_.host, endpoint_.port);
}

void Exchange::fail(FailureKind kind, const std::string& detail) const { throw TrialError{Failure{kind, detail, {}}}; }

}  // namespace

}  // namespace sweetspot
