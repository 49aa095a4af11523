#include "demo_engine/corpus.hpp"
#include "demo_engine/language_model.hpp"
#include "demo_engine/vocabulary_pieces.hpp"

#include <array>
#include <optional>
#include <unordered_map>

namespace demo {
namespace {

constexpr std::size_t bytes = 256;  // the first tokens are the single bytes
constexpr std::array<std::string_view, 7> special_texts = {"<|im_start|>", "<|im_end|>",  "<|endoftext|>", "<think>",
                                                           "</think>",     "<tool_call>", "</tool_call>"};

}  // namespace

struct Vocabulary::Tables {
  std::vector<std::string> pieces;
  std::unordered_map<std::uint32_t, std::uint32_t> edges;  ///< node * 256 + byte -> node; node 0 is the root
  std::vector<Token> token_at;                             ///< per node; -1: no piece ends here

  void insert(std::string_view piece, Token token) {
    std::uint32_t node = 0;
    for (const char c : piece) {
      const std::uint32_t key = node * 256 + static_cast<unsigned char>(c);
      const auto [edge, fresh] = edges.try_emplace(key, static_cast<std::uint32_t>(token_at.size()));
      if (fresh) token_at.push_back(-1);
      node = edge->second;
    }
    token_at[node] = token;
  }

  /// The longest piece that the text begins with. Every byte is a piece, so there is one.
  Token longest(std::string_view text) const {
    Token best = static_cast<unsigned char>(text.front());
    std::uint32_t node = 0;
    for (const char c : text) {
      const auto edge = edges.find(node * 256 + static_cast<unsigned char>(c));
      if (edge == edges.end()) break;
      node = edge->second;
      if (token_at[node] >= 0) best = token_at[node];
    }
    return best;
  }

  Token first_special() const { return static_cast<Token>(pieces.size() - special_texts.size()); }

  std::optional<Token> special_at(std::string_view text) const {
    if (text.front() != '<') return std::nullopt;
    for (std::size_t i = 0; i < special_texts.size(); ++i) {
      if (text.substr(0, special_texts[i].size()) == special_texts[i]) return first_special() + static_cast<Token>(i);
    }
    return std::nullopt;
  }
};

Vocabulary::Vocabulary() {
  auto tables = std::make_shared<Tables>();
  tables->token_at.push_back(-1);
  for (std::size_t byte = 0; byte < bytes; ++byte) tables->pieces.emplace_back(1, static_cast<char>(byte));
  for (std::string& piece : vocabulary_pieces(corpus_texts())) tables->pieces.push_back(std::move(piece));
  for (std::size_t i = 0; i < tables->pieces.size(); ++i) tables->insert(tables->pieces[i], static_cast<Token>(i));
  // Not in the tree: text that looks like a special token is ordinary text unless encode() is told otherwise.
  for (const std::string_view special : special_texts) tables->pieces.emplace_back(special);
  tables_ = std::move(tables);
}

std::vector<Token> Vocabulary::encode(std::string_view text, Specials specials) const {
  std::vector<Token> tokens;
  tokens.reserve(text.size() / 3 + 4);
  while (!text.empty()) {
    // A piece must not swallow the "<" that a special token begins with.
    std::size_t plain = text.size();
    if (specials == Specials::parse) {
      if (const auto special = tables_->special_at(text)) {
        tokens.push_back(*special);
        text.remove_prefix(tables_->pieces[static_cast<std::size_t>(*special)].size());
        continue;
      }
      plain = text.find('<', 1);
      while (plain != std::string_view::npos && !tables_->special_at(text.substr(plain))) plain = text.find('<', plain + 1);
      if (plain == std::string_view::npos) plain = text.size();
    }
    std::string_view part = text.substr(0, plain);
    text.remove_prefix(plain);
    while (!part.empty()) {
      tokens.push_back(tables_->longest(part));
      part.remove_prefix(piece(tokens.back()).size());
    }
  }
  return tokens;
}

const std::string& Vocabulary::piece(Token token) const { return tables_->pieces.at(static_cast<std::size_t>(token)); }

std::string Vocabulary::decode(std::span<const Token> tokens) const {
  std::string text;
  for (const Token token : tokens) text += piece(token);
  return text;
}

std::size_t Vocabulary::size() const { return tables_->pieces.size(); }

bool Vocabulary::special(Token token) const { return token >= tables_->first_special(); }

Token Vocabulary::end_of_turn() const { return tables_->first_special() + 1; }

}  // namespace demo
