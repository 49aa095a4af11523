#include "cli/option_groups.hpp"

#include "cli/option_values.hpp"
#include "core/text.hpp"
#include "reports/report.hpp"
#include "run/score.hpp"
#include "search/strategy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

namespace sweetspot {

namespace {

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, "|")); }

std::vector<std::string> strategy_names() {
  std::vector<std::string> names;
  for (const auto& strategy : strategies()) names.emplace_back(strategy.name);
  return names;
}

/// An option whose text is read by `take`; its Error gets the option's name in front.
CLI::Option* add_read(CLI::App& command, const std::string& name, const std::string& value, std::string_view group,
                      const std::string& description, std::function<void(const std::string&)> take) {
  const auto named = [name, take = std::move(take)](const std::string& text) { read_named(name, text, take); };
  return command.add_option_function<std::string>(name, named, description)->type_name(value)->group(std::string{group});
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

/// Each value is read by `take`.
void add_repeated(CLI::App& command, const std::string& name, const std::string& value, const std::string& description,
                  const std::function<void(const std::string&)>& take) {
  const auto take_all = [name, take](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) read_named(name, text, take);
  };
  command.add_option_function<std::vector<std::string>>(name, take_all, description)
      ->type_name(value)
      ->group(std::string{choosing})
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_draft_model(CLI::App& command, Options& options) {
  add_text(command, "--draft-model", "MODEL", choosing, "Draft model for speculation; used only while speculation is active",
           options.draft_model);
}

}  // namespace

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const auto& format : report_formats()) names.emplace_back(format.name);
  return names;
}

void add_text(CLI::App& command, const std::string& name, const std::string& value, std::string_view group,
              const std::string& description, std::string& target) {
  add_read(command, name, value, group, description, [&target](const std::string& text) { target = not_empty(text); });
}

void add_text(CLI::App& command, const std::string& name, const std::string& value, std::string_view group,
              const std::string& description, std::filesystem::path& target) {
  add_read(command, name, value, group, description, [&target](const std::string& text) { target = not_empty(text); });
}

void add_word(CLI::App& command, const std::string& name, const std::vector<std::string>& words, std::string_view group,
              const std::string& description, std::string& target) {
  add_read(command, name, joined(words), group, description,
           [words, &target](const std::string& text) { target = one_of(text, words); });
}

void add_engine(CLI::App& command, Options& options) {
  add_text(command, "ENGINE", "ENGINE", choosing, "Engine by name (see: sweetspot engines)", options.engine);
  add_text(command, "--engine-file", "FILE", choosing, "Describe the engine by this file instead of a name", options.engine_file);
  add_text(command, "--binary", "PATH", choosing, "The engine's executable; else the first one on PATH", options.binary);
}

