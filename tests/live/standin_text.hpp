#pragma once

#include "live/standin_exchange.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace sweetspot::standin {

/// Does its damage to the text and thoughts of one streamed answer, piece by piece.
class TextFault {
public:
  TextFault(std::string_view fault, const ChatRequest& request);
  /// What goes out now; nothing where it is kept back.
  std::string take(std::string piece);
  std::string take_thoughts(const std::string& piece);
  /// No more of either comes: what was kept back.
  std::string rest();

private:
  std::string take_opening(const std::string& piece);
  bool is_whole_opening() const;

  std::string fault_;
  ChatRequest request_;
  int pieces_ = 0;
  int words_ = 0;
  bool mangle_due_ = false;
  bool keeps_opening_ = false;  ///< what comes first goes out as one piece
  std::string kept_;
};

/// The same for an answer that is not streamed: its first choice.
void damage_text(std::string_view fault, const ChatRequest& request, nlohmann::ordered_json& choice);

}  // namespace sweetspot::standin
