#pragma once

#include "backends/descriptor.hpp"
#include "core/config.hpp"
#include "core/search_space.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// The values that an engine searches where the user names none: parameter -> values.
using DefaultValues = std::map<std::string, std::vector<Value>>;

/// Axes of "--param NAME[=VALUES]" arguments, in their order. VALUES are "a,b,c" and "lo..hi[:step]", mixed at will;
/// "\," is a comma inside a value. Without VALUES: those in `defaults`, else all that the parameter knows. Throws Error
/// that names the argument: unknown parameter or value (with "did you mean"), named twice, too many values, none.
std::vector<Axis> axes_from(const EngineDescriptor& engine, const std::vector<std::string>& arguments,
                            const DefaultValues& defaults);

/// The VALUES of one name in "--param NAME=VALUES" arguments as words, in their order; none when none names it so.
std::vector<std::string> words_given(const std::vector<std::string>& arguments, std::string_view name);

/// Configuration of "NAME=VALUE" arguments of `option` ("--set", "--fix"). Throws Error as above.
Config config_from(const EngineDescriptor& engine, const std::vector<std::string>& arguments, std::string_view option);

/// Parameter names of "--exclude NAME[,NAME]" arguments. Throws Error for names that the engine has not.
std::vector<std::string> excluded_names(const EngineDescriptor& engine, const std::vector<std::string>& arguments);

/// VALUES as above for one parameter; `place` is what an error names ("--param threads").
std::vector<Value> values_from(const Parameter& parameter, std::string_view values, const std::string& place);

/// The engine's parameter, or Error with "did you mean".
const Parameter& known_parameter(const EngineDescriptor& engine, const std::string& name, const std::string& place);

}  // namespace sweetspot
