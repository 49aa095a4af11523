#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sweetspot {

/// Figures as people read them. What is not known is "-". Points as decimal marks whatever the locale.
std::string rate_text(const std::optional<double>& tokens_per_second);  ///< "14.8", "312"
std::string milliseconds_text(const std::optional<double>& ms);         ///< "1.62 s", "0.21 s", "38 ms"
std::string bytes_text(const std::optional<std::int64_t>& bytes);       ///< "1.6 GB", "812 MB"; 1 GB = 2^30, as memory is sold
std::string seconds_text(double seconds);                               ///< "28 min", "1 h 05 min", "45 s"
std::string ratio_text(const std::optional<double>& ratio);             ///< "1.31x"
std::string percent_text(double share);                                 ///< 0.014 -> "1.4 %"
std::string count_text(std::int64_t count);                             ///< "6,120"

/// "1 trial", "31 trials".
std::string counted(std::int64_t count, std::string_view noun);

/// Text of a model or a server for one line of a report: control bytes visible, cut at `length` characters, in quotes.
std::string in_quotes(std::string_view text, std::size_t length = 48);

/// For a cell of a Markdown table or a line of its prose: nothing in it is taken for markup.
std::string markdown_cell(std::string_view text);

/// Filled with spaces on the right (or left) to `width` characters as a terminal counts them.
std::string padded(std::string_view text, std::size_t width);
std::string padded_left(std::string_view text, std::size_t width);

/// The first eight characters of a study's id: enough to name it.
std::string short_id(std::string_view id);

}  // namespace sweetspot
