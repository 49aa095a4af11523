#pragma once

#include "core/failure.hpp"
#include "core/interrupt.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace sweetspot {

struct HttpEndpoint {
  std::string host = "127.0.0.1";
  int port = 0;
  std::string base_path;  ///< "" or "/prefix"
  std::map<std::string, std::string> headers = {};
  std::string api_key = {};  ///< sent as a bearer token, and told to nobody else; empty: none
};

struct HttpResponse {
  /// How the body ended: as its framing says, before that, or because the caller had seen enough.
  enum class End { complete, truncated, stopped };
  int status = 0;
  std::string content_type;
  std::string server;  ///< what the Server header says
  std::string body;
  End end = End::complete;
  double first_byte_ms = 0;  ///< after the request was sent: first byte of the answer, its header included
  double total_ms = 0;       ///< after the request was sent
};

struct HttpDeadlines {
  std::chrono::milliseconds connect;
  std::chrono::milliseconds total;
};

/// Sees each piece of the body with the time at which it arrived, after the request was sent, and an empty piece about every
/// 20 ms while nothing arrives, so that it can watch the clock. Returning false ends the request (not an error); what it
/// throws is passed on.
using OnBytes = std::function<bool(std::string_view bytes, std::chrono::duration<double, std::milli> at)>;

/// When OnBytes sees a piece: up to 20 ms after it arrived together with what came meanwhile, which costs least, or at once.
enum class Delivery { gathered, at_once };

/// One request, one connection, no redirects, no compression; interim responses (1xx) before the answer are passed over. Throws
/// TrialError: timed_out (names which deadline), bad_response (connection refused or reset, not HTTP, body or header above the
/// cap, too many interim responses); Interrupted. A body that ends early is no exception: see HttpResponse::End.
HttpResponse http_get(const HttpEndpoint& endpoint, const std::string& path, const HttpDeadlines& deadlines,
                      const InterruptFlag& interrupt);
HttpResponse http_post(const HttpEndpoint& endpoint, const std::string& path, const std::string& json_body,
                       const HttpDeadlines& deadlines, const InterruptFlag& interrupt, const OnBytes& on_bytes = {},
                       Delivery delivery = Delivery::gathered);

}  // namespace sweetspot
