#pragma once

#include "core/study.hpp"

#include <string>

namespace sweetspot {

/// How far the configurations that may change the output are from the reference: divergence of the next token, share of equal
/// first choices and perplexity, with speed and memory beside them. The default comes first, then what changes least. A star
/// marks the front. Ends with a line break; empty when no trial was graded.
std::string quality_section(const Study& study);

/// The same as a Markdown table with its heading; ends with an empty line.
std::string quality_markdown(const Study& study);

}  // namespace sweetspot
