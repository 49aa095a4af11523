#include "backends/exit_failure.hpp"

#include "backends/printable.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <optional>
#include <regex>
#include <vector>

namespace sweetspot {

namespace {

// The end of a log tells why it ended; further up, warnings of a healthy start look like failures.
constexpr std::size_t lines_searched = 200;
// std::regex recurses once per character, so a line as long as the stack is deep would be fatal.
constexpr std::size_t line_bytes_searched = 1000;
constexpr std::size_t detail_bytes = 400;

std::vector<std::string> lines_from(std::string_view text, std::size_t most);
std::optional<Failure> matched_pattern(const EngineDescriptor& engine, const std::vector<std::string>& lines);
std::string last_error_line(const std::vector<std::string>& lines);
std::string as_detail(std::string_view line);

}  // namespace

Failure failure_from_exit(const EngineDescriptor& engine, int wait_status, const std::string& log, ServerStage stage) {
  const auto lines = lines_from(log, lines_searched);
  const std::string tail = last_lines(log, limits::log_tail_lines);
  auto matched = matched_pattern(engine, lines);
  // A server that was already answering started well: of its log's words only those that can still come true count.
  const bool known = matched && (stage == ServerStage::loading || matched->kind == FailureKind::out_of_memory ||
                                 matched->kind == FailureKind::unsupported);
  if (known) {
    matched->log_tail = tail;
    return *matched;
  }
  const bool crashed = stage == ServerStage::answering || WIFSIGNALED(wait_status);
  std::string detail = "the server " + exit_words(wait_status) + (stage == ServerStage::loading ? " before it was ready" : "");
  if (const auto line = last_error_line(lines); !line.empty()) detail += ": " + line;
  return Failure{crashed ? FailureKind::crashed : FailureKind::launch_failed, detail, tail};
}

std::optional<Failure> hopeless(const EngineDescriptor& engine, const std::string& log) {
  if (engine.ready.never_pattern.empty()) return std::nullopt;
  const std::regex never{engine.ready.never_pattern, std::regex::ECMAScript | std::regex::icase | std::regex::optimize};
  const auto lines = lines_from(log, lines_searched);
  const auto found = std::ranges::find_if(lines, [&](const std::string& line) { return std::regex_search(line, never); });
  if (found == lines.end()) return std::nullopt;
  Failure failure = matched_pattern(engine, lines).value_or(Failure{FailureKind::launch_failed, as_detail(*found), {}});
  failure.detail += ", and the process lives on";
  failure.log_tail = last_lines(log, limits::log_tail_lines);
  return failure;
}

std::string exit_words(int wait_status) {
  if (!WIFSIGNALED(wait_status)) return fmt::format("ended with exit code {}", WEXITSTATUS(wait_status));
  const int number = WTERMSIG(wait_status);
  std::string name = "unnamed";
  for (const auto& [known, known_name] :
       {std::pair{SIGKILL, "SIGKILL"}, std::pair{SIGTERM, "SIGTERM"}, std::pair{SIGSEGV, "SIGSEGV"},
        std::pair{SIGABRT, "SIGABRT"}, std::pair{SIGBUS, "SIGBUS"}, std::pair{SIGILL, "SIGILL"}, std::pair{SIGFPE, "SIGFPE"},
        std::pair{SIGINT, "SIGINT"}, std::pair{SIGTRAP, "SIGTRAP"}}) {
    if (known == number) name = known_name;
  }
  const std::string_view cause = number == SIGKILL ? ", possibly by the system because memory ran out" : "";
  return fmt::format("was ended by signal {} ({}){}", number, name, cause);
}

std::string last_lines(std::string_view text, std::size_t count) {
  std::string result;
  for (const auto& line : lines_from(text, count)) result += line + "\n";
  if (!result.empty()) result.pop_back();
  return result;
}

namespace {

std::vector<std::string> lines_from(std::string_view text, std::size_t most) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < most) {
    const auto newline = text.rfind('\n');
    const auto line = newline == std::string_view::npos ? text : text.substr(newline + 1);
    if (line.find_first_not_of(" \r") != std::string_view::npos) lines.push_back(shortened(line, line_bytes_searched));
    text = newline == std::string_view::npos ? std::string_view{} : text.substr(0, newline);
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

std::optional<Failure> matched_pattern(const EngineDescriptor& engine, const std::vector<std::string>& lines) {
  for (const auto& row : engine.failures) {
    const std::regex pattern{row.pattern, std::regex::ECMAScript | std::regex::icase | std::regex::optimize};
    for (const auto& line : lines) {
      if (!std::regex_search(line, pattern)) continue;
      std::string detail = as_detail(line);
      if (!row.hint.empty()) detail += " (" + row.hint + ")";
      return Failure{row.kind, detail, {}};
    }
  }
  return std::nullopt;
}

std::string last_error_line(const std::vector<std::string>& lines) {
  static constexpr std::string_view words[] = {"error", "failed", "assert", "abort", "exception", "what():"};
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    std::string lower = *line;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; });
    for (const auto word : words) {
      if (lower.find(word) != std::string::npos) return as_detail(*line);
    }
  }
  return lines.empty() ? "" : as_detail(lines.back());
}

/// Without the time and the level letter ("0.00.117.366 E ") that many loggers put before a message.
std::string as_detail(std::string_view line) {
  const auto stamp_end = line.find_first_not_of("0123456789.:");
  const bool stamped = stamp_end != 0 && stamp_end != std::string_view::npos && line.substr(stamp_end).starts_with(' ') &&
                       line.size() > stamp_end + 3 && line[stamp_end + 1] >= 'A' && line[stamp_end + 1] <= 'Z' &&
                       line[stamp_end + 2] == ' ';
  if (stamped) line.remove_prefix(stamp_end + 3);
  return shortened(line, detail_bytes);
}

}  // namespace

}  // namespace sweetspot
