#pragma once

#include "demo_engine/server/connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <functional>

namespace demo {

using Handler = std::function<void(const HttpRequest&, Responder&)>;

/// Serves one client until it leaves, is silent for too long or `stopping` says so: HTTP/1.1 with caps on head and body.
/// `context` is this connection's own and runs in the calling thread; stopping it ends every wait.
void serve_connection(boost::asio::io_context& context, boost::asio::ip::tcp::socket socket, const Handler& handler,
                      const std::function<bool()>& stopping);

}  // namespace demo
