#pragma once

#include "core/config.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sweetspot {

/// What a change of the parameter costs: a new server, or only another request.
enum class Scope { restart, request };

/// What a parameter may do to the output. none: must be exact; numeric: may flip near ties; lossy: a declared change of
/// quality; unverified: accepts tokens that the model did not choose; semantic: changes what is asked.
enum class Effect { none, numeric, lossy, unverified, semantic };

struct Choices {
  std::vector<std::string> words;  ///< none: any text
  bool operator==(const Choices&) const = default;
};
struct IntegerRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
  std::vector<std::string> words;  ///< also allowed, such as "auto"
  bool operator==(const IntegerRange&) const = default;
};
struct RealRange {
  double low = 0;
  double high = 0;
  bool operator==(const RealRange&) const = default;
};
struct Toggle {  ///< "on" or "off"
  bool operator==(const Toggle&) const = default;
};
using Domain = std::variant<Choices, IntegerRange, RealRange, Toggle>;

/// One comparison: `parameter` against a value, or against another parameter when `other` is not empty. Values of a
/// parameter that is absent from a configuration are its default.
struct Condition {
  enum class Op { equal, not_equal, less, less_or_equal, greater, greater_or_equal };
  std::string parameter;
  Op op = Op::equal;
  Value value;
  std::string other;
  double offset = 0;  ///< added to the other parameter's value before the comparison
  bool operator==(const Condition&) const = default;
};

/// A combination that is never launched: refused when every condition holds.
struct Constraint {
  std::vector<Condition> when;
  std::string reason;
  bool operator==(const Constraint&) const = default;
};

struct Parameter {
  std::string name;
  std::string description;
  Domain domain;
  Value default_value;
  Scope scope = Scope::restart;
  Effect effect = Effect::numeric;
  std::vector<Condition> active_when;  ///< when one does not hold the parameter does nothing and is kept at its default
  bool operator==(const Parameter&) const = default;
};

/// The value as the parameter means it ("true", "1", "On" -> "on" for a toggle). Throws Error that names parameter,
/// value and what is allowed.
Value checked_value(const Parameter& parameter, const Value& value);

/// "on|off", "0..64", "f16|q8_0": for messages and `sweetspot engines`.
std::string domain_text(const Domain& domain);

/// The value that `config` gives `name`, else the default in `parameters`, else nothing.
std::optional<Value> effective_value(const std::vector<Parameter>& parameters, const Config& config, const std::string& name);

/// A parameter that is neither in `config` nor among `parameters` makes every comparison false. Words compare as equal or
/// not; an order between a word and anything is false.
bool holds(const Condition& condition, const std::vector<Parameter>& parameters, const Config& config);

std::string_view to_string(Scope scope);
std::string_view to_string(Effect effect);

}  // namespace sweetspot
