#include "demo_engine/server/options.hpp"

#include "demo_engine/server/machine.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <sstream>

namespace demo {

namespace {

// Where the description of an option begins, and the blanks that must be before it on the same line.
constexpr std::size_t description_column = 40;
constexpr std::size_t description_gap = 3;
constexpr std::size_t line_width = 110;

// Drafting without a depth: what engines of this kind take.
constexpr int depth_unasked = 3;

/// Draws the help from the tree of options in the layout that llama-server's has.
class ColumnHelp : public CLI::FormatterBase {
public:
  std::string make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const override {
    std::string text = "usage: sweetspot-demo-engine [options]\n\n" + app->get_description() + "\n\n----- options -----\n\n";
    for (const CLI::Option* option : app->get_options()) text += entry(*option);
    return text;
  }

private:
  static std::string entry(const CLI::Option& option) {
    std::string head;
    for (const auto& name : option.get_snames()) head += "-" + name + ", ";
    if (!head.empty()) head.resize(7, ' ');
    bool first = true;
    for (const auto& name : option.get_lnames()) {
      head += (first ? "--" : ", --") + name;
      first = false;
    }
    if (option.get_type_size() > 0) head += " " + option.get_type_name();
    const bool beside = head.size() + description_gap <= description_column;
    std::string text = beside ? head + std::string(description_column - head.size(), ' ') : head + "\n";
    std::istringstream words(option.get_description());
    std::size_t column = description_column;
    if (!beside) text += std::string(description_column, ' ');
    bool line_start = true;
    for (std::string word; words >> word;) {
      if (!line_start && column + 1 + word.size() > line_width) {
        text += "\n" + std::string(description_column, ' ');
        column = description_column;
        line_start = true;
      }
      text += (line_start ? "" : " ") + word;
      column += word.size() + (line_start ? 0 : 1);
      line_start = false;
    }
    return text + "\n";
  }
};

/// One of a few words, shown as [a|b].
CLI::Option* add_words(CLI::App& app, const std::string& name, std::string& target, const std::vector<std::string>& words,
                       const std::string& description) {
  std::string hint;
  for (const std::string& word : words) hint += (hint.empty() ? "[" : "|") + word;
  hint += "]";
  return app.add_option(name, target, description + " (default: " + target + ")")
      ->check([words, name](const std::string& given) {
        if (std::find(words.begin(), words.end(), given) != words.end()) return std::string{};
        return "expected value for argument " + name + ": " + fmt::format("{}", fmt::join(words, ", ")) + ", not " + given;
      })
      ->type_name(hint);
}

void add_switch(CLI::App& app, const std::string& name, bool& target, const std::string& description) {
  const std::string word = target ? "on" : "off";
  app.add_option_function<std::string>(
         name, [&target](const std::string& given) { target = given == "on"; }, description + " (default: " + word + ")")
      ->check([name](const std::string& given) {
        return given == "on" || given == "off" ? std::string{}
                                               : "expected value for argument " + name + ": on or off, not " + given;
      })
      ->type_name("[on|off]");
}

template <typename Number>
void add_number(CLI::App& app, const std::string& name, Number& target, Number from, Number to, const std::string& description) {
  app.add_option(name, target, description)
      ->check([name, from, to](const std::string& given) {
        std::istringstream text(given);
        Number value{};
        const bool good = (text >> value) && text.eof() && value >= from && value <= to;
        return good ? std::string{} : fmt::format("expected value for argument {}: {} to {}, not {}", name, from, to, given);
      })
      ->type_name("N");
}

void add_server_options(CLI::App& app, Options& o) {
  app.add_option("--host", o.host, "address to listen on (default: " + o.host + ")")->type_name("HOST");
  add_number(app, "--port", o.port, 0, 65535, fmt::format("port to listen on; 0 takes any (default: {})", o.port));
  app.add_option("-a,--alias", o.alias, "name under which the model is served (default: the model's name)")->type_name("STRING");
  add_words(app, "-m,--model", o.model, model_names(), "model that is played; its weights are built in");
  add_words(app, "--machine", o.machine, machine_names(), "machine whose speed is played");
  add_number(app, "--time-scale", o.time_scale, 0.0, 1e6,
             fmt::format("how many times faster than the wall's clock the machine runs; 0: nothing is waited for (default: {})",
                         o.time_scale));
  add_number(app, "--seed", o.seed, std::uint64_t{0}, ~std::uint64_t{0} >> 1,
             fmt::format("of the machine's noise; the same seed and alias make the same noise (default: {})", o.seed));
}

void add_generation_options(CLI::App& app, Options& o) {
  add_number(app, "-c,--ctx-size", o.context, 64, 1048576, fmt::format("size of the prompt context (default: {})", o.context));
  add_number(app, "--parallel", o.parallel, 1, 64,
             fmt::format("number of requests served at the same time (default: {})", o.parallel));
  add_number(app, "-b,--batch-size", o.batch, 1, 65536,
             fmt::format("most prompt tokens computed at once (default: {})", o.batch));
  add_number(app, "-t,--threads", o.threads, 1, 1024, "number of threads (default: <num_cpus>)");
  add_words(app, "--spec-type", o.spec_type, {"none", "draft-simple", "ngram-simple"}, "kind of speculative decoding");
  add_number(
      app, "--draft-depth", o.draft_depth, 0, 64,
      fmt::format("most tokens drafted at once, 0 switches speculation off (default: 0, with --spec-type {})", depth_unasked));
  add_words(app, "--draft-model", o.draft_model, {"draft", "weak_draft"}, "model that drafts");
  app.add_flag("--optimistic", o.optimistic, "take drafted tokens without waiting for the model to agree")->type_name("");
  add_number(app, "--stream-interval", o.stream_interval, 1, 1024,
             fmt::format("fewest tokens sent at once while streaming (default: {})", o.stream_interval));
  add_words(app, "--cache-type-k", o.kv_type_k, {"f16", "q8_0", "q4_0"}, "type of the key cache");
  add_words(app, "--cache-type-v", o.kv_type_v, {"f16", "q8_0", "q4_0"}, "type of the value cache");
  add_switch(app, "--flash-attn", o.flash_attention, "fused attention kernels");
  app.add_flag("!--no-cache-prompt", o.cache_prompt, "forget the prompt of the last request (default: it is kept)")
      ->type_name("");
  add_switch(app, "--reasoning", o.reasoning, "let the model think before it answers");
  add_number(app, "--kernel-noise", o.kernel_noise, 0.0, 10.0,
             "rounding noise of steps wider than one token, in nat (default: 0)");
}

void add_faults(CLI::App& app, Options& o) {
  app.add_flag("!--no-logprobs", o.offers.logprobs, "play an engine without log probabilities");
  app.add_flag("!--no-tools", o.offers.tools, "play an engine without tools");
  app.add_flag("!--no-token-ids", o.offers.token_ids, "play an engine that shows no token ids");
  app.add_flag("!--no-usage", o.offers.usage, "play an engine that counts no tokens");
  app.add_flag("!--no-timings", o.offers.timings, "play an engine without timings");
  app.add_option("--trap", o.traps, "misbehave as a real engine did; may be given more than once")
      ->type_name("NAME[:PARAMETER][@CONDITION,...]")
      ->take_all()
      ->allow_extra_args(false);
  add_number(app, "--trap-seed", o.trap_seed, std::uint64_t{0}, ~std::uint64_t{0} >> 1,
             fmt::format("where and when traps strike (default: {})", o.trap_seed));
  app.add_flag_callback("--list-traps", [&o] { o.action = Options::Action::list_traps; }, "show the traps and exit");
  app.add_flag("--json", o.json, "show them as JSON");
}

std::unique_ptr<CLI::App> option_tree(Options& options) {
  auto app = std::make_unique<CLI::App>(
      "A model server that behaves, or misbehaves, as asked. It computes no large model: a small\n"
      "one answers at the speed of the machine that is played.");
  app->formatter(std::make_shared<ColumnHelp>());
  app->set_help_flag();
  app->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app->add_flag_callback("-h,--help", [&options] { options.action = Options::Action::help; }, "print usage and exit");
  app->add_flag_callback("--version", [&options] { options.action = Options::Action::version; }, "show version and exit");
  add_server_options(*app, options);
  add_generation_options(*app, options);
  add_faults(*app, options);
  return app;
}

/// What one of kind and depth says of the other.
void settle_speculation(Options& options, bool kind_given, bool depth_given) {
  if (options.spec_type == "none" && !kind_given && options.draft_depth > 0) options.spec_type = "draft-simple";
  if (options.spec_type != "none" && !depth_given) options.draft_depth = depth_unasked;
  if (options.spec_type == "none") options.draft_depth = 0;
  if (options.draft_depth == 0) options.spec_type = "none";
}

}  // namespace

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  const auto app = option_tree(options);
  // CLI11 takes its arguments from the back.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app->parse(std::move(reversed));
  } catch (const CLI::ExtrasError& error) {
    throw UsageError{fmt::format("invalid argument: {}", error.what())};
  } catch (const CLI::ParseError& error) {
    throw UsageError{fmt::format("error while handling argument: {}", error.what())};
  }
  settle_speculation(options, app->count("--spec-type") > 0, app->count("--draft-depth") > 0);
  if (!options.flash_attention && options.kv_type_v != "f16")
    throw UsageError{"quantized V cache requires flash_attn to be enabled"};
  if (options.alias.empty()) options.alias = options.model;
  return options;
}

std::string help_text() {
  Options options;
  return option_tree(options)->help();
}

}  // namespace demo
