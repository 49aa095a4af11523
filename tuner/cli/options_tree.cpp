#include "cli/options_tree.hpp"

#include "cli/option_groups.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace sweetspot {

namespace {

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
                "sweetspot tune llama-server -m model.gguf --param draft_depth=0,2,4 --param threads=1..8 --json -o result.json\n"
                "sweetspot tune --engine llama-server --engine mlx-lm -m model.gguf -m model-folder --budget 2h"},
    CommandText{
        Action::demo, "demo",
        "Tune the demo engine that comes with sweetspot: the whole job in a minute and a half, nothing else needed",
        "sweetspot demo\nsweetspot demo --machine m2-pro\nsweetspot demo -m demo-9b --goal agent --param draft_depth=0..5"},
    CommandText{
        Action::check, "check",
        "Compare the output of a configuration or a running server with plain greedy decoding; exit 0 for pass or tie, else 1",
        "sweetspot check llama-server -m model.gguf\n"
        "sweetspot check llama-server -m model.gguf --set kv_type_k=q8_0 --set flash_attention=on\n"
        "sweetspot check llama-server -m model.gguf --api messages,responses\n"
        "sweetspot check llama-server --url http://10.0.0.7:8080 --reference-url http://10.0.0.7:8081"},
    CommandText{
        Action::compare, "compare",
        "Two configurations, builds or models against each other, in mirrored pairs: which is faster, is the output the same",
        "sweetspot compare llama-server -m model.gguf --a threads=4 --b threads=8\n"
        "sweetspot compare llama-server -m model.gguf --a-binary old/llama-server --b-binary new/llama-server"},
    CommandText{Action::measure, "measure", "Measure one configuration, or a server that is already running",
                "sweetspot measure llama-server -m model.gguf --set threads=4\n"
                "sweetspot measure llama-server --url http://127.0.0.1:8080"},
    CommandText{Action::engines, "engines",
                "Engines known and found here, with models, and the parameters that a binary supports",
                "sweetspot engines\nsweetspot engines llama-server\nsweetspot engines --check my-engine.json"},
    CommandText{Action::inspect, "inspect",
                "What a model really is: architecture, bits, context, template, memory, speed limit, and what is wrong with it",
                "sweetspot inspect model.gguf\nsweetspot inspect ~/models/Qwen3-8B-4bit\nsweetspot inspect model.gguf --json"},
    CommandText{Action::list, "list", "Stored studies, newest first", "sweetspot list"},
    CommandText{Action::show, "show", "Report of a stored study, or the evidence of one trial",
                "sweetspot show\nsweetspot show 7f3a --as markdown -o result.md\nsweetspot show 7f3a --trial 12"},
    CommandText{Action::resume, "resume", "Go on with a study that was interrupted",
                "sweetspot resume\nsweetspot resume 7f3a --budget 10m"},
    CommandText{Action::reverify, "reverify",
                "Does a saved recommendation still hold? A short check and two launches of each side",
                "sweetspot reverify\nsweetspot reverify 7f3a --json"},
    CommandText{Action::run, "run", "Start the server with a study's recommended settings",
                "sweetspot run\nsweetspot run 7f3a -- --port 9000"},
    CommandText{Action::export_table, "export", "A stored study, or a recorded table, in a form that other tuners read",
                "sweetspot export 7f3a --as t4 -o study.json\nsweetspot export 7f3a --as csv | gzip > study.csv.gz"},
    CommandText{
        Action::replay, "replay", "A search strategy over a recorded table or a stored study: how soon it finds the best",
        "sweetspot replay table.csv.gz --evaluations 60\nsweetspot replay table.csv.gz --strategy random --seeds 100 --json"},
    CommandText{Action::doctor, "doctor", "The machine, what would disturb a measurement now, and what was read from where",
                "sweetspot doctor"},
    CommandText{Action::completions, "completions", "Completion script for a shell",
                "sweetspot completions bash > ~/.local/share/bash-completion/completions/sweetspot"},
    CommandText{Action::man, "man", "The manual page", "sweetspot man | man -l -"},
};

