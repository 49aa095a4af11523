#include "cli/options.hpp"

#include "cli/options_tree.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace sweetspot {

namespace {

std::vector<std::string> configurable_names();
std::string variable_name(const std::string& option);
std::vector<Setting> settings_from(const std::vector<std::string>& names, const Environment& environment,
                                   const ConfigFile& config);
void apply_settings(CLI::App& command, const std::vector<Setting>& settings);
void refuse_extras(const CLI::App& app, const CLI::App* command);
[[noreturn]] void refuse(const CLI::ParseError& error, const CLI::App* command);
const CLI::App* chosen_command(const CLI::App& app);
bool asks_for_help(const CLI::App& app, const CLI::App* command);

}  // namespace

Options parse_options(const std::vector<std::string>& arguments, const Environment& environment,
                      const std::filesystem::path& config_file) {
  Options options;
  const auto divider = std::find(arguments.begin(), arguments.end(), "--");
  if (divider != arguments.end()) options.engine_arguments.assign(divider + 1, arguments.end());
  // CLI11 takes its arguments from the back.
  std::vector<std::string> own{arguments.begin(), divider};
  std::reverse(own.begin(), own.end());

  const auto app = option_tree(options);
  try {
    app->parse(std::move(own));
    const auto* command = chosen_command(*app);
    if (options.action == Action::version || asks_for_help(*app, command)) return options;
    refuse_extras(*app, command);
    if (!command) return options;
    if (divider != arguments.end() && !launches(options.action))
      throw Error{fmt::format("'{}' launches no engine, so nothing may follow \"--\"", command->get_name()),
                  "leave out \"--\" and what follows"};
    const auto names = configurable_names();
    options.settings = settings_from(names, environment, read_config_file(config_file, names));
    apply_settings(*app->get_subcommand(command->get_name()), options.settings);
  } catch (const CLI::ParseError& error) {
    refuse(error, chosen_command(*app));
  }
  return options;
}

namespace {

std::vector<std::string> configurable_names() {
  std::vector<std::string> names;
  for (const auto& command : command_table())
    for (const auto& option : command.options)
      if (!option.positional && option.long_name != "--help") names.push_back(option.long_name.substr(2));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string variable_name(const std::string& option) {
  std::string name = "SWEETSPOT_";
  for (const char c : option) name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::vector<Setting> settings_from(const std::vector<std::string>& names, const Environment& environment,
                                   const ConfigFile& config) {
  std::vector<Setting> settings;
  for (const auto& name : names) {
    const auto variable = variable_name(name);
    const auto value = environment.variable(variable);
    if (!value.empty()) {
      settings.push_back({name, value, variable});
      continue;
    }
    const auto found = config.values.find(name);
    if (found == config.values.end()) continue;
    for (const auto& word : found->second) settings.push_back({name, word, config.path.string()});
  }
  return settings;
}

/// Gives the settings to those of the command's options that were not on the command line.
void apply_settings(CLI::App& command, const std::vector<Setting>& settings) {
  for (auto* option : command.get_options()) {
    if (option->count() > 0 || option->get_lnames().empty()) continue;
    std::string origin;
    for (const auto& setting : settings) {
      if (setting.option != option->get_lnames().front()) continue;
      option->add_result(setting.value);
      origin = setting.origin;
    }
    if (origin.empty()) continue;
    try {
      option->run_callback();
    } catch (const Error& error) {
      throw Error{fmt::format("{} (from {})", error.what(), origin), error.hint()};
    } catch (const CLI::ParseError&) {
      throw Error{fmt::format("--{}: the value is not understood (from {})", option->get_lnames().front(), origin),
                  option->get_expected_max() == 0 ? "write true or false" : "correct it there"};
    }
  }
}

void refuse_extras(const CLI::App& app, const CLI::App* command) {
  const auto extras = command ? command->remaining() : app.remaining();
  const auto outside = app.remaining();
  if (command && !outside.empty())
    throw Error{fmt::format("'{}' stands before the command", escape_control(outside.front())),
                fmt::format("write it after: sweetspot {} ...", command->get_name())};
  if (extras.empty()) return;
  const auto word = extras.front().substr(0, extras.front().find('='));
  const auto help = fmt::format("see: sweetspot {}--help", command ? command->get_name() + " " : "");
  std::vector<std::string> known;
  if (!command && word.front() != '-') {
    for (const auto& entry : command_table()) known.push_back(entry.name);
    throw Error{fmt::format("there is no command '{}'", escape_control(word)), did_you_mean(word, known, help)};
  }
  if (word.empty() || word.front() != '-') throw Error{fmt::format("'{}' is one argument too many", escape_control(word)), help};
  for (const auto* option : (command ? command : &app)->get_options())
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  throw Error{fmt::format("there is no option '{}'{}", escape_control(word), command ? " in '" + command->get_name() + "'" : ""),
              did_you_mean(word, known, help)};
}

void refuse(const CLI::ParseError& error, const CLI::App* command) {
  std::string message = error.what();
  if (!message.empty()) message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  throw Error{escape_control(message), fmt::format("see: sweetspot {}--help", command ? command->get_name() + " " : "")};
}

const CLI::App* chosen_command(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? nullptr : commands.front();
}

bool asks_for_help(const CLI::App& app, const CLI::App* command) {
  return app.count("--help") > 0 || (command && command->count("--help") > 0);
}

}  // namespace

}  // namespace sweetspot
