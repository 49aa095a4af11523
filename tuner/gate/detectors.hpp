#pragma once

#include "core/prompt.hpp"

#include <map>
#include <string>
#include <string_view>

namespace sweetspot {

/// The first control or markup text (<think>, <tool_call>, <|...|>, [TOOL_CALLS] ...) in `text` that neither the prompt
/// nor `allowed` (the reference's text) holds; empty when there is none.
std::string leaked_markup(const Prompt& prompt, std::string_view text, std::string_view allowed);

/// The text ends in at least three copies of one period, over at least loop_characters characters.
bool loops(std::string_view text);

/// Somewhere in the text are as many copies, whatever follows: who looped and got out of it may as well not get out.
bool has_loop(std::string_view text);

/// Letters by Unicode script: latin, cyrillic, greek, cjk, arabic, other; as shares of all letters.
std::map<std::string, double> script_shares(std::string_view text);

/// Largest difference of a script's share between two texts; 0 when either has fewer than 40 letters.
double script_drift(std::string_view a, std::string_view b);

}  // namespace sweetspot
