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

#include <algorithm>
#include <cerrno>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace sweetspot {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using ErrorCode = boost::system::error_code;
using Parser = http::response_parser<http::string_body>;

// How long an interrupt may go unnoticed, and how long what has arrived may wait to be read.
constexpr std::chrono::milliseconds slice{20};
constexpr std::size_t read_bytes = 64 << 10;

/// What one call that received brought.
struct Arrival {
  Clock::time_point at;
  std::size_t bytes = 0;
};

/// One request on one connection. Connecting and sending are asynchronous calls, because only they can be left at a deadline
/// or an interrupt, but waited for one at a time: each `finish` runs the loop until the call that was just started has ended.
/// The answer is received by blocking calls that come back after a slice: one system call a token, where the loop takes four.
/// What they bring gets its time at once and is read some time later, several arrivals in a row: between two tokens the caches
/// lose all that reading needs, so that reading each on its arrival costs several times as much.
class Exchange {
public:
  Exchange(HttpEndpoint endpoint, const HttpDeadlines& deadlines, const InterruptFlag& interrupt, Delivery delivery)
      : endpoint_(std::move(endpoint)), deadlines_(deadlines), interrupt_(&interrupt), delivery_(delivery) {}
  HttpResponse run(http::verb verb, const std::string& path, const std::string& body, const OnBytes& on_bytes);

private:
  void connect();
  void send(http::verb verb, const std::string& path, const std::string& body);
  HttpResponse receive(const OnBytes& on_bytes);
  void begin_response();
  template <typename Start>
  ErrorCode finish(const char* what, Start start);
  void wait_in_slices();
  ErrorCode gather(const OnBytes& on_bytes);
  bool enough_gathered(const OnBytes& on_bytes) const;
  ErrorCode read_arrival(const Arrival& arrival, const OnBytes& on_bytes);
  std::size_t put(ErrorCode& error);
  [[noreturn]] void refuse_framing() const;
  void check_header(std::size_t used, ErrorCode error);
  void pass_over_interim();
  HttpResponse::End end_after(ErrorCode error);
  void check_time(const char* what, Clock::time_point now) const;
  std::string name() const;
  Milliseconds after_sent(Clock::time_point time) const { return time - sent_at_; }
  [[noreturn]] void fail(FailureKind kind, const std::string& detail) const;

  HttpEndpoint endpoint_;
  HttpDeadlines deadlines_;
  const InterruptFlag* interrupt_;
  Delivery delivery_;
  asio::io_context context_{1};
  tcp::socket socket_{context_};
  Clock::time_point deadline_;
  std::chrono::milliseconds deadline_length_{0};
  Clock::time_point sent_at_;
  Clock::time_point received_at_;  ///< when the last call that received came back
  boost::beast::flat_buffer buffer_;
  std::vector<Arrival> arrivals_;  ///< in the buffer, not read yet
  std::size_t readable_ = 0;       ///< bytes of the buffer from arrivals that are being or have been read
  // Not eager: an eager parser holds back a chunk of the body until it has seen the head of the next one.
  std::optional<Parser> parser_;  ///< of the response that is being read
  std::optional<Clock::time_point> first_byte_at_;
  std::size_t header_bytes_ = 0;  ///< read
  int interim_responses_ = 0;     ///< passed over
  bool stopped_ = false;
};

bool is_interim(const Parser& parser);

}  // namespace

HttpResponse http_get(const HttpEndpoint& endpoint, const std::string& path, const HttpDeadlines& deadlines,
                      const InterruptFlag& interrupt) {
  return Exchange{endpoint, deadlines, interrupt, Delivery::at_once}.run(http::verb::get, path, {}, {});
}

HttpResponse http_post(const HttpEndpoint& endpoint, const std::string& path, const std::string& json_body,
                       const HttpDeadlines& deadlines, const InterruptFlag& interrupt, const OnBytes& on_bytes,
                       Delivery delivery) {
  return Exchange{endpoint, deadlines, interrupt, delivery}.run(http::verb::post, path, json_body, on_bytes);
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
  wait_in_slices();
  begin_response();
  Clock::time_point ended_at;
  ErrorCode error;
  while (!error && !parser_->is_done() && !stopped_) {
    error = gather(on_bytes);
    ended_at = received_at_;
    for (const Arrival& arrival : arrivals_) {
      const ErrorCode wrong = read_arrival(arrival, on_bytes);
      if (wrong) error = wrong;
      if (parser_->is_done()) ended_at = arrival.at;
      if (wrong || parser_->is_done()) break;
    }
    arrivals_.clear();
  }
  response.end = end_after(error);
  if (parser_->is_header_done()) response.status = static_cast<int>(parser_->get().result_int());
  response.content_type = std::string{parser_->get()[http::field::content_type]};
  response.server = std::string{parser_->get()[http::field::server]};
  response.body = std::move(parser_->get().body());
  response.first_byte_ms = first_byte_at_ ? after_sent(*first_byte_at_).count() : 0;
  response.total_ms = after_sent(ended_at).count();
  return response;
}

