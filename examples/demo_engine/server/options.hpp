#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// What the command line says. Numbers are checked, words are of their lists; the names of traps are checked by trap_set().
struct Options {
  enum class Action { serve, help, version, list_traps };
  Action action = Action::serve;
  bool json = false;  ///< of the list of traps

  std::string host = "127.0.0.1";
  int port = 8080;
  std::string alias;  ///< empty: the model's name
  std::string model = "demo-27b";
  std::string machine = "m5-pro";
  double time_scale = 40;  ///< the engine's clock against the wall's; 0: nothing is waited for
  std::uint64_t seed = 1;

  int context = 8192;
  int parallel = 1;
  int batch = 2048;
  int threads = 0;  ///< 0: as many as there are cores
  std::string spec_type = "none";
  int draft_depth = 0;  ///< 0 if and only if spec_type is "none"
  std::string draft_model = "draft";
  bool optimistic = false;
  int stream_interval = 1;
  std::string kv_type_k = "f16";
  std::string kv_type_v = "f16";
  bool flash_attention = true;
  bool cache_prompt = true;
  bool reasoning = true;
  double kernel_noise = 0;  ///< nat; of steps wider than one token

  /// What an engine may never have heard of.
  struct Capabilities {
    bool logprobs = true;
    bool tools = true;
    bool token_ids = true;
    bool usage = true;
    bool timings = true;
    bool operator==(const Capabilities&) const = default;
  } offers;

  std::vector<std::string> traps;  ///< as written: NAME[:parameter][@CONDITION[,CONDITION...]]
  std::uint64_t trap_seed = 1;
  bool operator==(const Options&) const = default;
};

/// A command line that makes no sense: what() is for the log, "error: " stands before it already.
struct UsageError {
  std::string message;
};

/// Throws UsageError.
Options parse_options(const std::vector<std::string>& arguments);

/// As --help prints it: options in column 0, their descriptions from column 40 on.
std::string help_text();

/// The value of a flag by the tuner's name for it ("draft_depth", "kv_type_k"), as text; nothing for other names.
std::optional<std::string> option_value(const Options& options, std::string_view name);

/// Names that option_value() knows.
const std::vector<std::string_view>& option_names();

/// "none", "numeric", "lossy", "unverified" or "semantic", as the descriptor says: what a change of the flag may do to the
/// answers.
std::string_view option_effect(std::string_view name);

}  // namespace demo
