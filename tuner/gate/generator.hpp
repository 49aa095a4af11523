#pragma once

#include "core/prompt.hpp"

#include <cstdint>
#include <vector>

namespace sweetspot {

/// Prompts made from templates: other names, numbers, cities and quoted texts for every seed, the same ones for the same
/// seed on every platform. Text prompts come first ("fresh-001"), tool prompts after them ("fresh-tools-001"), each with
/// the exact calls that are right. Every template is used before one is used again.
std::vector<Prompt> generated_prompts(std::uint64_t seed, int text_count, int tool_count);

/// How many templates there are, for the choice of counts.
int text_template_count();
int tool_template_count();

}  // namespace sweetspot
