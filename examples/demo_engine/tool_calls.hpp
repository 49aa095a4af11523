#pragma once

#include "demo_engine/conversation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace demo {

struct PlannedCall {
  std::string name;
  std::string arguments;  ///< JSON
};

/// The calls that a request asks for, one per wish; none where no tool fits. With `must_call` the best tool is called
/// even when it hardly fits.
std::vector<PlannedCall> calls_for(std::string_view request, const std::vector<Tool>& tools, bool must_call);

/// `{"name": ..., "arguments": ...}` as it stands between the markers.
std::string call_text(const PlannedCall& call);

}  // namespace demo
