#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace sweetspot::standin {

enum class Form { streamed, plain };

/// Falsifies what one answer says about itself, and leaves what it says: why it ended, and its token counts.
class ClaimFault {
public:
  /// `request` is the number of this chat request, from 1.
  ClaimFault(std::string_view fault, int request, Form form) : fault_(fault), request_(request), form_(form) {}
  /// A chunk of a stream, or a whole answer.
  void take(nlohmann::ordered_json& answer);

private:
  void take_usage(nlohmann::ordered_json& usage) const;

  std::string fault_;
  int request_;
  Form form_;
  bool ends_otherwise_ = false;  ///< another reason was told
};

}  // namespace sweetspot::standin
