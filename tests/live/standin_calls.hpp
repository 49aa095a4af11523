#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sweetspot::standin {

/// Does its damage to the tool calls of one streamed answer.
class CallFault {
public:
  explicit CallFault(std::string_view fault) : fault_(fault) {}
  /// Adds what to send in place of a chunk that brings pieces of calls.
  void take(nlohmann::ordered_json& chunk, std::vector<std::string>& events);
  /// No more calls come: adds what was kept back.
  void release(std::vector<std::string>& events);

private:
  void take_last_brace(nlohmann::ordered_json& chunk, std::vector<std::string>& events);
  void keep(nlohmann::ordered_json& chunk, std::vector<std::string>& events);

  std::string fault_;
  std::string held_;               ///< last_brace: the last piece, until it is known whether another one of its call follows
  std::vector<std::string> kept_;  ///< all pieces, each a chunk with one call, where they go out at the end
};

/// The same for the message of an answer that is not streamed.
void damage_calls(std::string_view fault, nlohmann::ordered_json& message);

}  // namespace sweetspot::standin
