#include "cli/help.hpp"

#include "cli/options_tree.hpp"
#include "core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace sweetspot {

namespace {

constexpr std::size_t text_column = 30;
constexpr std::size_t line_width = 100;

std::string indented(const std::string& lines);
std::string two_columns(const std::string& left, const std::string& right);
std::string command_help(const CommandEntry& command);
std::string usage(const CommandEntry& command);

}  // namespace

std::string help_text(const std::string& topic) {
  const auto table = command_table();
  if (!topic.empty()) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&topic](const CommandEntry& entry) { return entry.name == topic; });
    if (found == table.end()) throw Error{fmt::format("there is no command '{}'", topic), "see: sweetspot --help"};
    return command_help(*found);
  }
  std::string text =
      "Finds the launch flags that make a local LLM server fastest on this machine without changing what it says.\n\nExamples\n";
  for (const auto& command : table) text += indented(command.example.substr(0, command.example.find('\n')));
  text += "\nUsage\n  sweetspot COMMAND [OPTIONS] [-- ENGINE ARGUMENTS]\n\nCommands (each has --help)\n";
  for (const auto& command : table) text += two_columns(command.name, command.description);
  text += "\nOptions\n" + two_columns("-h, --help", "Show this help") +
          two_columns("--version", "Show version, compiler, Boost and system");
  return text + "\nExit codes\n" + exit_code_lines();
}

std::string short_help() {
  return "sweetspot finds the launch flags that make a local LLM server fastest on this machine without changing what it "
         "says.\n\n"
         "  sweetspot tune llama-server -m model.gguf     find the best settings\n"
         "  sweetspot check llama-server -m model.gguf    is it sound as it comes?\n"
         "  sweetspot engines                             what is known and found here\n"
         "  sweetspot doctor                              is this machine quiet enough to measure?\n\n"
         "All commands: sweetspot --help\n";
}

std::string exit_code_lines() {
  return two_columns("0", "done, also when keeping the default is the answer") +
         two_columns("1", "ran, but nothing eligible, unsound as it comes, or a check failed") +
         two_columns("2", "usage, configuration or environment") +
         two_columns("130", "interrupted; everything measured so far is stored");
}

std::string option_usage(const OptionEntry& option) {
  std::string text = option.short_name.empty() ? option.long_name : fmt::format("{}, {}", option.short_name, option.long_name);
  if (!option.value.empty() && !option.positional) text += fmt::format(" {}", option.value);
  return text;
}

namespace {

std::string indented(const std::string& lines) {
  std::string text = "  ";
  for (const char c : lines) {
    text += c;
    if (c == '\n') text += "  ";
  }
  return text + "\n";
}

std::string two_columns(const std::string& left, const std::string& right) {
  std::string line = "  " + left;
  std::string text;
  if (line.size() + 2 > text_column) {
    text = line + "\n";
    line.clear();
  }
  line.resize(text_column, ' ');
  for (std::size_t start = 0; start < right.size();) {
    const auto end = std::min(right.find(' ', start), right.size());
    const auto word = right.substr(start, end - start);
    if (line.size() > text_column && line.size() + 1 + word.size() > line_width) {
      text += line + "\n";
      line.assign(text_column, ' ');
    }
    if (line.size() > text_column) line += ' ';
    line += word;
    start = end + 1;
  }
  return text + line + "\n";
}

std::string command_help(const CommandEntry& command) {
  std::string text = command.description + ".\n\nExamples\n" + indented(command.example) + "\nUsage\n  " + usage(command) + "\n";
  std::vector<std::string> groups;
  for (const auto& option : command.options)
    if (std::find(groups.begin(), groups.end(), option.group) == groups.end()) groups.push_back(option.group);
  for (const auto& group : groups) {
    text += fmt::format("\n{}\n", group);
    for (const auto& option : command.options)
      if (option.group == group) text += two_columns(option_usage(option), option.description);
  }
  return text;
}

std::string usage(const CommandEntry& command) {
  std::string text = fmt::format("sweetspot {}", command.name);
  for (const auto& option : command.options)
    if (option.positional) text += fmt::format(" [{}]", option.long_name);
  text += " [OPTIONS]";
  if (command.launches) text += " [-- ENGINE ARGUMENTS]";
  return text;
}

}  // namespace

}  // namespace sweetspot
