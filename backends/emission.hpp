#pragma once

#include "backends/descriptor.hpp"
#include "backends/probe.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// Why something is not possible, and the way out.
struct Refusal {
  std::string reason;
  std::string hint;
};

/// What one parameter puts on the command line.
struct Written {
  /// A flag and perhaps its value; nothing for a default or a parameter that does nothing here.
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  ///< where a variable takes the place of a flag
  std::optional<Refusal> refusal;
};

/// How this binary is told the value that `config` gives the parameter. `config` is resolved (speculation.hpp). Pure.
Written written(const EngineDescriptor& engine, const EngineProbe& probe, const EngineParameter& row, const Config& config);

/// The option of the first of `spellings` that the help offers, with that spelling; nothing when it offers none.
struct Spelling {
  std::string flag;
  const HelpOption* option = nullptr;
};
std::optional<Spelling> first_spelling(const HelpTable& help, const std::vector<std::string>& spellings);

/// The flag that the parameter has in this binary under this configuration.
std::optional<Spelling> active_spelling(const EngineDescriptor& engine, const EngineProbe& probe, const EngineParameter& row,
                                        const Config& config);

/// The descriptor's parameters with the defaults of this binary.
std::vector<Parameter> binary_parameters(const EngineDescriptor& engine, const EngineProbe& probe);

/// "llama-server b11669": for messages.
std::string binary_name(const EngineDescriptor& engine, const EngineProbe& probe);

/// "a, b, c"
std::string listed(const std::vector<std::string>& words);

}  // namespace sweetspot
