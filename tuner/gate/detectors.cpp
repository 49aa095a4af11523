#include "gate/detectors.hpp"

#include "gate/thresholds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace sweetspot {
namespace {

constexpr std::array markup = {
    "<think>",     "</think>",    "<tool_call>",  "</tool_call>",   "<|channel|>",         "[TOOL_CALLS]", "<|tool_call",
    "<tool_code>", "<|im_start|", "<|im_end|",    "<|endoftext",    "<|begin_of_sentence", "<|eot_id|>",   "<|end|>",
    "<|start|>",   "<|message|>", "<end_of_turn", "<start_of_turn", "[/TOOL_CALLS]",       "<|python_tag", "<|assistant|>"};
constexpr std::int64_t letters_least = 40;

/// Code points of valid UTF-8; invalid bytes are passed over.
template <typename Visit>
void for_each_code_point(std::string_view text, const Visit& visit) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : (lead >> 5) == 0x6 ? 2 : (lead >> 4) == 0xE ? 3 : (lead >> 3) == 0x1E ? 4 : 0;
    if (length == 0 || i + length > text.size()) {
      ++i;
      continue;
    }
    std::uint32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    visit(point);
    i += length;
  }
}

/// Characters that must repeat with this period to be a loop.
std::size_t loop_span(std::size_t period) {
  return std::max<std::size_t>(period * thresholds::loop_copies, thresholds::loop_characters);
}

const char* script_of(std::uint32_t point) {
  const auto within = [point](std::uint32_t low, std::uint32_t high) { return point >= low && point <= high; };
  if (within('a', 'z') || within('A', 'Z') || within(0xC0, 0x24F)) return "latin";
  if (within(0x370, 0x3FF)) return "greek";
  if (within(0x400, 0x52F)) return "cyrillic";
  if (within(0x590, 0x6FF)) return "semitic";
  if (within(0x900, 0xDFF)) return "indic";
  if (within(0x3040, 0x30FF) || within(0x3400, 0x9FFF) || within(0xAC00, 0xD7AF) || within(0x20000, 0x2FA1F)) return "cjk";
  return point >= 0x250 && point < 0x2000 ? "other" : nullptr;
}

}  // namespace

std::string leaked_markup(const Prompt& prompt, std::string_view text, std::string_view allowed) {
  for (const char* mark : markup) {
    if (text.find(mark) == std::string_view::npos || allowed.find(mark) != std::string_view::npos) continue;
    if (prompt.messages_json.find(mark) == std::string::npos && prompt.tools_json.find(mark) == std::string::npos) return mark;
  }
  return {};
}

bool loops(std::string_view text) {
  for (std::size_t period = 1; period <= static_cast<std::size_t>(thresholds::loop_period_max); ++period) {
    const std::size_t span = loop_span(period);
    if (text.size() < span) continue;
    const std::string_view tail = text.substr(text.size() - span);
    if (tail.substr(period) == tail.substr(0, span - period)) return true;
  }
  return false;
}

bool has_loop(std::string_view text) {
  for (std::size_t period = 1; period <= static_cast<std::size_t>(thresholds::loop_period_max); ++period) {
    const std::size_t repeated = loop_span(period) - period;
    std::size_t run = 0;
    for (std::size_t i = period; i < text.size() && run < repeated; ++i) run = text[i] == text[i - period] ? run + 1 : 0;
    if (run >= repeated) return true;
  }
  return false;
}

std::map<std::string, double> script_shares(std::string_view text) {
  std::map<std::string, double> shares;
  double letters = 0;
  for_each_code_point(text, [&](std::uint32_t point) {
    if (const char* script = script_of(point)) {
      ++shares[script];
      ++letters;
    }
  });
  for (auto& [script, share] : shares) share /= letters;
  return shares;
}

double script_drift(std::string_view a, std::string_view b) {
  const auto letters = [](std::string_view text) {
    std::int64_t count = 0;
    for_each_code_point(text, [&](std::uint32_t point) { count += script_of(point) != nullptr ? 1 : 0; });
    return count;
  };
  if (letters(a) < letters_least || letters(b) < letters_least) return 0;
  std::map<std::string, double> difference = script_shares(a);
  for (const auto& [script, share] : script_shares(b)) difference[script] -= share;
  double worst = 0;
  for (const auto& [script, value] : difference) worst = std::max(worst, std::abs(value));
  return worst;
}

}  // namespace sweetspot
