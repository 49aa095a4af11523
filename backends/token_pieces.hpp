#pragma once

#include "core/request_sample.hpp"

#include <string>
#include <string_view>

namespace sweetspot {

/// The bytes that a piece of a vocabulary stands for: byte-pair letters as GPT-2's tokenizer maps them ("Ġcapital" -> "
/// capital"), or U+2581 for a blank and <0x0A> for a byte. A piece with any other letter is text as it stands.
std::string bytes_of_piece(std::string_view piece);

/// Makes the token list of a greedy answer what the rest of the program expects, for engines that list pieces in no order:
/// the most probable alternative is the token, pieces become bytes, and the token that ended the answer has none.
void settle_pieces(RequestSample& sample);

}  // namespace sweetspot
