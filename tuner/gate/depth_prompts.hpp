#pragma once

#include "core/prompt.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

inline constexpr std::string_view depth_class = "depth";

/// Long prompts with a known answer somewhere in them (G11), two for each depth: one fact to be said, and one to be passed
/// to a tool. `depths` are in tokens, met from below: the texts are made for tokens of few characters. The same texts for
/// the same seed on every platform.
std::vector<Prompt> depth_prompts(std::uint64_t seed, const std::vector<std::int64_t>& depths);

/// Of this class.
bool is_deep(const Prompt& prompt);

/// About so many characters of the same kind of text, without a needle.
std::string depth_text(std::uint64_t seed, std::size_t characters);

}  // namespace sweetspot
