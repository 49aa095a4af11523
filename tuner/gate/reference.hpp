#pragma once

#include "backends/chat.hpp"
#include "core/interrupt.hpp"
#include "core/prompt.hpp"
#include "core/request_sample.hpp"
#include "core/study.hpp"
#include "core/verdict.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

/// One prompt as plain greedy decoding answers it.
struct ReferenceAnswer {
  Prompt prompt;
  RequestSample streamed;
  RequestSample plain;  ///< with the tokens and their alternatives, where the engine gives them
  std::vector<std::int64_t> prompt_tokens;
  bool usable = true;  ///< sound in itself, so that a candidate can be held against it
};

/// What candidates are compared with (gate.md, first paragraph).
struct Reference {
  std::string key;  ///< binary, model, template, semantic parameters, prompt set, thresholds
  std::vector<ReferenceAnswer> answers;
  ReferenceSummary summary;
  double tie_margin = 0;  ///< tau, nat
  double decode_tokens_per_second = 0;
  double near_tie_share = 0;  ///< of the positions: margin to the second choice <= tau
  bool has_logprobs = false;
  /// Without log probabilities: the share of texts that other kernels of the same engine change, the most of those tried
  /// (gate.md 7.3c). What honest rounding does here.
  double self_difference = 0;
};

/// Whether texts that differ can be scored by it: it has log probabilities, and prompts are known as token ids.
bool can_rescore(const Reference& reference);

/// The reference is not good enough to compare anything with: no claim is possible. Nothing when it is.
std::optional<std::string> unsound_reason(const Reference& reference);

/// The prompt not streamed: with tokens, their alternatives and the prompt's own ids, as far as the engine gives them.
ReferenceAnswer plain_answer(const ChatTarget& server, const Prompt& prompt, const InterruptFlag& interrupt);

/// How much is asked. Fewer and shorter for slow models, so that the plan fits the user's time.
struct ReferencePlan {
  std::vector<Prompt> prompts;
  int max_tokens = 0;  ///< cap over the prompts' own; 0: none
  /// After this no further prompt is asked, as soon as enough were for a claim.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

using ReferenceProgress = std::function<void(std::size_t done, std::size_t all)>;

/// Asks every prompt streamed and not streamed, prompt cache off, greedy; the classes in turn, so that what a deadline
/// leaves unasked is the tail of each.
/// `known` answers are kept, and their prompts not asked again.
std::vector<ReferenceAnswer> ask_reference(const ChatTarget& server, const ReferencePlan& plan,
                                           std::vector<ReferenceAnswer> known, const ReferenceProgress& progress,
                                           const InterruptFlag& interrupt);

/// A third of the prompts again, on a server started anew where it is ours: what differs from itself is not usable. At least
/// a few, and no more after the deadline. The first `known` answers were asked again before.
void ask_again(const ChatTarget& server, std::vector<ReferenceAnswer>& answers, std::size_t known,
               std::chrono::steady_clock::time_point deadline, const InterruptFlag& interrupt);

/// Share of the first texts that this server, another variant of the reference, answers otherwise.
double differing_share(const ChatTarget& variant, const Reference& reference, const InterruptFlag& interrupt);

/// tau of gate.md 7.3: twice the difference that re-scoring the reference's own text shows, within its floor and cap.
double measured_tie_margin(const ChatTarget& server, const std::vector<ReferenceAnswer>& answers, const InterruptFlag& interrupt);

enum class ChatTemplate { present, missing };

/// G1: absolute checks on the answers, what is dropped, what cannot be verified, and the summary figures.
Reference qualified(std::vector<ReferenceAnswer> answers, const std::string& key, double tie_margin, ChatTemplate chat_template);

/// Kept on disk by key. load_reference gives nothing when there is none or it cannot be read.
void save_reference(const std::filesystem::path& folder, const Reference& reference);
std::optional<Reference> load_reference(const std::filesystem::path& folder, const std::string& key);

/// The few of each class that the quick tier needs, and some to spare.
std::vector<Prompt> quick_prompts(const std::vector<Prompt>& prompts);

/// Indices of the usable answers that a tier compares, cheap and decisive first.
std::vector<std::size_t> selection(const Reference& reference, Tier tier);

}  // namespace sweetspot
