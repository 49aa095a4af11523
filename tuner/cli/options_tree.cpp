#include "cli/options_tree.hpp"

#include "cli/option_values.hpp"
#include "core/text.hpp"
#include "reports/report.hpp"
#include "search/strategy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace sweetspot {

namespace {

constexpr std::string_view choosing = "What is run";
constexpr std::string_view searching = "What is searched";
constexpr std::string_view working = "The work";
constexpr std::string_view showing = "Result and terminal";

struct CommandText {
  Action action;
  const char* name;
  const char* description;
  const char* example;
};

constexpr std::array commands{
    CommandText{Action::tune, "tune", "Find the fastest settings that leave the output as it is, and print the command to run",
                "sweetspot tune llama-server -m model.gguf\n"
                "sweetspot tune llama-server -m model.gguf --draft-model small.gguf --budget 10m\n"
                "sweetspot tune llama-server -m model.gguf --param draft_depth=0,2,4 --param threads=1..8 --json -o result.json"},
    CommandText{Action::check, "check",
                "Compare one configuration's output with plain greedy decoding; exit 0 for pass or tie, 1 otherwise",
                "sweetspot check llama-server -m model.gguf\n"
                "sweetspot check llama-server -m model.gguf --set kv_type_k=q8_0 --set flash_attention=on"},
    CommandText{Action::measure, "measure", "Measure one configuration, or a server that is already running",
                "sweetspot measure llama-server -m model.gguf --set threads=4\n"
                "sweetspot measure llama-server --url http://127.0.0.1:8080"},
    CommandText{Action::engines, "engines", "Engines known and found here, and the parameters that a binary supports",
                "sweetspot engines\nsweetspot engines llama-server\nsweetspot engines --check my-engine.json"},
    CommandText{Action::list, "list", "Stored studies, newest first", "sweetspot list"},
    CommandText{Action::show, "show", "Report of a stored study, or the evidence of one trial",
                "sweetspot show\nsweetspot show 7f3a --as markdown -o result.md\nsweetspot show 7f3a --trial 12"},
    CommandText{Action::resume, "resume", "Go on with a study that was interrupted",
                "sweetspot resume\nsweetspot resume 7f3a --budget 10m"},
    CommandText{Action::run, "run", "Start the server with a study's recommended settings",
                "sweetspot run\nsweetspot run 7f3a -- --port 9000"},
    CommandText{Action::doctor, "doctor", "The machine, what would disturb a measurement now, and what was read from where",
                "sweetspot doctor"},
    CommandText{Action::completions, "completions", "Completion script for a shell",
                "sweetspot completions bash > ~/.local/share/bash-completion/completions/sweetspot"},
    CommandText{Action::man, "man", "The manual page", "sweetspot man | man -l -"},
};

void add_options(CLI::App& command, Action action, Options& options);
OptionEntry entry_of(const CLI::Option& option);

}  // namespace

std::shared_ptr<CLI::App> option_tree(Options& options) {
  auto app = std::make_shared<CLI::App>("sweetspot");
  app->name("sweetspot");
  app->require_subcommand(0, 1);
  app->allow_extras();
  app->set_help_flag();
  app->add_flag_callback("-h,--help", [&options] { options.action = Action::help; }, "Show help");
  app->add_flag_callback(
      "--version", [&options] { options.action = Action::version; }, "Show version, compiler, Boost and system");
  for (const auto& text : commands) {
    auto* command = app->add_subcommand(text.name, text.description);
    command->allow_extras();
    command->set_help_flag();
    add_options(*command, text.action, options);
    command->parse_complete_callback([&options, action = text.action] {
      if (options.help_topic.empty()) options.action = action;
    });
  }
  return app;
}

std::vector<CommandEntry> command_table() {
  Options unused;
  const auto app = option_tree(unused);
  std::vector<CommandEntry> table;
  for (const auto& text : commands) {
    CommandEntry entry{text.name, text.description, text.example, launches(text.action), {}};
    for (const auto* option : app->get_subcommand(text.name)->get_options()) entry.options.push_back(entry_of(*option));
    table.push_back(std::move(entry));
  }
  return table;
}

std::vector<std::string> OptionEntry::choices() const {
  if (value.find('|') == std::string::npos) return {};
  std::vector<std::string> words;
  for (std::size_t start = 0; start <= value.size();) {
    const auto end = std::min(value.find('|', start), value.size());
    words.push_back(value.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

bool OptionEntry::takes_file() const { return value == "FILE" || value == "MODEL" || value == "PATH"; }

bool launches(Action action) {
  return action == Action::tune || action == Action::check || action == Action::measure || action == Action::resume ||
         action == Action::run;
}

const std::vector<std::string>& goal_names() {
  static const std::vector<std::string> names{"agent", "chat", "memory", "decode"};
  return names;
}

namespace {

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, "|")); }

std::vector<std::string> strategy_names() {
  std::vector<std::string> names;
  for (const auto& strategy : strategies()) names.emplace_back(strategy.name);
  return names;
}

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const auto& format : report_formats()) names.emplace_back(format.name);
  return names;
}

