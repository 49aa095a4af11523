#pragma once

#include "live/standin_calls.hpp"
#include "live/standin_claims.hpp"
#include "live/standin_exchange.hpp"
#include "live/standin_text.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sweetspot::standin {

/// What becomes of the connection after the events of a step were sent.
enum class Then { go_on, close, hang, kill_server };

struct Step {
  std::vector<std::string> events;  ///< data of server-sent events, in order
  Then then = Then::go_on;
};

/// The names of the faults of chat answers, "none" and "rechunk" among them.
const std::vector<std::string_view>& fault_names();

/// Does its damage to one streamed answer: fed with each event's data as the real server sent it, says what to send in its
/// place. `after` is how many deltas stay untouched where the fault starts in the middle.
class StreamFault {
public:
  StreamFault(std::string_view fault, const ChatRequest& request, int after);
  Step take(const std::string& data);

private:
  Step take_done();
  void take_delta(nlohmann::ordered_json& chunk, Step& step);
  void take_content(nlohmann::ordered_json& chunk, std::string text, Step& step);
  void release_text(Step& step);
  void take_finish(nlohmann::ordered_json& chunk, Step& step);
  void release_tail(Step& step);

  std::string fault_;
  int request_;
  int after_;
  int deltas_ = 0;        ///< content deltas so far
  std::string held_;      ///< fault "drop_tail": the event that is kept back until it is known whether it is the last of its kind
  std::string template_;  ///< the last event with text or thoughts, to put late ones into
  std::string text_field_;  ///< which of both it has
  ClaimFault claims_;
  TextFault text_;
  CallFault calls_;
};

/// The same for an answer that is not streamed: the body to send.
std::string faulty_body(std::string_view fault, const ChatRequest& request, const std::string& body);

}  // namespace sweetspot::standin
