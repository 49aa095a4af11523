#pragma once

#include "backends/api.hpp"
#include "cli/config_file.hpp"
#include "cli/environment.hpp"
#include "core/study.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sweetspot {

enum class Action {
  help,
  version,
  tune,
  demo,
  check,
  compare,
  measure,
  engines,
  inspect,
  list,
  show,
  resume,
  reverify,
  run,
  export_table,
  replay,
  doctor,
  completions,
  man
};

enum class ColourChoice { automatic, always, never };

/// A value that came from the environment or the configuration file.
struct Setting {
  std::string option;  ///< without dashes
  std::string value;
  std::string origin;  ///< "SWEETSPOT_GOAL", or the file
};

/// Everything that the user asked for, filled once by parse_options. Texts that depend on the engine (parameters, values)
/// are still as typed: cli/parameter_arguments reads them once the engine is known.
struct Options {
  Action action = Action::help;
  std::string help_topic;  ///< command whose help is wanted; empty: the program's
  std::vector<Setting> settings;
  std::vector<std::string> arguments;         ///< as typed, so that a study can be taken up again
  std::vector<std::string> engine_arguments;  ///< after "--", for every launch as they are

  std::string engine;  ///< name in the catalog; empty: none was named
  std::filesystem::path engine_file;
  std::string binary;
  std::string model;
  std::vector<std::string> engines;  ///< of tune, as repeated with --engine
  std::vector<std::string> models;   ///< of tune, as repeated with -m; `model` is the first
  std::string draft_model;
  std::string scorer;  ///< engine that scores where the tuned one cannot, or "none"; empty: the first that fits
  std::string scorer_model;
  std::optional<std::int64_t> context;
  std::vector<std::int64_t> depths;  ///< of context to measure at, tokens
  bool session = false;              ///< also a conversation that grows to the deepest of them
  int concurrency = 0;               ///< requests at once; 0: as many as are served, where the goal asks for it
  int port = 0;                      ///< 0: a free one
  std::string url;                   ///< of a server that already runs
  std::string reference_url;         ///< of a second one, with plain settings
  std::vector<Api> apis;             ///< that the gate looks at beside chat
  std::string machine = "m5-pro";    ///< that the demo engine plays

  std::vector<std::string> parameters;  ///< NAME or NAME=VALUES
  std::vector<std::string> exclude;     ///< names
  std::vector<std::string> fix;         ///< NAME=VALUE
  std::vector<std::string> set;         ///< NAME=VALUE
  std::vector<std::string> a;           ///< NAME=VALUE of compare's first side
  std::vector<std::string> b;           ///< and of its second
  std::filesystem::path space_file;

  std::string goal = "agent";
  Pace pace = Pace::sustained;
  std::map<std::string, double> sampler;  ///< empty: greedy
  std::filesystem::path workload;
  std::chrono::milliseconds budget = std::chrono::minutes{30};
  bool budget_given = false;
  std::optional<int> trials;
  std::string tier;  ///< "quick", "standard", "release"; empty: the command's own choice
  std::string strategy = "auto";
  std::uint64_t seed = 1;
  double min_gain_percent = 2;
  std::vector<std::string> require;  ///< FIGURE<BOUND
  std::string leave_free;            ///< memory for other programs: "8G"; empty: none is asked for
  AllowLossy allow_lossy = AllowLossy::no;
  bool dry_run = false;

  std::string study;              ///< id, a unique prefix, or nothing for the latest
  std::string trial;              ///< number in the reports, or id
  std::string format;             ///< of `show`: a report format; of `export`: "t4" or "csv"
  std::string table;              ///< of `replay` and `export`: a file or a study
  std::vector<std::string> warm;  ///< tables of other machines
  int evaluations = 100;
  int seeds = 30;
  double noise = 0;  ///< deviation of the logarithm
  std::filesystem::path check_file;
  std::string shell;

  std::filesystem::path store;
  std::string output;  ///< empty or "-": stdout
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  ColourChoice colour = ColourChoice::automatic;
  bool no_input = false;
  bool yes = false;
};

/// Flags first, then SWEETSPOT_<OPTION> in the environment, then the configuration file, then the defaults. Throws Error
/// for whatever cannot be understood, with "did you mean" where something is near.
Options parse_options(const std::vector<std::string>& arguments, const Environment& environment,
                      const std::filesystem::path& config_file);

}  // namespace sweetspot
