#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// The candidate that `word` was probably meant to be: the fewest insertions, deletions, replacements and swaps of
/// neighbours, at most a third of the word's length (at least one); nothing when all are further off.
std::optional<std::string> closest(std::string_view word, const std::vector<std::string>& candidates);

/// "did you mean \"X\"?" with the closest candidate, or `otherwise` when none is close: for hints.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates, const std::string& otherwise);

/// Text that cannot drive a terminal: control characters (C0, DEL, C1) and bytes that are not UTF-8 as \xNN, newline as
/// \n, tab as \t. A backslash stays as it is: the result is to be read, not parsed.
std::string escape_control(std::string_view text);

/// At most `length` characters, the last three of them "..." when something was cut; never within a UTF-8 sequence.
std::string shortened(std::string_view text, std::size_t length);

/// Number of characters (code points); each byte that is not UTF-8 counts as one.
std::size_t utf8_length(std::string_view text);

/// Strict: no overlong forms, no surrogates, nothing above U+10FFFF.
bool valid_utf8(std::string_view text);

/// No byte above 0x7F.
bool is_ascii(std::string_view text);

/// Number of U+FFFD, the sign that somebody decoded bytes that were not UTF-8.
std::int64_t count_replacement_characters(std::string_view text);

/// "2026-01-31T08:15:00Z"
std::string utc_now_iso8601(std::chrono::system_clock::time_point now);

/// "9m", "90s", "1h30m", "500ms", "1.5h"; units h, m, s, ms, each once and in this order. Throws Error.
std::chrono::milliseconds parse_duration(std::string_view text);

/// "24G", "512MiB", "1.5g", "4096": bytes; K, M, G and T are powers of 1024, with or without B or iB. Throws Error.
std::int64_t parse_size(std::string_view text);

}  // namespace sweetspot