void add_options(CLI::App& command, Action action, Options& options);
void choose_for_demo(const CLI::App& command, Options& options);
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
    command->parse_complete_callback([&options, command, action = text.action] {
      if (options.help_topic.empty()) options.action = action;
      if (action == Action::demo) choose_for_demo(*command, options);
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
  return action == Action::tune || action == Action::demo || action == Action::check || action == Action::measure ||
         action == Action::compare || action == Action::resume || action == Action::run;
}

namespace {

void add_study_options(CLI::App& command, Options& options) {
  add_search(command, options);
  add_limits(command, options);
  add_timed_work(command, options);
  add_depths(command, options);
  add_tier(command, options, "How long a finalist's output is checked (standard; while searching it is quick)");
  add_seed(command, options);
  add_questions(command, options);
  add_store(command, options);
  add_result(command, options);
}

void add_tune(CLI::App& command, Options& options) {
  add_targets(command, options);
  add_scorer(command, options);
  add_apis(command, options);
  add_study_options(command, options);
}

void add_demo(CLI::App& command, Options& options) {
  add_text(command, "-m,--model", "MODEL", choosing, "Built-in model (see: sweetspot engines demo-engine)", options.model);
  add_text(command, "--machine", "NAME", choosing,
           "Machine to play: m1-max, m2-pro, m3-max, m4-pro, m4-max, m5-pro, m5-max (m5-pro)", options.machine);
  add_serving(command, options);
  add_study_options(command, options);
}

/// What a demonstration is about, unless the user says otherwise: draft depth, and a mode that only looks fast.
void choose_for_demo(const CLI::App& command, Options& options) {
  options.engine = "demo-engine";
  if (command.count("--strategy") == 0) options.strategy = "one-at-a-time";
  if (!options.budget_given) options.budget = std::chrono::seconds{118};
  // Every value once, and time left for the confirm.
  if (!options.trials && !options.budget_given) options.trials = 8;
  if (command.count("--goal") == 0) options.goal = "decode";
  if (options.parameters.empty() && options.space_file.empty())
    options.parameters = {"draft_depth=0,1,2,3,5", "optimistic=off,on", "stream_interval=1,8", "kv_type_k=f16,q4_0"};
  // Two hundred times as fast as the machine that is played, unless the engine's arguments say otherwise (the last counts).
  const std::vector<std::string> arguments{"--machine", options.machine, "--time-scale", "200"};
  options.engine_arguments.insert(options.engine_arguments.begin(), arguments.begin(), arguments.end());
}

void add_check(CLI::App& command, Options& options) {
  add_target(command, options);
  add_url(command, options);
  add_text(command, "--reference-url", "URL", choosing,
           "A second running server, same model with plain settings, that texts are compared with", options.reference_url);
  add_scorer(command, options);
  add_apis(command, options);
  add_set(command, options);
  add_tier(command, options, "How long outputs are checked (standard)");
  add_seed(command, options);
  add_questions(command, options);
  add_result(command, options);
}

void add_compare(CLI::App& command, Options& options) {
  add_target(command, options);
  add_scorer(command, options);
  add_sides(command, options);
  add_budget(command, options);
  add_timed_work(command, options);
  add_tier(command, options, "How long outputs are checked (standard)");
  add_seed(command, options);
  add_questions(command, options);
  add_result(command, options);
}

void add_measure(CLI::App& command, Options& options) {
  add_target(command, options);
  add_url(command, options);
  add_set(command, options);
  add_timed_work(command, options);
  add_depths(command, options);
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

void add_export(CLI::App& command, Options& options) {
  add_text(command, "STUDY", "STUDY", choosing, "Id, a prefix of one, nothing for the latest, or a recorded table",
           options.table);
  add_word(command, "--as", {"t4", "csv"}, showing, "Form: the T4 JSON of kernel tuners, or the CSV of replay (t4)",
           options.format);
  add_store(command, options);
  add_result(command, options);
}

void add_replay(CLI::App& command, Options& options) {
  add_recorded(command, options);
  add_strategy(command, options);
  add_seed(command, options);
  add_store(command, options);
  add_result(command, options);
}

void add_options(CLI::App& command, Action action, Options& options) {
  switch (action) {
    case Action::tune: add_tune(command, options); break;
    case Action::demo: add_demo(command, options); break;
    case Action::check: add_check(command, options); break;
    case Action::compare: add_compare(command, options); break;
    case Action::measure: add_measure(command, options); break;
    case Action::engines: add_engines(command, options); break;
    case Action::inspect:
      add_text(command, "MODEL", "MODEL", choosing, "Model file, folder, or a name that sweetspot engines lists", options.model);
      add_result(command, options);
      break;
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
    case Action::reverify:
      add_study(command, options);
      add_budget(command, options);
      add_store(command, options);
      add_result(command, options);
      break;
    case Action::run:
      add_study(command, options);
      add_store(command, options);
      break;
    case Action::export_table: add_export(command, options); break;
    case Action::replay: add_replay(command, options); break;
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
