#include "demo_engine/plan.hpp"

#include "demo_engine/answers.hpp"
#include "demo_engine/hash.hpp"
#include "demo_engine/wording.hpp"

#include <algorithm>
#include <utility>

namespace demo {
namespace {

constexpr std::size_t skip_max = 4;  // planned tokens that may be left out without losing the plan
constexpr int misses_max = 3;
constexpr int look_back = 16;  // for a lost plan's words
constexpr int look_ahead = 64;
constexpr std::size_t wordings_max = 8;  // bits of the cursor
constexpr int overlong_least = 40;       // tokens without the end of a sentence

constexpr std::array<std::string_view, 14> first_names = {"Mara", "Tobias", "Elin",  "Anton",  "Greta", "Ruben", "Hanna",
                                                          "Emil", "Agnes",  "Lukas", "Frieda", "Oskar", "Ida",   "Matti"};
constexpr std::array<std::string_view, 8> heroes = {"keeper",   "baker",  "carpenter", "sailor",
                                                    "gardener", "weaver", "miller",    "painter"};

std::string slot_text(const Answer& answer, Slot slot, std::uint64_t seed) {
  const std::string& given = answer.slots[static_cast<std::size_t>(slot)];
  if (!given.empty()) return given;
  if (slot == Slot::hero) return std::string(heroes[seed % heroes.size()]);
  // Neighbours in the list, so that the two names differ.
  const std::size_t index = seed % first_names.size() + (slot == Slot::second_name ? 1 : 0);
  const std::string name(first_names[index % first_names.size()]);
  return name == answer.slots[0] ? std::string(first_names[(index + 1) % first_names.size()]) : name;
}

/// Numbers and names are values wherever they stand.
Firmness firmness_of(const std::string& piece, Firmness given, bool first) {
  if (given != Firmness::wording) return given;
  const std::size_t letter = piece.front() == ' ' && piece.size() > 1 ? 1 : 0;
  const bool name = !first && piece[letter] >= 'A' && piece[letter] <= 'Z';
  const bool number = piece.find_first_of("0123456789") != std::string::npos;
  return name || number ? Firmness::value : given;
}

std::vector<PlannedToken> planned_tokens(const std::vector<Span>& spans, const Vocabulary& vocabulary) {
  std::vector<PlannedToken> tokens;
  for (const Span& span : spans) {
    const auto specials = span.special ? Vocabulary::Specials::parse : Vocabulary::Specials::as_text;
    for (const Token token : vocabulary.encode(span.text, specials))
      tokens.push_back({token, firmness_of(vocabulary.piece(token), span.firmness, tokens.empty())});
  }
  return tokens;
}

PlannedStage planned_stage(const Stage& stage, const Vocabulary& vocabulary, const Ngrams& ngrams) {
  PlannedStage planned;
  for (const std::vector<Span>& wording : stage.wordings) {
    if (planned.wordings.size() < wordings_max) planned.wordings.push_back(planned_tokens(wording, vocabulary));
  }
  if (planned.wordings.empty()) planned.wordings.emplace_back();
  planned.kinds = ngrams.kinds(stage.free_kind);
  planned.free_tokens = stage.free_tokens;
  planned.new_text = stage.wordings.empty() || stage.wordings.front().back().text.ends_with("\n\n");
  return planned;
}

std::uint64_t seed_of(const Conversation& conversation) {
  std::uint64_t seed = conversation.thinking ? 1 : 0;
  for (const Turn& turn : conversation.turns) {
    if (turn.role != "system") seed = combined(seed, text_hash(without_ticket(turn.text)));
  }
  return seed;
}

}  // namespace

Plan make_plan(const Conversation& conversation, const Vocabulary& vocabulary, const Ngrams& ngrams) {
  const Answer answer = understand(conversation);
  Plan plan;
  plan.seed = seed_of(conversation);
  for (const Stage& stage : answer.stages) {
    plan.stages.push_back(planned_stage(stage, vocabulary, ngrams));
    plan.tokens_expected += static_cast<int>(plan.stages.back().wordings.front().size()) + stage.free_tokens;
  }
  PlannedStage end;
  end.wordings.push_back({PlannedToken{vocabulary.end_of_turn(), Firmness::code}});
  plan.stages.push_back(std::move(end));
  for (std::size_t i = 0; i < slot_count; ++i) {
    const std::string text = slot_text(answer, static_cast<Slot>(i), plan.seed);
    plan.slots[i][0] = vocabulary.encode(text, Vocabulary::Specials::as_text);
    plan.slots[i][1] = vocabulary.encode(" " + text, Vocabulary::Specials::as_text);
  }
  return plan;
}

Cursor PlanReader::start() const {
  Cursor cursor;
  cursor.context.fill(end_);
  cursor.answer_hash = plan_.seed;
  settle(cursor);
  return cursor;
}

Cursor PlanReader::after(Cursor cursor, Token token) const {
  const Token previous = cursor.last;
  const bool leaving = may_leave(cursor);
  cursor.answer_hash = combined(cursor.answer_hash, static_cast<std::uint64_t>(token));
  cursor.last = token;
  ++cursor.length;
  push_context(cursor, token);
  if (cursor.stage >= static_cast<std::int32_t>(plan_.stages.size())) return cursor;
  if (is_free(cursor)) {
    ++cursor.stage_tokens;
    const PlannedToken* next = next_stage(cursor);
    if (leaving && next != nullptr && next->token == token) {
      ++cursor.stage;
      cursor.position = 1;
      cursor.wordings = 0xFF;
      cursor.wording = 0;
      settle(cursor);
    }
    return cursor;
  }
  if (cursor.lost)
    find_again(cursor, previous, token);
  else
    follow(cursor, token);
  settle(cursor);
  return cursor;
}

bool PlanReader::is_free(const Cursor& cursor) const {
  const PlannedStage* current = stage(cursor);
  return current != nullptr && current->free_tokens > 0 &&
         cursor.position == static_cast<std::int32_t>(current->wordings[cursor.wording].size());
}

bool PlanReader::may_leave(const Cursor& cursor) const {
  if (!is_free(cursor) || cursor.last < 0) return false;
  const int due = stage(cursor)->free_tokens;
  if (cursor.stage_tokens < due) return false;
  return sentence_ends_[static_cast<std::size_t>(cursor.last)] || cursor.stage_tokens > due + due / 2 + overlong_least;
}

const PlannedStage* PlanReader::stage(const Cursor& cursor) const {
  return cursor.stage < static_cast<std::int32_t>(plan_.stages.size()) ? &plan_.stages[static_cast<std::size_t>(cursor.stage)]
                                                                       : nullptr;
}

const PlannedToken* PlanReader::planned(const Cursor& cursor, std::size_t ahead) const {
  const PlannedStage* current = stage(cursor);
  if (current == nullptr || cursor.lost) return nullptr;
  const auto& wording = current->wordings[cursor.wording];
  const std::size_t at = static_cast<std::size_t>(cursor.position) + ahead;
  return at < wording.size() ? &wording[at] : nullptr;
}

const PlannedToken* PlanReader::next_stage(const Cursor& cursor) const {
  const auto next = static_cast<std::size_t>(cursor.stage) + 1;
  if (next >= plan_.stages.size() || plan_.stages[next].wordings.front().empty()) return nullptr;
  return &plan_.stages[next].wordings.front().front();
}

void PlanReader::push_context(Cursor& cursor, Token token) const {
  const auto push = [&](Token one) {
    std::shift_left(cursor.context.begin(), cursor.context.end(), 1);
    cursor.context.back() = one;
  };
  const auto finish = [&](std::int16_t slot) { push(ngrams_.slot_token(static_cast<Slot>(slot / 2), slot % 2 == 1)); };
  if (cursor.slot >= 0) {
    const auto& name = plan_.slots[static_cast<std::size_t>(cursor.slot / 2)][static_cast<std::size_t>(cursor.slot % 2)];
    const bool fits = name[static_cast<std::size_t>(cursor.slot_at)] == token;
    if (fits && ++cursor.slot_at < static_cast<std::int16_t>(name.size())) return;
    const std::int16_t slot = std::exchange(cursor.slot, std::int16_t{-1});
    if (fits) return finish(slot);
  }
  for (std::int16_t slot = 0; slot < static_cast<std::int16_t>(2 * slot_count); ++slot) {
    const auto& name = plan_.slots[static_cast<std::size_t>(slot / 2)][static_cast<std::size_t>(slot % 2)];
    if (name.empty() || name.front() != token) continue;
    if (name.size() == 1) return finish(slot);
    cursor.slot = slot;
    cursor.slot_at = 1;
    return;
  }
  push(token);
}

void PlanReader::follow(Cursor& cursor, Token token) const {
  const PlannedStage& current = *stage(cursor);
  const auto at = static_cast<std::size_t>(cursor.position);
  const auto fits = [&](std::size_t i) { return at < current.wordings[i].size() && current.wordings[i][at].token == token; };
  if (!fits(cursor.wording)) {
    for (std::size_t i = 0; i < current.wordings.size(); ++i) {
      if ((cursor.wordings >> i & 1U) != 0 && fits(i)) cursor.wording = static_cast<std::uint8_t>(i);
    }
  }
  if (fits(cursor.wording)) {
    for (std::size_t i = 0; i < current.wordings.size(); ++i) {
      if (!fits(i)) cursor.wordings = static_cast<std::uint8_t>(cursor.wordings & ~(1U << i));
    }
    ++cursor.position;
    cursor.misses = 0;
    return;
  }
  cursor.wordings = 0;
  const auto& wording = current.wordings[cursor.wording];
  for (std::size_t i = at; i < std::min(at + skip_max, wording.size()); ++i) {
    if (wording[i].token != token) continue;
    cursor.position = static_cast<std::int32_t>(i) + 1;
    return;
  }
  if (++cursor.misses > misses_max) cursor.lost = true;
}

void PlanReader::find_again(Cursor& cursor, Token previous, Token token) const {
  const auto& wording = stage(cursor)->wordings[cursor.wording];
  const std::int32_t first = std::max(1, cursor.position - look_back);
  const std::int32_t last = std::min(static_cast<std::int32_t>(wording.size()), cursor.position + look_ahead);
  for (std::int32_t i = first; i < last; ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (wording[at - 1].token != previous || wording[at].token != token) continue;
    cursor.position = i + 1;
    cursor.misses = 1;
    cursor.lost = false;
    return;
  }
}

void PlanReader::settle(Cursor& cursor) const {
  for (const PlannedStage* current = stage(cursor); current != nullptr; current = stage(cursor)) {
    if (cursor.position < static_cast<std::int32_t>(current->wordings[cursor.wording].size())) return;
    if (current->free_tokens > 0) {
      cursor.stage_tokens = 0;
      cursor.misses = 0;
      if (current->new_text) cursor.context.fill(end_);
      return;
    }
    ++cursor.stage;
    cursor.position = 0;
    cursor.wording = 0;
    cursor.wordings = 0xFF;
  }
}

}  // namespace demo