void add_serving(CLI::App& command, Options& options) {
  add_read(command, "--context", "N", choosing, "Context size to serve, in tokens",
           [&options](const std::string& text) { options.context = whole_number(text, 64, 16'777'216); });
  add_read(command, "--port", "N", choosing, "A fixed port on 127.0.0.1 instead of a free one",
           [&options](const std::string& text) { options.port = static_cast<int>(whole_number(text, 1, 65'535)); });
}

void add_target(CLI::App& command, Options& options) {
  add_text(command, "-m,--model", "MODEL", choosing, "Model file, folder, or a name that sweetspot engines lists", options.model);
  add_engine(command, options);
  add_draft_model(command, options);
  add_serving(command, options);
}

void add_targets(CLI::App& command, Options& options) {
  // `engine` and `model` are the first of each.
  const auto take_model = [&options](const std::string& name) {
    options.models.push_back(not_empty(name));
    options.model = options.models.front();
  };
  const auto take_engine = [&options](const std::string& name) {
    options.engines.push_back(not_empty(name));
    if (options.engine.empty()) options.engine = name;
  };
  add_repeated(command, "-m,--model", "MODEL", "Model file, folder, or a name that sweetspot engines lists (repeatable in tune)",
               take_model);
  add_engine(command, options);
  add_repeated(command, "--engine", "ENGINE", "Engine by name (repeatable: each with each model that it takes, and one table)",
               take_engine);
  add_draft_model(command, options);
  add_serving(command, options);
}

void add_url(CLI::App& command, Options& options) {
  add_text(command, "--url", "URL", choosing,
           "A server that is already running, here or elsewhere: nothing is launched or stopped; without ENGINE it is taken for "
           "what it answers like, else for any with an OpenAI-style API",
           options.url);
}

void add_scorer(CLI::App& command, Options& options) {
  add_text(command, "--scorer", "ENGINE", choosing,
           "Engine that scores texts where this one gives no log probabilities; none: nobody (the first that loads the model)",
           options.scorer);
  add_text(command, "--scorer-model", "MODEL", choosing, "The same weights in a file that the scorer loads",
           options.scorer_model);
}

void add_apis(CLI::App& command, Options& options) {
  const auto take = [&options](const std::string& list) {
    for (const Api api : apis_from(list)) {
      const bool known = std::find(options.apis.begin(), options.apis.end(), api) != options.apis.end();
      if (api != Api::chat && !known) options.apis.push_back(api);
    }
    std::sort(options.apis.begin(), options.apis.end());
  };
  add_repeated(command, "--api", "NAMES",
               "APIs to check beside chat: messages (Anthropic's), responses, or both with a comma (chat alone)", take);
}

void add_search(CLI::App& command, Options& options) {
  add_texts(command, "--param", "NAME[=VALUES]", searching,
            "Search only these (repeatable); VALUES: a,b,c or lo..hi[:step], \"\\,\" for a comma in a value", options.parameters);
  add_texts(command, "--exclude", "NAME", searching, "Leave out (repeatable)", options.exclude);
  add_texts(command, "--fix", "NAME=VALUE", searching, "Hold at this value, in the default too (repeatable)", options.fix);
  add_text(command, "--space", "FILE", searching, "The whole search space from a JSON file", options.space_file);
  add_strategy(command, options);
  add_read(command, "--min-gain", "PERCENT", searching, "Smallest confirmed gain worth leaving the default for (2)",
           [&options](const std::string& text) { options.min_gain_percent = real_number(text, 0, 1000); });
  add_texts(command, "--require", "EXPR", searching,
            "A bound that a recommendation must keep: ttft_ms_p95<500, memory_bytes_peak<24G, with --concurrency "
            "concurrency_ttft_ms_p95<900 (repeatable)",
            options.require);
  add_text(command, "--leave-free", "SIZE", searching, "Memory to leave to other programs: 8G", options.leave_free);
  command
      .add_flag_callback(
          "--allow-lossy", [&options] { options.allow_lossy = AllowLossy::yes; },
          "Accept configurations that change the output within limits; reported apart")
      ->group(std::string{searching});
  add_flag(command, "-n,--dry-run", searching, "Print space, first configurations and command lines; start nothing",
           options.dry_run);
}

void add_strategy(CLI::App& command, Options& options) {
  add_word(command, "--strategy", strategy_names(), searching, "How the next configuration is chosen (auto)", options.strategy);
}

void add_recorded(CLI::App& command, Options& options) {
  add_text(command, "TABLE", "TABLE", choosing,
           "Recorded table (.csv: a column a parameter, then ms; T4 .json; also .gz) or study", options.table);
  add_texts(command, "--warm", "TABLE", choosing, "Table of another machine, whose best are tried first (repeatable)",
            options.warm);
  add_read(command, "--evaluations", "N", working, "Proposals of one run (100)",
           [&options](const std::string& text) { options.evaluations = static_cast<int>(whole_number(text, 1, 100'000)); });
  add_read(command, "--seeds", "K", working, "Runs, each with the next seed (30)",
           [&options](const std::string& text) { options.seeds = static_cast<int>(whole_number(text, 1, 10'000)); });
  add_read(command, "--noise", "SIGMA", working, "Noise of each evaluation: deviation of its logarithm (0)",
           [&options](const std::string& text) { options.noise = real_number(text, 0, 10); });
}

void add_sides(CLI::App& command, Options& options) {
  add_texts(command, "--fix", "NAME=VALUE", choosing, "Value of a parameter on both sides (repeatable)", options.fix);
  add_texts(command, "--a", "NAME=VALUE", choosing, "Value of a parameter on the first side (repeatable)", options.a);
  add_texts(command, "--b", "NAME=VALUE", choosing, "Value of a parameter on the second side (repeatable)", options.b);
  const auto binary_of = [](std::vector<std::string>& side) {
    return [&side](const std::string& text) { side.push_back("binary=" + not_empty(text)); };
  };
  add_read(command, "--a-binary", "PATH", choosing, "The first side's build of the engine", binary_of(options.a));
  add_read(command, "--b-binary", "PATH", choosing, "The second side's build of the engine", binary_of(options.b));
}

void add_budget(CLI::App& command, Options& options) {
  add_read(command, "--budget", "TIME", working, "Wall-clock limit: 9m, 90s, 1h30m (30m)", [&options](const std::string& text) {
    options.budget = parse_duration(text);
    options.budget_given = true;
  });
}

void add_limits(CLI::App& command, Options& options) {
  add_budget(command, options);
  add_read(command, "--trials", "N", working, "Limit of trials",
           [&options](const std::string& text) { options.trials = static_cast<int>(whole_number(text, 1, 1'000'000)); });
  add_read(command, "--pace", "sustained|burst", working,
           "Without rest on a warm machine, or each visit on a cool one (sustained)",
           [&options](const std::string& text) { options.pace = pace_from(text); });
}

void add_timed_work(CLI::App& command, Options& options) {
  add_word(command, "--goal", goal_names(), working, "What fast means (agent)", options.goal);
  add_read(command, "--sampler", "KEY=VALUE,...", working, "Sampler of the timed requests, as you run it (greedy)",
           [&options](const std::string& text) { options.sampler = sampler_from(text); });
  add_text(command, "--workload", "FILE", working, "Your own prompts: one OpenAI chat request body a line", options.workload);
}

void add_depths(CLI::App& command, Options& options) {
  add_read(command, "--depths", "N,...", working, "Context depths to measure at as well, in tokens: 0,4k,32k",
           [&options](const std::string& text) { options.depths = depths_from(text); });
  add_flag(command, "--session", working, "Also measure a tool-using conversation that grows over ten turns", options.session);
  add_read(command, "--concurrency", "N", working, "Simultaneous requests to measure as well",
           [&options](const std::string& text) { options.concurrency = static_cast<int>(whole_number(text, 1, 256)); });
}

void add_seed(CLI::App& command, Options& options) {
  add_read(command, "--seed", "N", working, "Seed of everything that is random (1)",
           [&options](const std::string& text) { options.seed = static_cast<std::uint64_t>(whole_number(text, 0, INT64_MAX)); });
}

void add_tier(CLI::App& command, Options& options, const std::string& description) {
  add_word(command, "--tier", {"quick", "standard", "release"}, working, description, options.tier);
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

}  // namespace sweetspot
