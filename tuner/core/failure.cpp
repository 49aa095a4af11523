#include "core/failure.hpp"

#include "core/enum_names.hpp"

#include <array>

namespace sweetspot {

namespace {

constexpr std::array<std::string_view, 8> failure_kinds{"launch_failed", "not_ready",    "out_of_memory", "crashed",
                                                        "timed_out",     "bad_response", "unsupported",   "interrupted"};

}  // namespace

std::string_view to_string(FailureKind kind) { return enum_name(failure_kinds, kind); }

FailureKind failure_kind_from(std::string_view text) { return enum_from<FailureKind>(failure_kinds, text, "failure kind"); }

}  // namespace sweetspot
