#pragma once

#include "cli/options.hpp"

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace sweetspot {

// Options that several commands share, in groups. Each adds its own to `command`; what is parsed goes to `options`.

inline constexpr std::string_view choosing = "What is run";
inline constexpr std::string_view searching = "What is searched";
inline constexpr std::string_view working = "The work";
inline constexpr std::string_view showing = "Result and terminal";

/// A text that may not be empty.
void add_text(CLI::App& command, const std::string& name, const std::string& value, std::string_view group,
              const std::string& description, std::string& target);
void add_text(CLI::App& command, const std::string& name, const std::string& value, std::string_view group,
              const std::string& description, std::filesystem::path& target);

/// One word of a list.
void add_word(CLI::App& command, const std::string& name, const std::vector<std::string>& words, std::string_view group,
              const std::string& description, std::string& target);

void add_engine(CLI::App& command, Options& options);
void add_serving(CLI::App& command, Options& options);
void add_target(CLI::App& command, Options& options);
/// The same where engines and models may repeat.
void add_targets(CLI::App& command, Options& options);
/// A server that already runs.
void add_url(CLI::App& command, Options& options);
/// Who scores for an engine that cannot.
void add_scorer(CLI::App& command, Options& options);
/// What the gate looks at beside chat.
void add_apis(CLI::App& command, Options& options);
void add_search(CLI::App& command, Options& options);
void add_strategy(CLI::App& command, Options& options);
/// What is replayed, and how often.
void add_recorded(CLI::App& command, Options& options);
/// The two sides of a comparison.
void add_sides(CLI::App& command, Options& options);
void add_budget(CLI::App& command, Options& options);
void add_limits(CLI::App& command, Options& options);
void add_timed_work(CLI::App& command, Options& options);
void add_depths(CLI::App& command, Options& options);
void add_seed(CLI::App& command, Options& options);
void add_tier(CLI::App& command, Options& options, const std::string& description);
void add_set(CLI::App& command, Options& options);
void add_store(CLI::App& command, Options& options);
void add_result(CLI::App& command, Options& options);
void add_terminal(CLI::App& command, Options& options);
void add_questions(CLI::App& command, Options& options);
void add_study(CLI::App& command, Options& options);

/// Forms of a study's report.
std::vector<std::string> format_names();

}  // namespace sweetspot
