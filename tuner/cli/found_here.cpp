#include "cli/found_here.hpp"

#include "backends/probe.hpp"
#include "cli/named_sources.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "reports/format.hpp"
#include "run/bandwidth.hpp"
#include "run/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <istream>
#include <vector>

namespace sweetspot {

namespace {

constexpr std::size_t offers_shown = 20;
constexpr double usable_share = 0.75;        ///< of the memory, for weights: cache, buffers and the system need the rest
constexpr double pleasant_rate = 10;         ///< tokens per second below which few want to read along
constexpr double bits_of_a_parameter = 4.8;  ///< of the usual files of four bits, scales included

struct Offer {
  std::string engine;
  InstalledModel model;
  bool fits = true;
};

std::int64_t usable_bytes(const MachineProfile& machine) {
  return static_cast<std::int64_t>(usable_share * static_cast<double>(machine.memory_bytes));
}

/// Engines that were found and load files.
std::vector<EngineDescriptor> usable_engines(const Options& options, const Context& context) {
  std::vector<EngineDescriptor> engines;
  for (const EngineDescriptor& engine : catalog(context.paths.engines_folder)) {
    if (!options.engine.empty() && engine.name != options.engine) continue;
    if (engine.identity.models.empty() && find_executable(engine, options.binary, context.environment.search_path()))
      engines.push_back(engine);
  }
  return engines;
}

/// What fits first, then the newest.
std::vector<Offer> offers(const std::vector<EngineDescriptor>& engines, const InstalledModels& installed, std::int64_t usable) {
  std::vector<Offer> all;
  for (const InstalledModel& model : installed.models) {
    for (const EngineDescriptor& engine : engines) {
      if (takes(engine, model)) all.push_back({engine.name, model, usable <= 0 || model.size_bytes <= usable});
    }
  }
  std::ranges::stable_partition(all, &Offer::fits);
  return all;
}

std::string offer_text(const Offer& offer) {
  return fmt::format("{} with {}  {}, {}{}", offer.engine, escape_control(offer.model.name), bytes_text(offer.model.size_bytes),
                     offer.model.source, offer.fits ? "" : ", more than this machine's memory carries");
}

std::size_t asked(const std::vector<Offer>& all, Context& context) {
  const std::size_t shown = std::min(all.size(), offers_shown);
  context.err << "Found here:\n";
  for (std::size_t i = 0; i < shown; ++i) context.err << fmt::format("{:>4}  {}\n", i + 1, offer_text(all[i]));
  if (all.size() > shown) context.err << fmt::format("      ... and {} more (name one with -m)\n", all.size() - shown);
  constexpr int most_tries = 5;
  for (int tried = 0; tried < most_tries; ++tried) {
    context.err << fmt::format("Tune which? 1-{} (1) ", shown) << std::flush;
    std::string line;
    const bool answered = static_cast<bool>(std::getline(*context.environment.in, line));
    if (context.interrupt.raised()) throw Interrupted{};
    if (!answered) break;
    if (line.empty()) return 0;
    const bool number = line.size() <= 3 && line.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t choice = number ? std::stoul(line) : 0;
    if (choice >= 1 && choice <= shown) return choice - 1;
  }
  throw Error{"nothing was chosen", "name engine and model: sweetspot tune ENGINE -m MODEL"};
}

Options chosen(const Options& options, const Offer& offer) {
  Options filled = options;
  filled.model = offer.model.path.string();
  std::vector<std::string> words{"-m", filled.model};
  if (options.engine.empty() && options.engine_file.empty()) {
    filled.engine = offer.engine;
    words.insert(words.begin(), offer.engine);
  }
  // The study is taken up again with these.
  if (!filled.arguments.empty()) filled.arguments.insert(filled.arguments.begin() + 1, words.begin(), words.end());
  return filled;
}

}  // namespace

Surroundings surroundings(const Environment& environment) {
  Surroundings around;
  around.home = environment.variable("HOME");
  around.variables = environment.variables;
  for (const std::string& folder : environment.program_folders) around.program_folders.emplace_back(folder);
  for (const std::string& folder : environment.application_folders) around.application_folders.emplace_back(folder);
  return around;
}

std::string model_path(const std::string& named, const Context& context) {
  std::error_code error;
  if (named.empty() || named.starts_with("/") || named.starts_with(".") || std::filesystem::exists(named, error)) return named;
  const auto found = find_installed(installed_models(surroundings(context.environment)).models, named);
  return found ? found->path.string() : named;
}

std::string carried_text(const MachineProfile& machine) {
  if (machine.memory_bytes <= 0) return "how large a model this machine carries is not known";
  std::string text =
      fmt::format("this machine ({}) carries models of up to {}", display(machine), bytes_text(usable_bytes(machine)));
  if (!machine.memory_bandwidth_bytes_per_s) return text;
  const double bytes = *machine.memory_bandwidth_bytes_per_s / pleasant_rate;
  const double read = std::min(bytes, static_cast<double>(usable_bytes(machine)));
  return text + fmt::format(
                    "; at {:.0f} tokens per second one that reads {} a token, such as {:.1f} billion parameters at 4 bits (of a "
                    "mixture of experts only those count that a token uses)",
                    pleasant_rate, bytes_text(static_cast<std::int64_t>(read)), read * 8 / bits_of_a_parameter / 1e9);
}

Options with_offer(const Options& options, Context& context) {
  if (!own_model(options).empty() || !options.space_file.empty() || !options.engine_file.empty()) return options;
  const auto known = catalog(context.paths.engines_folder);
  if (!options.engine.empty() && !find_engine(known, options.engine).identity.models.empty()) return options;
  const std::vector<EngineDescriptor> engines = usable_engines(options, context);
  if (engines.empty())
    throw Error{
        options.engine.empty() ? "no engine was found here" : options.engine + " was not found here",
        "install one, such as llama-server (brew install llama.cpp, or a release of https://github.com/ggml-org/llama.cpp), or "
        "name its executable with --binary; to see the whole job without one: sweetspot demo"};
  MachineProfile machine = probe_machine();
  const auto all = offers(engines, installed_models(surroundings(context.environment)), usable_bytes(machine));
  if (all.empty()) {
    machine.memory_bandwidth_bytes_per_s = triad_bandwidth(triad_bytes, machine.cores);
    throw Error{"no model was named, and none was found that " + engines.front().name + " loads",
                "get one (for llama-server a GGUF file) and name it with -m; " + carried_text(machine)};
  }
  if (options.yes) {
    context.err << "taking " << offer_text(all.front()) << '\n';
    return chosen(options, all.front());
  }
  if (options.no_input || !context.environment.stdin_is_terminal || context.environment.in == nullptr)
    throw Error{"no model was named", fmt::format("name one with -m, or take the first of {} offers with --yes: {}", all.size(),
                                                  offer_text(all.front()))};
  return chosen(options, all[asked(all, context)]);
}

}  // namespace sweetspot
