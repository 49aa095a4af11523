#include "demo_engine/server/http_server.hpp"

#include <fmt/format.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace demo {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t most_connections = 128;
constexpr auto farewell = std::chrono::seconds{3};

constexpr std::string_view too_many =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 90\r\nConnection: close\r\n\r\n"
    R"({"error":{"code":503,"message":"too many connections at once","type":"unavailable_error"}})";

asio::ip::tcp::endpoint endpoint_of(const std::string& host, int port) {
  error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error) throw std::runtime_error("\"" + host + "\" is no address: --host takes numbers such as 127.0.0.1");
  return {address, static_cast<unsigned short>(port)};
}

}  // namespace

HttpServer::HttpServer(const std::string& host, int port, Handler handler)
    : handler_(std::move(handler)), acceptor_(context_), asked_to_stop_([this] { return stopping_.load(); }) {
  const auto endpoint = endpoint_of(host, port);
  try {
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error(
        fmt::format("couldn't bind HTTP server socket, hostname: {}, port: {}: {}", host, port, error.code().message()));
  }
}

HttpServer::~HttpServer() {
  stop();
  std::unique_lock lock(mutex_);
  const bool all_left = left_.wait_for(lock, farewell, [&] { return connections_.empty(); });
  // A thread that does not come back holds what is about to be destroyed.
  if (!all_left) std::_Exit(EXIT_FAILURE);
}

void HttpServer::run() {
  asio::signal_set signals(context_, SIGTERM, SIGINT);
  signals.async_wait([this](error_code error, int) {
    if (!error) stop();
  });
  accept_next();
  context_.run();
}

void HttpServer::stop() {
  if (stopping_.exchange(true)) return;
  context_.stop();
  const std::lock_guard lock(mutex_);
  for (const auto& connection : connections_) connection->stop();
}

void HttpServer::accept_next() {
  auto own = std::make_shared<asio::io_context>(1);
  auto& own_context = *own;
  acceptor_.async_accept(own_context, [this, own = std::move(own)](error_code error, asio::ip::tcp::socket socket) {
    if (!error) take(own, std::move(socket));
    if (error != asio::error::operation_aborted) accept_next();
  });
}

void HttpServer::take(std::shared_ptr<asio::io_context> context, asio::ip::tcp::socket socket) {
  {
    const std::lock_guard lock(mutex_);
    if (connections_.size() >= most_connections) {
      error_code ignored;
      socket.write_some(asio::buffer(too_many), ignored);
      return;
    }
    connections_.insert(context);
  }
  std::thread([this, context = std::move(context), taken = std::move(socket)]() mutable {
    serve_connection(*context, std::move(taken), handler_, asked_to_stop_);
    const std::lock_guard lock(mutex_);
    connections_.erase(context);
    left_.notify_all();
  }).detach();
}

}  // namespace demo
