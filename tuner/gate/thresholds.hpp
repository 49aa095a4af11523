#pragma once

#include <cstddef>
#include <cstdint>

/// Every threshold of the gate with its reason, in one place. A change of any of them changes `version`, which is part of
/// the reference's cache key.
namespace sweetspot::thresholds {

inline constexpr int version = 7;

// Margins in nat, of the reference's own log probabilities (gate.md 7.3, 7.4).
inline constexpr double tie_floor = 0.5;  ///< honest flags flip at up to 0.24, published benign flips reach 0.50
inline constexpr double tie_cap = 0.75;   ///< above this a noisy reference would excuse real damage
inline constexpr double miscommit = 2.0;  ///< benign noise never reaches 1 nat, unverified drafts exceed 2 in half of the cases
inline constexpr int alternatives = 10;   ///< asked of the reference at each position

// Re-scored tokens (gate.md 7.3 rule 4).
inline constexpr int grey_allowed = 2;  ///< or grey_share of the tokens, whichever is more
inline constexpr double grey_share = 0.003;
inline constexpr double disagreement_factor = 1.5;  ///< times the share of near ties in the reference
inline constexpr int disagreement_allowed = 4;      ///< below this a rate says nothing
inline constexpr std::int64_t rescored_per_prompt = 320;
inline constexpr std::int64_t rescored_in_all = 4096;
inline constexpr std::size_t split_bytes = 16;  ///< before a difference: longer tokens that span one are rare
inline constexpr int splits_tried = 12;         ///< of one text: near ties that fit are few, a broken text must not cost more

// A declared-lossy candidate: how much change is still an opt-in and not a broken model. Measured: a q4_0 K cache leaves
// the small trained model at 0-1 miscommits in a thousand tokens, and makes Qwen2.5 Coder 0.5B answer garbage with
// miscommits in every text.
inline constexpr double lossy_miscommit_share = 0.02;                     ///< of re-scored tokens
inline constexpr int lossy_miscommit_first = 3;                           ///< texts whose first divergence is a miscommit
inline constexpr int lossy_miscommit_tokens = 2 * lossy_miscommit_first;  ///< miscommits among the re-scored tokens
inline constexpr double lossy_miscommit_texts = 0.25;                     ///< share of the text prompts for which that holds

// Quality of a declared-lossy candidate (G12), nat a token. Anchors: the divergences that weights of q8_0, q5_K_M, q4_K_M
// and q3_K_M are published with.
inline constexpr double kld_negligible = 0.002;
inline constexpr double kld_mild = 0.011;  ///< what --allow-lossy takes
inline constexpr double kld_heavy = 0.031;
inline constexpr double kld_broken = 0.10;            ///< beyond every published quantisation that people use
inline constexpr double answers_significance = 0.05;  ///< right answers lost (McNemar): 5 lost and none won, 7 and 1
inline constexpr std::int64_t quality_positions_quick = 96;
inline constexpr std::int64_t quality_positions = 256;
inline constexpr std::size_t workload_prompts = 8;              ///< of the user's own in the gate: 32 positions each of those 256
inline constexpr std::size_t workload_prompt_bytes = 16 << 10;  ///< some 4,000 tokens: longer ones are timed, and not gated

// Engines without log probabilities: times the share of texts that other kernels of the same engine change (gate.md 7.3c).
inline constexpr double band_factor = 1.5;

// Conservation (G4) and lengths (G9), relative to the reference on the same prompt.
inline constexpr double characters_per_token =
    0.6;                                   ///< dropping every second chunk leaves half; benign variation is a few percent
inline constexpr double length_low = 0.5;  ///< MLPerf: outside 50-200 % of the reference's tokens
inline constexpr double length_high = 2.0;
inline constexpr double script_drift = 0.10;  ///< share of letters by Unicode script
inline constexpr int loop_copies = 3;         ///< periodic suffix: no false alarm in 8,739 texts
inline constexpr int loop_characters = 288;   ///< 72 tokens of about 4 characters
inline constexpr int loop_period_max = 512;   ///< characters

// What must be left of the reference for any claim (G1).
inline constexpr int text_prompts_least = 8;
inline constexpr std::int64_t tokens_least = 600;
inline constexpr double class_share_least = 0.5;

// Tools (G8): the sequential test accepts after 48 clean prompts (p0 = 1 %, p1 = 10 %).
inline constexpr int tool_prompts_standard = 48;
inline constexpr int tool_prompts_release = 300;  ///< zero failures bound the rate below 1 %
inline constexpr int text_prompts_release = 60;   ///< with the built-in ones more than 8,192 scored tokens

// Engagement (G2): accepting everything over this many drafts of open prose is suspicious.
inline constexpr std::int64_t suspicious_drafts = 200;

inline constexpr int broken_prompts_enough = 3;      ///< then the interview ends: the rest would only cost time
inline constexpr int miscommits_enough_lossy = 200;  ///< after which a lossy candidate's texts need no more scoring

// Sampled honesty (G15): a verifier that takes the argmax gives one text where the model gives many, so that few draws do.
inline constexpr double draw_temperature = 0.8;  ///< where the user names no sampler
inline constexpr double draw_significance = 0.001;
inline constexpr int draws_least = 6;
inline constexpr int draws = 16;
inline constexpr int draws_release = 64;
inline constexpr std::size_t draw_prompts = 6;
inline constexpr std::size_t draw_prompts_release = 12;
inline constexpr double draws_s = 45;  ///< most that drawing may take on each side
inline constexpr double draws_s_release = 600;

// Fresh prompts (G14), for the chosen one alone; half of them on slow models.
inline constexpr int fresh_texts = 16;
inline constexpr int fresh_tools = 24;

// State (G10): asked again at the end, before the server stops.
inline constexpr std::size_t state_prompts_quick = 3;
inline constexpr std::size_t state_prompts = 6;
inline constexpr int state_rounds_quick = 2;
inline constexpr int state_rounds = 3;  ///< damage that begins with the third request shows; every second one not streamed
inline constexpr std::size_t cancelled_after_chunks = 8;
inline constexpr int together_least_quick = 2;  ///< at once, also where a configuration serves one at a time
inline constexpr int together_least = 4;
inline constexpr double company_tokens = 64;  ///< of requests at once: a fault of one token in ten shows but in 0.1 % of cases
inline constexpr int company_rounds = 6;

}  // namespace sweetspot::thresholds
