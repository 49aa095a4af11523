#pragma once

#include <string>
#include <string_view>

namespace demo {

struct HttpRequest {
  std::string method;
  std::string path;  ///< without the query
  std::string body;
};

/// The way back to one client. Writing to a client that has gone is no error; gone() then says so.
class Responder {
public:
  virtual ~Responder() = default;
  /// The whole response.
  virtual void send(int status, std::string_view json) = 0;
  /// A response of unknown length: server-sent events.
  virtual void begin_stream() = 0;
  virtual void write(std::string_view bytes) = 0;
  /// Ends the stream properly. Without it the connection is closed in mid-answer.
  virtual void end_stream() = 0;
  /// The client closed, or the server stops.
  virtual bool gone() = 0;
};

}  // namespace demo
