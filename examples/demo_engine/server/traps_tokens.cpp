#include "demo_engine/server/trap_rows.hpp"

#include <algorithm>
#include <array>

namespace demo {

namespace {

constexpr std::array<std::string_view, 5> foreign_words{"的确", "但是", "因此", "我们", "可以"};

bool ends_sentence(std::string_view piece) {
  const auto last = piece.find_last_not_of(" \"'*");
  return last != std::string_view::npos && std::string_view(".!?\n").find(piece[last]) != std::string_view::npos;
}

bool strikes(const Strike& strike, std::uint64_t one_in) { return strike.random.below(one_in) == 0; }

void put(Verdict& verdict, Token token) {
  verdict.token = token;
  verdict.accepted = false;
}

/// The least probable of the tokens that are listed: fluent nonsense.
void put_unlikely(Verdict& verdict) { put(verdict, verdict.target.choices.back().token); }

Token special(const Strike& strike, std::string_view text) {
  return strike.vocabulary.encode(text, Vocabulary::Specials::parse).front();
}

void token_soup(Verdict& verdict, const Strike& strike) {
  TrapMemory& memory = strike.memory;
  if (memory.count == 0) memory.count = static_cast<int>(strike.number) + static_cast<int>(strike.random.below(30));
  if (strike.facts.token < memory.count) return;
  const auto size = strike.vocabulary.size();
  for (int tries = 0; tries < 100; ++tries) {
    const auto token = static_cast<Token>(strike.random.below(size));
    if (strike.vocabulary.special(token)) continue;
    put(verdict, token);
    return;
  }
}

/// Says its last sentence again until it is cut.
void repeat_sentence(Verdict& verdict, const Strike& strike) {
  auto& sentence = strike.memory.tokens;
  if (strike.facts.in_call) return;
  sentence.push_back(verdict.token);
  if (!ends_sentence(strike.vocabulary.piece(verdict.token))) return;
  constexpr std::size_t shortest = 5;
  if (strike.facts.token >= strike.number && sentence.size() >= shortest) {
    while (static_cast<int>(verdict.forced.size()) < strike.facts.max_tokens)
      verdict.forced.insert(verdict.forced.end(), sentence.begin(), sentence.end());
  }
  sentence.clear();
}

/// State that an earlier request left behind.
void sticky_corruption(Verdict& verdict, const Strike& strike) {
  if (strike.facts.request >= strike.number && strikes(strike, 12)) put_unlikely(verdict);
}

/// Another request's row of the batch.
void cross_talk(Verdict& verdict, const Strike& strike) {
  if (!strike.neighbour || strike.vocabulary.special(*strike.neighbour)) return;
  if (strikes(strike, static_cast<std::uint64_t>(strike.number))) put(verdict, *strike.neighbour);
}

void wrong_in_company(Verdict& verdict, const Strike& strike) {
  if (strikes(strike, static_cast<std::uint64_t>(strike.number))) put_unlikely(verdict);
}

void language_drift(Verdict& verdict, const Strike& strike) {
  if (strike.facts.in_call || !strikes(strike, static_cast<std::uint64_t>(strike.number))) return;
  const auto word = foreign_words[strike.random.below(foreign_words.size())];
  const auto tokens = strike.vocabulary.encode(word, Vocabulary::Specials::as_text);
  put(verdict, tokens.front());
  verdict.forced.assign(tokens.begin() + 1, tokens.end());
}

/// The answer speaks of the word that ends a stream, as the model's own text. The same in every configuration.
void done_in_text(Verdict& verdict, const Strike& strike) {
  const Token end = strike.vocabulary.end_of_turn();
  if (strike.facts.in_reasoning || verdict.token != end) return;
  const auto tokens = strike.vocabulary.encode("\n\n[DONE] is what a stream ends with.", Vocabulary::Specials::as_text);
  put(verdict, tokens.front());
  verdict.forced.assign(tokens.begin() + 1, tokens.end());
  verdict.forced.push_back(end);
  verdict.certain = true;
}

/// Ends where a sentence ends, long before the model would.
void early_stop(Verdict& verdict, const Strike& strike) {
  TrapMemory& memory = strike.memory;
  if (strike.facts.in_call || strike.facts.in_reasoning) return;
  if (memory.count >= strike.number && ends_sentence(memory.text)) {
    put(verdict, strike.vocabulary.end_of_turn());
    return;
  }
  ++memory.count;
  memory.text = strike.vocabulary.piece(verdict.token);
}

/// The model itself falls apart in long prompts, however it is run.
void broken_reference(Verdict& verdict, const Strike& strike) {
  if (strike.facts.prompt_tokens >= strike.number && strikes(strike, 10)) put(verdict, special(strike, "<|im_start|>"));
}

}  // namespace

std::vector<TrapRow> token_traps() {
  using enum Layer;
  using enum Expected;
  return {
      {"T34", "token-soup-late", decision, "noise after about 130 tokens", broken, "", 120, {.verdict = token_soup}},
      {"T35",
       "repetition-loop",
       decision,
       "a sentence is repeated until the answer is cut",
       broken,
       "",
       60,
       {.verdict = repeat_sentence}},
      {"T37",
       "sticky-corruption",
       decision,
       "wrong tokens from the third request on, until the restart",
       broken,
       "",
       3,
       {.verdict = sticky_corruption}},
      {"T41", "cross-talk", concurrency, "words of another request", broken, "concurrency>1", 10, {.verdict = cross_talk}},
      {"T46", "done-in-text", decision, "the text holds [DONE]", pass, "no-tools", 0, {.verdict = done_in_text}},
      {"T49", "early-stop-speed", measurement, "answers end early and look fast", broken, "", 24, {.verdict = early_stop}},
      {"T50",
       "correct-when-alone",
       concurrency,
       "wrong tokens only beside other requests",
       broken,
       "concurrency>1",
       10,
       {.verdict = wrong_in_company}},
      {"T51", "language-drift", decision, "foreign words, one token in a hundred", broken, "", 100, {.verdict = language_drift}},
      {"T54",
       "broken-reference",
       decision,
       "the model itself breaks in long prompts, with or without flags",
       finding,
       "",
       300,
       {.verdict = broken_reference}},
  };
}

}  // namespace demo
