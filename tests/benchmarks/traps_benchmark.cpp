// The gate against every fault of the trap catalogue (gate.md), over many seeds: no fault accepted, no control rejected.
//   traps_benchmark [--faults N] [--controls N] [--only T14,T15] [--jobs N]
// Prints a line per trap: how often it ended as it must, by which check, after how many tokens. Exit 1 if any did not.
#include "benchmarks/trap_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

using namespace sweetspot::traps;

namespace {

struct Arguments {
  int faults = 20;     ///< seeds of each
  int controls = 200;  ///< seeds of each
  std::vector<std::string> only;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
};

/// Nothing when the line makes no sense.
std::optional<Arguments> parsed(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    const bool known = name == "--faults" || name == "--controls" || name == "--only" || name == "--jobs";
    if (!known || i + 1 >= argc) return std::nullopt;
    const std::string value = argv[i + 1];
    if (name == "--faults") arguments.faults = std::atoi(value.c_str());
    if (name == "--controls") arguments.controls = std::atoi(value.c_str());
    if (name == "--jobs") arguments.jobs = static_cast<unsigned>(std::max(1, std::atoi(value.c_str())));
    std::istringstream ids(value);
    for (std::string id; name == "--only" && std::getline(ids, id, ',');) arguments.only.push_back(id);
  }
  return arguments;
}

struct Row {
  int tries = 0;
  int right = 0;
  std::map<std::string, int> ends;  ///< "broken G8" -> how often
  std::vector<std::int64_t> tokens;
  double seconds = 0;
  std::string first_wrong;
};

void note(Row& row, std::uint64_t seed, const TrapOutcome& outcome) {
  ++row.tries;
  row.right += outcome.right ? 1 : 0;
  const std::string end = outcome.outcome + " " + outcome.check;
  ++row.ends[end];
  row.tokens.push_back(outcome.tokens);
  row.seconds += outcome.seconds;
  if (!outcome.right && row.first_wrong.empty()) row.first_wrong = fmt::format("seed {}: {}", seed, end);
}

void print(const TrapCase& trap, Row row) {
  std::sort(row.tokens.begin(), row.tokens.end());
  std::string ends;
  for (const auto& [end, count] : row.ends) ends += fmt::format("{}{} x{}", ends.empty() ? "" : ", ", end, count);
  const std::int64_t median = row.tokens.empty() ? 0 : row.tokens[row.tokens.size() / 2];
  fmt::print("{:<4} {:<30} {:<16} {:>3} of {:<3} {:>6} tokens {:>5.1f} s  {}{}\n", trap.id, trap.name, trap.expected, row.right,
             row.tries, median, row.seconds / std::max(row.tries, 1), ends,
             row.first_wrong.empty() ? "" : "   <-- " + row.first_wrong);
  std::fflush(stdout);
}

/// Every seed of one trap, several at a time.
Row run(const TrapCase& trap, int seeds, unsigned jobs, const std::filesystem::path& engine, const std::filesystem::path& cache) {
  Row row;
  std::mutex mutex;
  std::atomic<int> next{1};
  std::vector<std::thread> workers;
  workers.reserve(jobs);
  for (unsigned job = 0; job < jobs; ++job) {
    workers.emplace_back([&] {
      for (int seed = next++; seed <= seeds; seed = next++) {
        TrapOutcome outcome;
        try {
          outcome = tried(trap, static_cast<std::uint64_t>(seed), engine, cache);
        } catch (const std::exception& error) {  // counted as wrong, with its message
          outcome.outcome = std::string("exception: ") + error.what();
        }
        const std::scoped_lock lock(mutex);
        note(row, static_cast<std::uint64_t>(seed), outcome);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  return row;
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Arguments> given = parsed(argc, argv);
  if (!given) {
    fmt::print(stderr, "usage: traps_benchmark [--faults N] [--controls N] [--only T14,T15] [--jobs N]\n");
    return 2;
  }
  const Arguments& arguments = *given;
  const std::filesystem::path engine = SWEETSPOT_DEMO_ENGINE;
  const auto cache = std::filesystem::temp_directory_path() / fmt::format("sweetspot-traps-{}", getpid());
  std::filesystem::create_directories(cache);
  int wrong = 0;
  int tries = 0;
  fmt::print("trap                                expected         as expected   compared (median)  by\n");
  for (const TrapCase& trap : trap_cases(engine)) {
    if (!arguments.only.empty() && std::find(arguments.only.begin(), arguments.only.end(), trap.id) == arguments.only.end())
      continue;
    const Row row = run(trap, trap.control ? arguments.controls : arguments.faults, arguments.jobs, engine, cache);
    print(trap, row);
    wrong += row.tries - row.right;
    tries += row.tries;
  }
  std::filesystem::remove_all(cache);
  fmt::print("{} of {} tries did not end as they must\n", wrong, tries);
  return wrong == 0 && tries > 0 ? 0 : 1;
}
