#pragma once

#include "demo_engine/conversation.hpp"
#include "demo_engine/values.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// What a request says about a tool's parameters, as JSON; the values taken are marked used. Parameters that are not
/// required are left out when the request says nothing of them.
std::string arguments_for(const std::vector<Parameter>& parameters, std::string_view request, std::vector<Value>& values);

}  // namespace demo
