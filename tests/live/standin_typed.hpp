#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sweetspot::standin {

/// The names of the faults of typed streams.
const std::vector<std::string_view>& typed_fault_names();

/// Does its damage to one streamed answer of the messages or responses API, whose events have names: fed with each event,
/// says what to send in its place, as whole blocks of the stream.
class TypedFault {
public:
  explicit TypedFault(std::string_view fault) : fault_(fault) {}
  std::string take(const std::string& name, const std::string& data);

private:
  std::string fault_;
  int deltas_ = 0;      ///< pieces of text so far
  std::string held_;    ///< the last piece of arguments, until it is known whether another one follows
  std::string braced_;  ///< the same without its last brace
};

}  // namespace sweetspot::standin
