#pragma once

#include "core/model_memory.hpp"
#include "core/study.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// Tensors that are stored in one way.
struct StoredType {
  std::string type;  ///< "Q4_K"; "BF16"; "4 bits, group 64" for MLX's quantised matrices
  std::int64_t tensors = 0;
  std::int64_t parameters = 0;
  std::int64_t bytes = 0;
  bool operator==(const StoredType&) const = default;
};

/// The engine that a bundle was made for, where it says so.
struct WantedRuntime {
  std::string engine;   ///< its name in the catalog
  std::string version;  ///< that made it; empty: not told
  std::string policy;   ///< of the draft head's quantisation; empty: none is named
  bool operator==(const WantedRuntime&) const = default;
};

/// What a model really is, from its files alone.
struct ModelInspection {
  std::string path;
  std::string format;  ///< "gguf" or "safetensors"
  std::string name;
  std::string architecture;
  std::int64_t parameters = 0;
  std::int64_t size_bytes = 0;           ///< of the files with weights
  double bits_per_weight = 0;            ///< of the tensors, scales included
  std::vector<StoredType> quantisation;  ///< the type of most parameters first
  std::map<std::string, Value> claimed;  ///< what the metadata says, by its own names
  struct ChatTemplate {
    bool present = false;
    bool tools = false;  ///< it speaks of tools
    bool operator==(const ChatTemplate&) const = default;
  } chat_template;
  struct DraftHeads {  ///< layers that predict further tokens
    std::int64_t declared = 0;
    std::int64_t present = 0;
    bool operator==(const DraftHeads&) const = default;
  } draft_heads;
  struct Experts {
    std::int64_t count = 0;  ///< of a layer; 0: a dense model
    std::int64_t used = 0;   ///< of them for one token
    std::int64_t bytes = 0;  ///< of all
    bool operator==(const Experts&) const = default;
  } experts;
  std::int64_t context_length = 0;  ///< trained; 0: not told
  std::int64_t bytes_per_token = 0;
  ModelMemory memory;
  std::optional<WantedRuntime> runtime;
  std::vector<Finding> findings;
  bool operator==(const ModelInspection&) const = default;
};

/// Parameters stored as this type, as a share of all.
double share_of(const StoredType& stored, const ModelInspection& model);

/// What it means on this machine: memory at the trained context and at the smallest useful one.
std::vector<Finding> memory_findings(const ModelInspection& model, const MachineProfile& machine);

/// What it means for the engines installed: `installed` holds versions by engine name. A bundle made by a newer version, or
/// with a policy that the engine does not know, is refused when it is loaded.
std::vector<Finding> runtime_findings(const ModelInspection& model, const std::map<std::string, std::string>& installed);

/// Tokens per second that the machine's measured bandwidth allows plain decoding; nothing when either is not known.
std::optional<double> ceiling_tokens_per_second(const ModelInspection& model, const MachineProfile& machine);

/// Whether version `a` is older than `b`, number by number ("0.9.2" < "0.10"); what follows the numbers does not count.
bool older_version(std::string_view a, std::string_view b);

}  // namespace sweetspot
