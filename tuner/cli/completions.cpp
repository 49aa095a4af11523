#include "cli/completions.hpp"

#include "cli/options_tree.hpp"
#include "core/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <vector>

namespace sweetspot {

namespace {

std::string bash_script();
std::string zsh_script();
std::string fish_script();

}  // namespace

std::string completions(const std::string& shell) {
  if (shell == "bash") return bash_script();
  if (shell == "zsh") return zsh_script();
  if (shell == "fish") return fish_script();
  throw Error{fmt::format("there is no completion script for '{}'", shell), "choose one of bash, zsh, fish"};
}

namespace {

std::vector<std::string> spellings(const OptionEntry& option) {
  if (option.short_name.empty()) return {option.long_name};
  return {option.short_name, option.long_name};
}

/// For a text in single quotes of a shell.
std::string in_quotes(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'')
      result += "'\\''";
    else
      result += c;
  }
  return result;
}

std::string bash_case(const CommandEntry& command) {
  std::vector<std::string> words;
  std::string values;
  for (const auto& option : command.options) {
    const auto choices = option.choices();
    if (option.positional) {
      words.insert(words.end(), choices.begin(), choices.end());
      continue;
    }
    const auto names = spellings(option);
    words.insert(words.end(), names.begin(), names.end());
    const auto pattern = fmt::format("{}", fmt::join(names, "|"));
    if (!choices.empty())
      values +=
          fmt::format("        {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")); return ;;\n", pattern, fmt::join(choices, " "));
    else if (option.takes_file())
      values += fmt::format("        {}) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", pattern);
    else if (!option.value.empty())
      values += fmt::format("        {}) return ;;\n", pattern);
  }
  return fmt::format("    {})\n      case \"$previous\" in\n{}        *) ;;\n      esac\n      words='{}' ;;\n", command.name,
                     values, fmt::join(words, " "));
}

std::string bash_script() {
  std::string cases;
  std::vector<std::string> names{"--help", "--version"};
  for (const auto& command : command_table()) {
    names.push_back(command.name);
    cases += bash_case(command);
  }
  return fmt::format(
      "# bash completion for sweetspot\n"
      "_sweetspot() {{\n"
      "  local word=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD-1]}}\" command=\"${{COMP_WORDS[1]}}\" "
      "words=\n"
      "  COMPREPLY=()\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"$command\" in\n{}  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
      "}}\n"
      "complete -o default -F _sweetspot sweetspot\n",
      fmt::join(names, " "), cases);
}

/// Characters that _arguments reads as its own.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view{":[]\\"}.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return in_quotes(result);
}

std::string zsh_option(const OptionEntry& option) {
  std::string action;
  if (!option.value.empty() || option.positional) {
    const auto choices = option.choices();
    action = ":" + zsh_text(option.positional ? option.long_name : option.value) + ":";
    if (!choices.empty())
      action += fmt::format("({})", fmt::join(choices, " "));
    else if (option.takes_file())
      action += "_files";
  }
  if (option.positional) return fmt::format("        '1{}' \\\n", action);
  std::string text;
  for (const auto& name : spellings(option))
    text += fmt::format("        '*{}[{}]{}' \\\n", name, zsh_text(option.description), action);
  return text;
}

std::string zsh_script() {
  std::string names, cases;
  for (const auto& command : command_table()) {
    names += fmt::format("    '{}:{}'\n", command.name, zsh_text(command.description));
    cases += fmt::format("    {})\n      _arguments -s \\\n", command.name);
    for (const auto& option : command.options) cases += zsh_option(option);
    cases += "        && return ;;\n";
  }
  return fmt::format(
      "#compdef sweetspot\n"
      "_sweetspot() {{\n"
      "  local -a commands\n"
      "  commands=(\n{}  )\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    _arguments '--help[Show help]' '--version[Show version]'\n"
      "    return\n"
      "  fi\n"
      "  local command=\"$words[2]\"\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case \"$command\" in\n{}  esac\n"
      "}}\n"
      "if [ \"$funcstack[1]\" = _sweetspot ]; then _sweetspot \"$@\"; else compdef _sweetspot sweetspot; fi\n",
      names, cases);
}

std::string fish_option(const CommandEntry& command, const OptionEntry& option) {
  const auto choices = option.choices();
  const auto here = fmt::format("complete -c sweetspot -n '__fish_seen_subcommand_from {}'", command.name);
  const auto words = choices.empty() ? std::string{} : fmt::format(" -a '{}'", fmt::join(choices, " "));
  if (option.positional) return words.empty() ? std::string{} : fmt::format("{} -f{}\n", here, words);
  auto text = here;
  if (!option.short_name.empty()) text += fmt::format(" -s {}", option.short_name.substr(1));
  text += fmt::format(" -l {}", option.long_name.substr(2));
  if (!option.value.empty()) text += option.takes_file() ? " -r -F" : " -x";
  return fmt::format("{}{} -d '{}'\n", text, words, in_quotes(option.description));
}

std::string fish_script() {
  std::string text =
      "# fish completion for sweetspot\n"
      "complete -c sweetspot -n __fish_use_subcommand -f -l help -d 'Show help'\n"
      "complete -c sweetspot -n __fish_use_subcommand -f -l version -d 'Show version'\n";
  for (const auto& command : command_table()) {
    text += fmt::format("complete -c sweetspot -n __fish_use_subcommand -f -a {} -d '{}'\n", command.name,
                        in_quotes(command.description));
    for (const auto& option : command.options) text += fish_option(command, option);
  }
  return text;
}

}  // namespace

}  // namespace sweetspot
