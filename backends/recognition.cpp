#include "backends/recognition.hpp"

#include "core/error.hpp"
#include "core/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <regex>
#include <set>
#include <utility>

namespace sweetspot {
namespace {

using Mark = EngineDescriptor::Identity::Mark;

constexpr std::size_t searched_bytes = 1000;  ///< of a value: std::regex recurses over what it scans

/// What the mark looks at, as text; nothing where it is not there, or is null.
std::optional<std::string> value_at(const Mark& mark, const std::string& body) {
  if (mark.pointer.empty()) return body;
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const nlohmann::json::json_pointer pointer(mark.pointer);
  if (json.is_discarded() || !json.contains(pointer) || json.at(pointer).is_null()) return std::nullopt;
  const auto& value = json.at(pointer);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool has(const std::string& text, const std::string& pattern) {
  return std::regex_search(text.substr(0, searched_bytes), std::regex(pattern));
}

bool holds(const Mark& mark, const TellingAnswers& answers) {
  const auto answer = answers.bodies.find(mark.path);
  if (answer == answers.bodies.end()) return false;
  const auto value = value_at(mark, answer->second);
  return value && has(*value, mark.pattern) && has(answers.server, mark.server);
}

bool bears_its_marks(const EngineDescriptor& engine, const TellingAnswers& answers) {
  const auto& marks = engine.identity.recognised_by;
  return !marks.empty() && std::all_of(marks.begin(), marks.end(), [&](const Mark& mark) { return holds(mark, answers); });
}

}  // namespace

const EngineDescriptor* recognised(const std::vector<EngineDescriptor>& engines, const TellingAnswers& answers) {
  const EngineDescriptor* found = nullptr;
  for (const EngineDescriptor& engine : engines) {
    if (!bears_its_marks(engine, answers)) continue;
    if (found != nullptr) return nullptr;
    found = &engine;
  }
  return found;
}

TellingAnswers telling_answers(const std::vector<EngineDescriptor>& engines, const HttpEndpoint& server,
                               const InterruptFlag& interrupt) {
  TellingAnswers answers;
  std::set<std::string> asked;
  try {
    for (const EngineDescriptor& engine : engines) {
      for (const Mark& mark : engine.identity.recognised_by) {
        if (asked.insert(mark.path).second) {
          HttpResponse response =
              http_get(server, mark.path, {limits::connect_timeout, limits::short_request_timeout}, interrupt);
          if (response.status == 200) {
            answers.bodies[mark.path] = std::move(response.body);
            answers.server = std::move(response.server);
          }
        }
        if (!holds(mark, answers)) break;
      }
    }
  } catch (const TrialError&) {
    return answers;  // nobody there, or not one that is like any of them: who asks it next tells why
  }
  return answers;
}

}  // namespace sweetspot
