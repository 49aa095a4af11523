#include "run/attached.hpp"

#include "core/limits.hpp"
#include "core/statistics.hpp"

#include <vector>

namespace sweetspot {
namespace {

constexpr int round_trips = 9;

}  // namespace

ChatTarget target_of(const AttachedServer& server) {
  ChatTarget target;
  target.engine = &server.engine;
  target.endpoint = server.endpoint;
  target.model = server.model;
  return target;
}

double round_trip_ms(const ChatTarget& server, const InterruptFlag& interrupt) {
  const HttpDeadlines deadlines{limits::connect_timeout, limits::short_request_timeout};
  std::vector<double> times;
  times.reserve(round_trips);
  for (int i = 0; i < round_trips; ++i)
    times.push_back(http_get(server.endpoint, server.engine->ready.path, deadlines, interrupt).first_byte_ms);
  return median(times);
}

}  // namespace sweetspot
