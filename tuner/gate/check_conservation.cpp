#include "core/text.hpp"
#include "gate/alignment.hpp"
#include "gate/check.hpp"
#include "gate/detectors.hpp"
#include "gate/stop_texts.hpp"
#include "gate/thresholds.hpp"
#include "gate/tool_check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

// G4: tokens that were counted against text that arrived, and lengths that were cut. And what an answer shows by itself.

namespace sweetspot {
namespace {

constexpr std::size_t held_back_pieces_after = 8;
constexpr std::int64_t held_back_bytes = 100;  ///< of the first piece: some twenty-five tokens
constexpr std::int64_t held_back_ratio = 12;   ///< times the usual piece; a draft of depth 8 sends nine tokens at once

std::string tokens_text(std::int64_t tokens) { return std::to_string(tokens) + " tokens"; }

bool same_content(const RequestSample& a, const RequestSample& b) {
  return a.text == b.text && a.reasoning == b.reasoning && calls_text(a) == calls_text(b) && a.finish_reason == b.finish_reason;
}

double characters_per_token(const RequestSample& sample) {
  const auto tokens = sample.usage.completion_tokens.value_or(0);
  return tokens == 0 ? 0 : static_cast<double>(utf8_length(whole_text(sample))) / static_cast<double>(tokens);
}

std::string listed_text(const RequestSample& sample) {
  std::string raw;
  for (const TokenRecord& token : sample.tokens) raw += token.bytes;
  return raw;
}

/// What arrived is what the tokens that the server itself lists add up to, but for markup: nothing was lost on the way.
bool holds_its_tokens(const RequestSample& listed, const RequestSample& arrived) {
  const std::string raw = listed_text(listed);
  return !raw.empty() && static_cast<double>(utf8_length(whole_text(arrived))) >=
                             thresholds::characters_per_token * static_cast<double>(utf8_length(raw));
}

/// usage.total_tokens is the sum of the other two, where the server gives all three.
bool sums_up(const Usage& usage) {
  if (!usage.total_tokens || !usage.prompt_tokens || !usage.completion_tokens) return true;
  return *usage.total_tokens == *usage.prompt_tokens + *usage.completion_tokens;
}

/// Where a list of tokens has an id of the reference's with other bytes: it was changed to fit a changed text.
std::optional<std::size_t> spelt_otherwise(const RequestSample& sample, const RequestSample& reference) {
  const std::size_t common = std::min(sample.tokens.size(), reference.tokens.size());
  for (std::size_t i = 0; i < common; ++i) {
    const TokenRecord& said = sample.tokens[i];
    const TokenRecord& known = reference.tokens[i];
    if (said.id != known.id) return std::nullopt;
    // Parts of a character are told in several ways.
    if (said.id >= 0 && said.bytes != known.bytes && is_ascii(said.bytes) && is_ascii(known.bytes)) return i;
  }
  return std::nullopt;
}

std::optional<Evidence> against_reference(const Prompt& prompt, const RequestSample& sample, const RequestSample& reference,
                                          const std::optional<RequestSample>& plain) {
  const std::int64_t tokens = sample.usage.completion_tokens.value_or(0);
  const std::int64_t expected = reference.usage.completion_tokens.value_or(0);
  // Beyond a stop text as many may be counted as were drafted.
  if (same_content(sample, reference) && tokens != expected && stop_texts(prompt).empty())
    return Evidence{prompt.id, tokens_text(expected), tokens_text(tokens), "the same text has another token count"};
  const auto read = sample.usage.prompt_tokens;
  const auto read_by_reference = reference.usage.prompt_tokens;
  if (read && read_by_reference && *read != *read_by_reference)
    return Evidence{prompt.id, tokens_text(*read_by_reference) + " of prompt", tokens_text(*read) + " of prompt",
                    "the same prompt has another length: it was not read as it was sent"};
  if (!sums_up(sample.usage) && sums_up(reference.usage))
    return Evidence{prompt.id, tokens_text(read.value_or(0) + tokens), tokens_text(*sample.usage.total_tokens),
                    "usage.total_tokens is not the sum of the prompt's and the answer's tokens"};
  const bool other_content =
      sample.text != reference.text || sample.reasoning != reference.reasoning || !same_calls(sample, reference);
  if (!sample.tokens.empty() && listed_text(sample) == listed_text(reference) && other_content)
    return excerpt(prompt.id, whole_text(reference), whole_text(sample), "the same tokens make another text");
  if (const auto token = spelt_otherwise(sample, reference))
    return Evidence{prompt.id, reference.tokens[*token].bytes, sample.tokens[*token].bytes,
                    "token " + std::to_string(sample.tokens[*token].id) + " is spelt otherwise"};
  const double rate = characters_per_token(sample);
  const double reference_rate = characters_per_token(reference);
  if (expected >= 8 && rate < thresholds::characters_per_token * reference_rate && !(plain && holds_its_tokens(*plain, sample)))
    return excerpt(prompt.id, whole_text(reference), whole_text(sample),
                   tokens_text(tokens) + " were counted, and far less text arrived");
  return std::nullopt;
}

/// `text` is `raw` with at most `cuts` stretches cut out of its middle. The longest piece is taken each time.
bool made_of_pieces(std::string_view text, std::string_view raw, std::size_t cuts) {
  for (std::size_t pieces = 0; !text.empty(); ++pieces) {
    if (pieces > cuts) return false;
    std::size_t longest = 0;
    std::size_t end = 0;
    for (std::size_t at = raw.find(text.front()); at != std::string_view::npos; at = raw.find(text.front(), at + 1)) {
      const std::string_view here = raw.substr(at);
      const auto same = std::mismatch(text.begin(), text.end(), here.begin(), here.end()).first - text.begin();
      if (static_cast<std::size_t>(same) <= longest) continue;
      longest = static_cast<std::size_t>(same);
      end = at + longest;
    }
    if (longest == 0) return false;
    text.remove_prefix(longest);
    raw.remove_prefix(end);
  }
  return true;
}

/// Text and thoughts are parts of what the server's own token list spells; what stands around the tool calls arrives as one.
/// Not where a stop text took tokens of the list with it.
bool says_its_tokens(const Prompt& prompt, const RequestSample& sample) {
  const std::string raw = listed_text(sample);
  const bool comparable = !raw.empty() && count_replacement_characters(whole_text(sample)) == 0 && stop_texts(prompt).empty();
  return !comparable ||
         (made_of_pieces(sample.text, raw, sample.calls.size()) && raw.find(sample.reasoning) != std::string::npos);
}

std::optional<Evidence> counts_of(const Prompt& prompt, const RequestSample& sample) {
  const std::int64_t tokens = sample.usage.completion_tokens.value_or(0);
  if (tokens <= 0 && !whole_text(sample).empty())
    return Evidence{prompt.id, "a positive count", tokens_text(tokens), "text arrived and no tokens were counted"};
  const auto predicted = sample.timings.predicted_n;
  if (predicted && std::abs(*predicted - tokens) > 1)
    return Evidence{prompt.id, tokens_text(tokens), tokens_text(*predicted), "usage and timings disagree on the token count"};
  const auto listed = static_cast<std::int64_t>(sample.tokens.size());
  const bool lists_all = is_ascii(whole_text(sample)) && stop_texts(prompt).empty();
  if (listed > 0 && std::abs(listed - tokens) > 1 && (lists_all || listed > tokens))
    return Evidence{prompt.id, tokens_text(static_cast<std::int64_t>(sample.tokens.size())), tokens_text(tokens),
                    "usage does not count the tokens that were listed"};
  if (!says_its_tokens(prompt, sample))
    return Evidence{prompt.id, listed_text(sample), whole_text(sample), "the text is not what the listed tokens say"};
  if (sample.finish_reason == "length" && tokens < prompt.max_tokens)
    return Evidence{prompt.id, tokens_text(prompt.max_tokens), tokens_text(tokens),
                    "cut for length before the limit that was asked for"};
  if (tokens > prompt.max_tokens)
    return Evidence{prompt.id, tokens_text(prompt.max_tokens), tokens_text(tokens), "more tokens counted than were asked for"};
  return std::nullopt;
}

/// Much of the answer is held back and then sent at once, as the first piece: its tokens seem to have taken no time. A
/// server that sends large pieces throughout is another matter.
std::optional<Evidence> held_back(const Prompt& prompt, const RequestSample& sample) {
  if (!sample.streamed || sample.chunks.size() < held_back_pieces_after + 1) return std::nullopt;
  std::vector<std::int64_t> rest;
  for (std::size_t i = 1; i < sample.chunks.size(); ++i) rest.push_back(sample.chunks[i].bytes);
  std::nth_element(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(rest.size() / 2), rest.end());
  const std::int64_t usual = std::max<std::int64_t>(rest[rest.size() / 2], 1);
  const std::int64_t first = sample.chunks.front().bytes;
  if (first < held_back_bytes || first < held_back_ratio * usual) return std::nullopt;
  return Evidence{prompt.id, "pieces of about " + std::to_string(usual) + " bytes", std::to_string(first) + " bytes at once",
                  "the first piece of the stream holds back much of the answer"};
}

}  // namespace

std::optional<Evidence> check_conservation(const PromptCase& prompt_case) {
  const ReferenceAnswer& reference = prompt_case.reference;
  const auto both = [&](const RequestSample& sample, const RequestSample& expected) {
    if (auto fault = counts_of(reference.prompt, sample)) return fault;
    return against_reference(reference.prompt, sample, expected, prompt_case.candidate.plain);
  };
  if (auto fault = both(prompt_case.candidate.streamed, reference.streamed)) return fault;
  // Where the reference streams so, too (a tool call, a channel that is parsed), it is the engine's way.
  if (auto fault = held_back(reference.prompt, prompt_case.candidate.streamed);
      fault && !held_back(reference.prompt, reference.streamed))
    return fault;
  if (prompt_case.candidate.plain) return both(*prompt_case.candidate.plain, reference.plain);
  return std::nullopt;
}

std::optional<Evidence> check_alone(const Prompt& prompt, const RequestSample& sample) {
  if (sample.http_status != 200 || !sample.error_body.empty())
    return Evidence{prompt.id, "an answer", sample.error_body,
                    sample.http_status == 200 ? "an error instead of an answer" : "HTTP " + std::to_string(sample.http_status)};
  if (!sample.protocol_faults.empty()) return Evidence{prompt.id, "", whole_text(sample), sample.protocol_faults.front()};
  if (auto fault = counts_of(prompt, sample)) return fault;
  const std::string whole = whole_text(sample);
  const bool cut = sample.finish_reason == "length";  // within a character
  if (!cut && !valid_utf8(whole)) return excerpt(prompt.id, "", whole, "invalid UTF-8 in the answer");
  return std::nullopt;
}

}  // namespace sweetspot
