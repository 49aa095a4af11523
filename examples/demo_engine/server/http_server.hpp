#pragma once

#include "demo_engine/server/http_connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace demo {

/// Listens and gives each connection a thread. stop() ends them all; the destructor waits for them.
class HttpServer {
public:
  /// Throws std::runtime_error when the address cannot be had.
  HttpServer(const std::string& host, int port, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const { return port_; }
  /// Serves until SIGTERM, SIGINT or stop().
  void run();
  void stop();
  bool stopping() const { return stopping_.load(); }

private:
  void accept_next();
  void take(std::shared_ptr<boost::asio::io_context> context, boost::asio::ip::tcp::socket socket);

  Handler handler_;
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_;
  int port_ = 0;
  std::function<bool()> asked_to_stop_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable left_;
  std::set<std::shared_ptr<boost::asio::io_context>> connections_;
};

}  // namespace demo
