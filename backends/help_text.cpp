#include "backends/probe.hpp"

#include <algorithm>
#include <cctype>
#include <regex>

namespace sweetspot {

namespace {

// llama.cpp's help has its descriptions from this column on, and at least three blanks before them on an option's line.
constexpr std::size_t llama_description_column = 40;
constexpr std::size_t llama_gap = 3;
// argparse indents options by two, descriptions by more.
constexpr std::size_t argparse_option_indent = 4;
constexpr std::size_t description_bytes = 4000;
constexpr std::size_t option_count = 5000;

struct OptionLine {
  std::string head;
  std::string description;
};

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::optional<OptionLine> llama_option_line(std::string_view line) {
  // "-----" is the rule of a section's heading.
  if (line.size() < 2 || line[0] != '-' || line.starts_with("---")) return std::nullopt;
  const bool beside =
      line.size() > llama_description_column &&
      line.substr(llama_description_column - llama_gap, llama_gap).find_first_not_of(' ') == std::string_view::npos;
  if (!beside) return OptionLine{trimmed(line), ""};
  return OptionLine{trimmed(line.substr(0, llama_description_column)), trimmed(line.substr(llama_description_column))};
}

std::optional<OptionLine> argparse_option_line(std::string_view line) {
  const auto indent = line.find_first_not_of(' ');
  if (indent == std::string_view::npos || indent == 0 || indent > argparse_option_indent || line[indent] != '-')
    return std::nullopt;
  const auto gap = line.find("  ", indent);
  if (gap == std::string_view::npos) return OptionLine{trimmed(line), ""};
  return OptionLine{trimmed(line.substr(0, gap)), trimmed(line.substr(gap))};
}

bool is_spelling(std::string_view token) {
  if (token.size() < 2 || token[0] != '-') return false;
  const unsigned char next = static_cast<unsigned char>(token[1]);
  return std::isalpha(next) != 0 || (next == '-' && token.size() > 2);
}

/// "-fa,   --flash-attn [on|off|auto]" -> two spellings and a hint.
HelpOption option_from(const OptionLine& line) {
  HelpOption option;
  option.description = line.description;
  std::string_view rest = line.head;
  while (!rest.empty()) {
    const auto begin = rest.find_first_not_of(' ');
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    std::string_view token = rest.substr(0, rest.find(' '));
    rest.remove_prefix(token.size());
    if (is_spelling(token)) {
      if (token.back() == ',') token.remove_suffix(1);
      option.spellings.emplace_back(token);
      option.hint.clear();  // argparse repeats the hint after every spelling
    } else {
      if (!option.hint.empty()) option.hint += ' ';
      option.hint += token;
    }
  }
  return option;
}

void add_to_description(HelpOption& option, std::string_view line) {
  const std::string text = trimmed(line);
  if (text.empty() || option.description.size() + text.size() > description_bytes) return;
  if (!option.description.empty()) option.description += ' ';
  option.description += text;
}

/// The words of "a|b" or "a,b" when each of them looks like one; "<0...100>" and "N0,N1,..." are no lists.
std::vector<std::string> listed_words(std::string text) {
  if (text.size() >= 2 && std::string_view("[{<(").find(text.front()) != std::string_view::npos)
    text = text.substr(1, text.size() - 2);
  if (text.find("..") != std::string::npos) return {};
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') continue;
    if (c == '|' || c == ',') {
      words.emplace_back();
    } else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("_-+.").find(c) != std::string_view::npos) {
      words.back() += c;
    } else {
      return {};
    }
  }
  const bool empty_word = std::ranges::any_of(words, [](const std::string& word) { return word.empty(); });
  return words.size() < 2 || empty_word ? std::vector<std::string>{} : words;
}

/// "... - auto: mmap, unless ... - none: ..." -> auto, none
std::vector<std::string> itemised_words(const std::string& description) {
  static const std::regex item(R"((?:^| )- ([A-Za-z0-9_+-]+)(?: \(default\))?:)");
  std::vector<std::string> words;
  for (std::sregex_iterator match(description.begin(), description.end(), item), end; match != end; ++match) {
    words.push_back((*match)[1]);
  }
  return words;
}

}  // namespace

HelpTable parse_help(const EngineDescriptor& engine, std::string_view help_text) {
  const std::regex removed(engine.identity.removed_pattern, std::regex::ECMAScript | std::regex::icase);
  HelpTable table;
  while (!help_text.empty() && table.options.size() < option_count) {
    const auto line = help_text.substr(0, help_text.find('\n'));
    help_text.remove_prefix(std::min(help_text.size(), line.size() + 1));
    const auto option = engine.identity.help_style == "argparse" ? argparse_option_line(line) : llama_option_line(line);
    if (option) {
      table.options.push_back(option_from(*option));
    } else if (!table.options.empty() && line.starts_with(' ')) {
      add_to_description(table.options.back(), line);
    }
  }
  std::erase_if(table.options, [](const HelpOption& option) { return option.spellings.empty(); });
  for (HelpOption& option : table.options) {
    option.removed = !engine.identity.removed_pattern.empty() && std::regex_search(option.description, removed);
  }
  return table;
}

const HelpOption* HelpTable::find(std::string_view spelling) const {
  for (const HelpOption& option : options) {
    if (!option.removed && std::ranges::find(option.spellings, spelling) != option.spellings.end()) return &option;
  }
  return nullptr;
}

std::vector<std::string> HelpTable::words(const HelpOption& option) {
  if (auto words = listed_words(option.hint); !words.empty()) return words;
  constexpr std::string_view allowed = "allowed values:";
  if (const auto at = option.description.find(allowed); at != std::string::npos) {
    const auto begin = at + allowed.size();
    return listed_words(trimmed(std::string_view(option.description).substr(begin, option.description.find('(', begin) - begin)));
  }
  auto words = itemised_words(option.description);
  // Such a list may leave out the word that the flag has unasked.
  const auto unasked = default_text(option);
  if (!words.empty() && unasked && std::ranges::find(words, *unasked) == words.end()) words.push_back(*unasked);
  return words;
}

std::optional<std::string> HelpTable::default_text(const HelpOption& option) {
  constexpr std::string_view mark = "default:";
  const auto at = option.description.find(mark);
  if (at == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(option.description).substr(at + mark.size());
  rest = rest.substr(0, std::min({rest.find(','), rest.find(')'), rest.find(" ("), rest.size()}));
  std::string text = trimmed(rest);
  std::erase_if(text, [](char c) { return c == '\'' || c == '"'; });
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace sweetspot