/// The next bytes are a response's first.
void Exchange::begin_response() {
  parser_.emplace();
  parser_->body_limit(limits::response_bytes);
  parser_->header_limit(limits::response_header_bytes);
  header_bytes_ = 0;
  first_byte_at_.reset();
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
      if (!result) check_time(what, Clock::now());
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
void Exchange::check_time(const char* what, Clock::time_point now) const {
  if (interrupt_->raised()) throw Interrupted{};
  if (now < deadline_) return;
  fail(FailureKind::timed_out, fmt::format("no end within {:.3g} s while {} ({})",
                                           std::chrono::duration<double>(deadline_length_).count(), what, name()));
}

/// Receives until there is something to be read, or until `on_bytes` ends the wait for it. The error that ended the stream, its
/// plain end among them.
ErrorCode Exchange::gather(const OnBytes& on_bytes) {
  while (true) {
    const auto space = buffer_.prepare(read_bytes);
    const ssize_t got = ::recv(socket_.native_handle(), space.data(), space.size(), 0);
    const int reason = got < 0 ? errno : 0;
    received_at_ = Clock::now();
    check_time("waiting for the answer", received_at_);
    if (got == 0) return http::error::end_of_stream;
    if (got > 0) {
      buffer_.commit(static_cast<std::size_t>(got));
      arrivals_.push_back({received_at_, static_cast<std::size_t>(got)});
      if (enough_gathered(on_bytes)) return {};
      continue;
    }
    if (reason != EAGAIN && reason != EWOULDBLOCK && reason != EINTR) return {reason, boost::system::system_category()};
    if (!arrivals_.empty()) return {};
    if (!on_bytes || on_bytes({}, after_sent(received_at_))) continue;
    stopped_ = true;
    return {};
  }
}

bool Exchange::enough_gathered(const OnBytes& on_bytes) const {
  if (!on_bytes || delivery_ == Delivery::at_once) return true;
  return received_at_ - arrivals_.front().at >= slice || buffer_.size() >= read_bytes;
}

/// Reads what the bytes up to the end of this arrival bring, and hands on its part of the body.
ErrorCode Exchange::read_arrival(const Arrival& arrival, const OnBytes& on_bytes) {
  readable_ += arrival.bytes;
  while (readable_ > 0 && !parser_->is_done() && !stopped_) {
    if (!first_byte_at_) first_byte_at_ = arrival.at;
    const std::size_t seen = parser_->get().body().size();
    ErrorCode error;
    const bool in_header = !parser_->is_header_done();
    const std::size_t used = put(error);
    buffer_.consume(used);
    readable_ -= used;
    if (in_header) check_header(used, error);
    if (error == http::error::need_more && readable_ > limits::response_header_bytes) refuse_framing();
    const auto piece = std::string_view{parser_->get().body()}.substr(seen);
    if (on_bytes && !piece.empty() && !on_bytes(piece, after_sent(arrival.at))) stopped_ = true;
    if (error == http::error::need_more) error = {};
    if (error || used == 0) return error;
    if (is_interim(*parser_)) pass_over_interim();
  }
  return {};
}

/// What the parser takes of the bytes that may be read. Beast throws at a trailer field that is too long for its own table.
std::size_t Exchange::put(ErrorCode& error) {
  try {
    return parser_->put(asio::buffer(buffer_.data(), readable_), error);
  } catch (const std::length_error&) {
    refuse_framing();
  }
}

/// The line before a chunk, or the fields after the last one, are as long as no server makes them.
void Exchange::refuse_framing() const {
  fail(FailureKind::bad_response, fmt::format("the answer of {} has a chunk header or a trailer of more than {} bytes", name(),
                                              limits::response_header_bytes));
}

/// Beast's own limit holds for what is still unread of the header, and so depends on how the bytes arrive.
void Exchange::check_header(std::size_t used, ErrorCode error) {
  header_bytes_ += used;
  if (header_bytes_ <= limits::response_header_bytes && error != http::error::header_limit) return;
  fail(FailureKind::bad_response,
       fmt::format("the header of the answer of {} is larger than {} bytes", name(), limits::response_header_bytes));
}

void Exchange::pass_over_interim() {
  if (++interim_responses_ > limits::interim_responses) {
    fail(FailureKind::bad_response,
         fmt::format("{} sent more than {} interim responses (HTTP 1xx) before an answer", name(), limits::interim_responses));
  }
  begin_response();
}

/// A response of 1xx, after which the answer is yet to come (RFC 9110, 15.2). Not 101: what follows that is no HTTP.
bool is_interim(const Parser& parser) {
  const unsigned status = parser.get().result_int();
  return parser.is_header_done() && status / 100 == 1 && status != 101;
}

/// How the answer ended; throws where there is none that could be used.
HttpResponse::End Exchange::end_after(ErrorCode error) {
  if (stopped_) return HttpResponse::End::stopped;
  // A body without a length ends with the connection.
  if (error == http::error::end_of_stream && parser_->got_some() && !parser_->is_done()) parser_->put_eof(error);
  if (parser_->is_done()) return HttpResponse::End::complete;
  if (error == http::error::body_limit) {
    fail(FailureKind::bad_response, fmt::format("the answer of {} is larger than {} bytes", name(), limits::response_bytes));
  }
  if (parser_->is_header_done()) return HttpResponse::End::truncated;
  const bool cut = error == http::error::end_of_stream || error == asio::error::connection_reset;
  fail(FailureKind::bad_response, cut ? fmt::format("{} closed the connection without an answer", name())
                                      : fmt::format("{} does not answer in HTTP: {}", name(), error.message()));
}

std::string Exchange::name() const {
  if (endpoint_.host.find(':') != std::string::npos) return fmt::format("[{}]:{}", endpoint_.host, endpoint_.port);
  return fmt::format("{}:{}", endpoint_.host, endpoint_.port);
}

void Exchange::fail(FailureKind kind, const std::string& detail) const { throw TrialError{Failure{kind, detail, {}}}; }

}  // namespace

}  // namespace sweetspot
