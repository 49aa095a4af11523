#include "backends/token_pieces.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace sweetspot {

namespace {

constexpr std::uint32_t blank_piece = 0x2581;  ///< SentencePiece's blank

/// Of the code point at `at`, which moves behind it; the texts come out of a JSON parser, so they are valid UTF-8.
std::uint32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t point = length == 1 ? lead : lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length && at + i < text.size(); ++i)
    point = point << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
  at += length;
  return point;
}

/// A byte that GPT-2's table shows as itself: printable, no blank.
bool shown_as_itself(std::uint32_t byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

/// Letter of GPT-2's byte table -> byte: all others follow from U+0100 on, in their order.
std::optional<char> byte_of_letter(std::uint32_t point) {
  static const auto table = [] {
    std::array<std::uint8_t, 256> bytes{};
    std::uint32_t others = 0;
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      if (!shown_as_itself(byte)) bytes[others++] = static_cast<std::uint8_t>(byte);
    }
    return bytes;
  }();
  constexpr std::uint32_t first_other = 0x100;
  constexpr std::uint32_t others = 68;  // 256 bytes less the 188 shown as themselves
  if (shown_as_itself(point)) return static_cast<char>(point);
  if (point < first_other || point >= first_other + others) return std::nullopt;
  return static_cast<char>(table[point - first_other]);
}

/// "<0x0A>" -> a line feed.
std::optional<char> byte_piece(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece.back() != '>') return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(piece.data() + 3, piece.data() + 5, value, 16);
  if (error != std::errc{} || end != piece.data() + 5) return std::nullopt;
  return static_cast<char>(value);
}

}  // namespace

std::string bytes_of_piece(std::string_view piece) {
  if (const auto byte = byte_piece(piece)) return {*byte};
  std::string bytes;
  std::string blanks;
  bool letters = true;
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t begin = at;
    const std::uint32_t point = next_code_point(piece, at);
    const auto byte = byte_of_letter(point);
    letters = letters && byte;
    if (byte) bytes += *byte;
    blanks += point == blank_piece ? " " : std::string(piece.substr(begin, at - begin));
  }
  return letters ? bytes : blanks;
}

void settle_pieces(RequestSample& sample) {
  for (TokenRecord& token : sample.tokens) {
    for (TokenAlternative& alternative : token.top) alternative.bytes = bytes_of_piece(alternative.bytes);
    if (token.top.empty()) continue;
    token.id = token.top.front().id;
    token.logprob = token.top.front().logprob;
    token.bytes = token.top.front().bytes;
  }
  if (sample.tokens.empty() || sample.finish_reason == "length") return;
  const std::int64_t end = sample.tokens.back().id;
  for (TokenRecord& token : sample.tokens) {
    if (token.id == end) token.bytes.clear();
    for (TokenAlternative& alternative : token.top) {
      if (alternative.id == end) alternative.bytes.clear();
    }
  }
}

}  // namespace sweetspot
