#include "gate/engagement.hpp"

#include "gate/thresholds.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <regex>

namespace sweetspot {
namespace {

/// Group 1 of the first line that matches: the target's, a draft model's own lines come later. Line by line, because
/// std::regex recurses over what it scans.
std::optional<std::string> first_match(const std::string& log, const std::string& pattern) {
  const std::regex expression(pattern, std::regex::ECMAScript | std::regex::icase);
  std::size_t begin = 0;
  while (begin < log.size()) {
    const std::size_t end = std::min(log.find('\n', begin), log.size());
    const std::string line = log.substr(begin, std::min<std::size_t>(end - begin, 2000));
    std::smatch match;
    if (std::regex_search(line, match, expression)) return match.size() > 1 ? match[1].str() : match[0].str();
    begin = end + 1;
  }
  return std::nullopt;
}

std::optional<std::string> at_pointer(const std::string& properties, const std::string& pointer) {
  const nlohmann::json json = nlohmann::json::parse(properties, nullptr, false);
  if (json.is_discarded() || !json.contains(nlohmann::json::json_pointer(pointer))) return std::nullopt;
  const nlohmann::json& value = json.at(nlohmann::json::json_pointer(pointer));
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string acceptance_text(const ServerTraces& traces) {
  const double share =
      traces.drafted == 0 ? 0 : 100.0 * static_cast<double>(traces.drafted_accepted) / static_cast<double>(traces.drafted);
  return std::to_string(traces.drafted_accepted) + " of " + std::to_string(traces.drafted) + " drafted tokens accepted (" +
         std::to_string(std::lround(share)) + " %)";
}

bool seen(const Engagement& engagement, const std::vector<Parameter>& parameters, const Config& config,
          const ServerTraces& traces) {
  if (engagement.kind == "draft_n") return traces.drafted > 0;
  if (engagement.kind == "log") {
    std::string pattern = engagement.pattern;
    if (const auto value = effective_value(parameters, config, engagement.parameter)) {
      const std::size_t at = pattern.find("{value}");
      if (at != std::string::npos) pattern.replace(at, 7, text(*value));
    }
    return first_match(traces.log, pattern).has_value();
  }
  const auto shown = at_pointer(traces.properties, engagement.pointer);
  const auto wanted = effective_value(parameters, config, engagement.parameter);
  return shown && wanted && *shown == text(*wanted);
}

}  // namespace

CheckResult engagement(const EngineDescriptor& engine, const std::vector<Parameter>& parameters, const Config& config,
                       const ServerTraces& traces) {
  CheckResult result{"G2", Outcome::pass, "every flag acted"};
  if (traces.drafted > 0) result.detail = acceptance_text(traces);
  for (const Engagement& row : engine.engaged) {
    const bool applies = std::all_of(row.when.begin(), row.when.end(),
                                     [&](const Condition& condition) { return holds(condition, parameters, config); });
    const bool unseen = row.kind == "draft_n" && engine.protocol.timings_pointer.empty();  // nothing tells
    if (applies && !unseen && !seen(row, parameters, config, traces)) return {"G2", Outcome::inconclusive, row.detail};
  }
  if (traces.drafted > thresholds::suspicious_drafts && traces.drafted == traces.drafted_accepted)
    result.detail += "; suspicious: nothing was ever rejected";
  return result;
}

std::map<std::string, Value> effective_values(const EngineDescriptor& engine, const ServerTraces& traces) {
  std::map<std::string, Value> values;
  for (const EngineParameter& row : engine.parameters) {
    std::optional<std::string> found;
    if (!row.effective_pointer.empty()) found = at_pointer(traces.properties, row.effective_pointer);
    if (!found && !row.effective_log.empty()) found = first_match(traces.log, row.effective_log);
    if (!found || found->empty()) continue;
    const auto word = row.effective_words.find(*found);
    values[row.parameter.name] = parse_value(word == row.effective_words.end() ? *found : word->second);
  }
  return values;
}

}  // namespace sweetspot
