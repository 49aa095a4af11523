#pragma once

#include "backends/descriptor.hpp"
#include "core/prompt.hpp"
#include "core/request_sample.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// The gate's fixed prompts: every class, known answers where there are any.
std::vector<Prompt> gate_prompts();

/// Those that this engine can be asked: JSON of a schema only from one that heeds response_format.
std::vector<Prompt> gate_prompts(const EngineDescriptor& engine);

/// Prompts for timing, none of them a gate prompt. Their first user message begins with "Ticket {nonce}.", to be filled by
/// with_nonce. Ids of code, prose, tools and copy name the length of the answer ("code-short-01": about 50 tokens, medium 120,
/// long 200), and any three of a class that follow one another have all three. "long-01/2" is the second turn of the
/// conversation that "long-01" opens (`turn_of`): it holds that prompt whole and first.
std::vector<Prompt> timed_prompts();

/// The prompt with a word at its head that depends on seed, prompt and repeat alone, so that a configuration meets no
/// cached prompt and all configurations meet the same ones. Turns of one conversation share their word. A prompt without
/// placeholder gets the sentence put before its first user message.
Prompt with_nonce(Prompt prompt, std::uint64_t seed, int repeat);

/// A user's own prompts: JSON Lines, each an OpenAI chat request body with optional `id`, `class` and `expect`. Model
/// name, sampler and streaming are left out, being the sender's. Throws Error that names file, line and what is wrong.
std::vector<Prompt> read_workload(const std::filesystem::path& path);

/// The same for text that was read already; `origin` is how messages name it.
std::vector<Prompt> workload_from_text(std::string_view text, const std::string& origin);

/// The class of a user's own prompts in the gate.
inline constexpr const char* workload_class = "workload";

/// Those of a workload that the gate compares as well, and that the quality of a lossy configuration is measured on: a few,
/// evenly spread over the file, under ids and a class of their own.
std::vector<Prompt> gated_workload(const std::vector<Prompt>& workload);

/// The conversation goes on after this answer: the prompt, the answer, and the prompt's follow-up turn. Nothing for a prompt
/// without a follow-up, or an answer that cannot be repeated as text.
std::optional<Prompt> continued(const Prompt& prompt, const RequestSample& answer);
bool is_continuation(const Prompt& prompt);

/// The classes of prompt.hpp, in its order.
std::vector<std::string> prompt_classes();

/// Sixteen hexadecimal digits that change when anything in the prompts or their order does: for cache keys.
std::string prompt_set_digest(const std::vector<Prompt>& prompts);

}  // namespace sweetspot
