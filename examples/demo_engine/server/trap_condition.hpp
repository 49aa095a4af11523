#pragma once

#include "demo_engine/server/options.hpp"
#include "demo_engine/server/trap.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// One condition of a trap. Of the moment: token, request, concurrency, context, temperature (with > < >= <= = !=),
/// streaming, plain, tools, no-tools. Of the launch: any flag by the tuner's name (kv_type_k=q8_0, batch>512), depth for
/// draft_depth, speculating, optimistic, and a class of flags (numeric, lossy, unverified, none): one of
/// them is not at its default.
struct TrapCondition {
  enum class Op { equal, unequal, greater, less, greater_equal, less_equal };
  std::string name;
  Op op = Op::equal;
  std::string value;  ///< empty for a bare word
  double number = 0;  ///< of the value
};

/// Throws UsageError with what is wrong.
TrapCondition parse_condition(std::string_view text);
/// Separated by commas; empty text has none.
std::vector<TrapCondition> parse_conditions(std::string_view text);

/// Whether it can be decided when the server starts.
bool of_launch(const TrapCondition& condition);
bool holds_at_launch(const TrapCondition& condition, const Options& options);
bool holds_now(const TrapCondition& condition, const Facts& facts);

}  // namespace demo
