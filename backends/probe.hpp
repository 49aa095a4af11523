#pragma once

#include "backends/descriptor.hpp"
#include "core/interrupt.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// One option of a help text.
struct HelpOption {
  std::vector<std::string> spellings;  ///< in the order of the help
  std::string hint;                    ///< "N", "[on|off|auto]"; empty for a flag without a value
  std::string description;             ///< joined to one line
  bool removed = false;                ///< a stub that only says so
};

/// By every spelling.
struct HelpTable {
  std::vector<HelpOption> options;
  /// The live (not removed) option with this spelling, or null.
  const HelpOption* find(std::string_view spelling) const;
  /// The words that the option accepts, from its hint or its "allowed values:" line; empty when it does not say.
  static std::vector<std::string> words(const HelpOption& option);
  /// From "(default: X)"; nothing when it does not say.
  static std::optional<std::string> default_text(const HelpOption& option);
};

/// Parses a help text of the descriptor's style. Pure.
HelpTable parse_help(const EngineDescriptor& engine, std::string_view help_text);

/// One parameter as this very binary has it.
struct ProbedParameter {
  std::string name;
  std::optional<std::string> spelling;  ///< long form; nothing: the binary lacks it
  bool takes_value = true;
  std::vector<std::string> words;  ///< accepted by this binary, when it tells
  Value default_value;             ///< of this binary where its help tells, else the descriptor's
  std::string lacking;             ///< why it is lacking: "not in its help", "removed: use --x"
};

struct EngineProbe {
  std::filesystem::path binary;
  std::string version;
  HelpTable help;
  std::vector<ProbedParameter> parameters;
  const ProbedParameter* find(std::string_view name) const;
};

/// The default that the help gives for this flag, as a value of the parameter: "3", "f16", "enabled" -> on, "<num_cpus>"
/// and "-1" -> auto where the parameter has that word. Nothing when it does not say, or says something else.
std::optional<Value> help_default(const Parameter& parameter, const HelpOption& option);

/// What a help text means for each parameter of the descriptor. Pure.
EngineProbe probe_from_texts(const EngineDescriptor& engine, const std::string& version_text, const std::string& help_text);

/// Finds the executable of an engine that can be launched: `binary` when given, else the first of the descriptor's names on
/// `path_variable` (PATH). Nothing when there is none and no `binary` was given; throws Error when the given one is not an
/// executable file.
std::optional<std::filesystem::path> find_executable(const EngineDescriptor& engine, const std::string& binary,
                                                     const std::string& path_variable);

/// Runs --version and --help, with a deadline and a scrubbed environment. Throws Error when the binary does not answer.
EngineProbe probe_binary(const EngineDescriptor& engine, const std::filesystem::path& binary, const InterruptFlag& interrupt);

}  // namespace sweetspot
