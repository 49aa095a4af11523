#pragma once

#include "run/attached.hpp"
#include "run/check_run.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace sweetspot {

/// A running server through the gate.
struct AttachedCheckJob {
  AttachedServer candidate;
  /// A second one with the same model and plain settings, on the user's word. Without it the candidate is held against its
  /// own answers to the same prompts asked plainly.
  std::optional<AttachedServer> reference;
  std::vector<Api> apis;  ///< that the gate looks at beside chat; the descriptors list them
  Tier tier = Tier::standard;
  std::uint64_t seed = 1;
  std::vector<Prompt> gate_prompts;
  std::vector<Prompt> timed_prompts;
  std::filesystem::path evidence_folder;  ///< empty: none is kept
};

/// With a reference: all checks, texts compared, re-scored where the reference offers token ids and log probabilities, and
/// from the standard tier on draws at a temperature, unless the candidate counts its drafts and made none.
/// Without one: what needs no other server. That is protocol, streamed against not streamed, tool calls, the same answer again
/// in another state and, where the server takes token ids, its own texts one token at a time, where nothing can be drafted.
/// What was not compared is in the verdict's not_verified. Throws Error for a reference that drafts, Interrupted; a server
/// that fails is a verdict of error.
CheckReport run_attached_check(AttachedCheckJob& job, const InterruptFlag& interrupt, const TuneOutput& output);

}  // namespace sweetspot