/// An option whose text is read by `take`; its Error gets the option's name in front.
CLI::Option* add_read(CLI::App& command, const std::string& name, const std::string& value, std::string_view group,
                      const std::string& description, std::function<void(const std::string&)> take) {
  const auto named = [name, take = std::move(take)](const std::string& text) { read_named(name, text, take); };
  return command.add_option_function<std::string>(name, named, description)->type_name(value)->group(std::string{group});
}

/// An option that takes one of a list of words.
CLI::Option* add_word(CLI::App& command, const std::string& name, const std::vector<std::string>& words, std::string_view group,
                      const std::string& description, std::string& target) {
  return add_read(command, name, joined(words), group, description,
                  [words, &target](const std::string& text) { target = one_of(text, words); });
}

template <typename Target>
CLI::Option* add_text(CLI::App& command, const std::string& name, const std::string& value, std::string_view group,
                      const std::string& description, Target& target) {
  return add_read(command, name, value, group, description, [&target](const std::string& text) { target = not_empty(text); });
}

CLI::Option* add_texts(CLI::App& command, const std::string& name, const std::string& value, std::string_view group,
                       const std::string& description, std::vector<std::string>& target) {
  return command.add_option(name, target, description)
      ->type_name(value)
      ->group(std::string{group})
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_flag(CLI::App& command, const std::string& name, std::string_view group, const std::string& description, bool& target) {
  command.add_flag(name, target, description)->group(std::string{group});
}

void add_engine(CLI::App& command, Options& options) {
  add_text(command, "ENGINE", "ENGINE", choosing, "Engine by name (see: sweetspot engines)", options.engine);
  add_text(command, "--engine-file", "FILE", choosing, "Describe the engine by this file instead of a name", options.engine_file);
  add_text(command, "--binary", "PATH", choosing, "The engine's executable; else the first one on PATH", options.binary);
}

void add_target(CLI::App& command, Options& options) {
  add_text(command, "-m,--model", "MODEL", choosing, "Model file", options.model);
  add_engine(command, options);
  add_text(command, "--draft-model", "MODEL", choosing, "Draft model for speculation; used only while speculation is active",
           options.draft_model);
  add_read(command, "--context", "N", choosing, "Context size to serve, in tokens",
           [&options](const std::string& text) { options.context = whole_number(text, 64, 16'777'216); });
  add_read(command, "--port", "N", choosing, "A fixed port on 127.0.0.1 instead of a free one",
           [&options](const std::string& text) { options.port = static_cast<int>(whole_number(text, 1, 65'535)); });
}

void add_search(CLI::App& command, Options& options) {
  add_texts(command, "--param", "NAME[=VALUES]", searching,
            "Search only these (repeatable); VALUES: a,b,c or lo..hi[:step], \"\\,\" for a comma in a value", options.parameters);
  add_texts(command, "--exclude", "NAME", searching, "Leave out (repeatable)", options.exclude);
  add_texts(command, "--fix", "NAME=VALUE", searching, "Hold at this value, in the default too (repeatable)", options.fix);
  add_text(command, "--space", "FILE", searching, "The whole search space from a JSON file", options.space_file);
  add_word(command, "--strategy", strategy_names(), searching, "How the next configuration is chosen (auto)", options.strategy);
  add_read(command, "--min-gain", "PERCENT", searching, "Smallest confirmed gain worth leaving the default for (2)",
           [&options](const std::string& text) { options.min_gain_percent = real_number(text, 0, 1000); });
  command
      .add_flag_callback(
          "--allow-lossy", [&options] { options.allow_lossy = AllowLossy::yes; },
          "Accept configurations that change the output within limits; reported apart")
      ->group(std::string{searching});
  add_flag(command, "-n,--dry-run", searching, "Print space, first configurations and command lines; start nothing",
           options.dry_run);
}

void add_limits(CLI::App& command, Options& options) {
  add_read(command, "--budget", "TIME", working, "Wall-clock limit: 9m, 90s, 1h30m (30m)", [&options](const std::string& text) {
    options.budget = parse_duration(text);
    options.budget_given = true;
  });
  add_read(command, "--trials", "N", working, "Limit of trials",
           [&options](const std::string& text) { options.trials = static_cast<int>(whole_number(text, 1, 1'000'000)); });
}

void add_timed_work(CLI::App& command, Options& options) {
  add_word(command, "--goal", goal_names(), working, "What fast means (agent)", options.goal);
  add_read(command, "--sampler", "KEY=VALUE,...", working, "Sampler of the timed requests, as you run it (greedy)",
           [&options](const std::string& text) { options.sampler = sampler_from(text); });
  add_text(command, "--workload", "FILE", working, "Your own prompts: one OpenAI chat request body a line", options.workload);
}

void add_seed(CLI::App& command, Options& options) {
  add_read(command, "--seed", "N", working, "Seed of everything that is random (1)",
           [&options](const std::string& text) { options.seed = static_cast<std::uint64_t>(whole_number(text, 0, INT64_MAX)); });
}

void add_tier(CLI::App& command, Options& options, const std::string& description) {
  add_word(command, "--tier", {"quick", "standard"}, working, description, options.tier);
}

void add_set(CLI::App& command, Options& options) {
  add_texts(command, "--set", "NAME=VALUE", choosing, "Value of a parameter (repeatable)", options.set);
}

void add_store(CLI::App& command, Options& options) {
  add_text(command, "--store", "PATH", showing, "Where studies live", options.store);
}

void add_result(CLI::App& command, Options& options) {
  add_flag(command, "--json", showing, "One JSON document on stdout", options.json);
  add_text(command, "-o,--output", "FILE", showing, "Where the result goes (- is stdout)", options.output);
}

void add_terminal(CLI::App& command, Options& options) {
  add_flag(command, "-q,--quiet", showing, "No progress", options.quiet);
  add_flag(command, "-v,--verbose", showing, "Say more of what is done", options.verbose);
  add_read(command, "--color", "auto|always|never", showing, "Colour (auto: only on a terminal)",
           [&options](const std::string& text) {
             const auto word = one_of(text, {"auto", "always", "never"});
             options.colour = word == "always"  ? ColourChoice::always
                              : word == "never" ? ColourChoice::never
                                                : ColourChoice::automatic;
           });
  command
      .add_flag_callback(
          "-h,--help",
          [&options, &command] {
            options.action = Action::help;
            options.help_topic = command.get_name();
          },
          "Show this help")
      ->group(std::string{showing});
}

void add_questions(CLI::App& command, Options& options) {
  add_flag(command, "--no-input", showing, "Never ask", options.no_input);
  add_flag(command, "--yes", showing, "Take the first offer instead of asking", options.yes);
}

void add_study(CLI::App& command, Options& options) {
  add_text(command, "STUDY", "STUDY", choosing, "Id, a unique prefix of one, or nothing for the latest", options.study);
}

void add_tune(CLI::App& command, Options& options) {
  add_target(command, options);
  add_search(command, options);
  add_limits(command, options);
  add_timed_work(command, options);
  add_tier(command, options, "How long outputs are checked: while searching and for finalists");
  add_seed(command, options);
  add_questions(command, options);
  add_store(command, options);
  add_result(command, options);
}

void add_check(CLI::App& command, Options& options) {
  add_target(command, options);
  add_set(command, options);
  add_tier(command, options, "How long outputs are checked (standard)");
  add_seed(command, options);
  add_questions(command, options);
  add_result(command, options);
}

void add_measure(CLI::App& command, Options& options) {
  add_target(command, options);
  add_text(command, "--url", "URL", choosing, "A server that is already running: nothing is launched or stopped", options.url);
  add_set(command, options);
  add_timed_work(command, options);
  add_seed(command, options);
  add_questions(command, options);
  add_result(command, options);
}

void add_engines(CLI::App& command, Options& options) {
  add_engine(command, options);
  add_text(command, "--check", "FILE", choosing, "Say what is wrong in an engine file", options.check_file);
  add_result(command, options);
}

void add_show(CLI::App& command, Options& options) {
  add_study(command, options);
  add_text(command, "--trial", "N", choosing, "One trial: its number in the report, or its id", options.trial);
  add_word(command, "--as", format_names(), showing, "Form of the report (text)", options.format);
  add_store(command, options);
  add_result(command, options);
}

void add_options(CLI::App& command, Action action, Options& options) {
  switch (action) {
    case Action::tune: add_tune(command, options); break;
    case Action::check: add_check(command, options); break;
    case Action::measure: add_measure(command, options); break;
    case Action::engines: add_engines(command, options); break;
    case Action::show: add_show(command, options); break;
    case Action::list:
      add_store(command, options);
      add_result(command, options);
      break;
    case Action::resume:
      add_study(command, options);
      add_limits(command, options);
      add_store(command, options);
      add_result(command, options);
      break;
    case Action::run:
      add_study(command, options);
      add_store(command, options);
      break;
    case Action::doctor: add_result(command, options); break;
    case Action::completions: add_word(command, "SHELL", {"bash", "zsh", "fish"}, choosing, "The shell", options.shell); break;
    case Action::man:
    case Action::help:
    case Action::version: break;
  }
  add_terminal(command, options);
}

OptionEntry entry_of(const CLI::Option& option) {
  OptionEntry entry;
  entry.positional = option.get_positional();
  const auto& short_names = option.get_snames();
  const auto& long_names = option.get_lnames();
  if (!short_names.empty()) entry.short_name = fmt::format("-{}", short_names.front());
  entry.long_name = entry.positional ? option.get_name(true) : fmt::format("--{}", long_names.front());
  entry.value = option.get_expected_max() == 0 ? std::string{} : option.get_type_name();
  entry.description = option.get_description();
  entry.group = option.get_group();
  return entry;
}

}  // namespace

}  // namespace sweetspot
