#include "demo_engine/server/trap.hpp"

#include "demo_engine/server/trap_rows.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace demo {

namespace {

int number_of(const TrapRow& row) { return std::stoi(std::string(row.id.substr(1))); }

std::vector<TrapRow> all_rows() {
  std::vector<TrapRow> rows;
  for (const auto part :
       {acceptance_traps, state_traps, token_traps, text_traps, call_traps, response_traps, process_traps, measurement_traps}) {
    for (TrapRow& row : part()) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [](const TrapRow& a, const TrapRow& b) { return number_of(a) < number_of(b); });
  return rows;
}

}  // namespace

std::string_view to_text(Layer layer) {
  switch (layer) {
    case Layer::decision: return "decision";
    case Layer::context: return "context";
    case Layer::text: return "text";
    case Layer::tools: return "tools";
    case Layer::response: return "response";
    case Layer::stream: return "stream";
    case Layer::process: return "process";
    case Layer::engagement: return "engagement";
    case Layer::measurement: return "measurement";
    case Layer::concurrency: return "concurrency";
  }
  return "";
}

std::string_view to_text(Expected expected) {
  switch (expected) {
    case Expected::broken: return "broken";
    case Expected::lossy_or_broken: return "lossy_or_broken";
    case Expected::pass: return "pass";
    case Expected::finding: return "finding";
    case Expected::inconclusive: return "inconclusive";
    case Expected::error: return "error";
    case Expected::not_recommended: return "not_recommended";
  }
  return "";
}

const std::vector<TrapRow>& trap_table() {
  static const std::vector<TrapRow> rows = all_rows();
  return rows;
}

std::string trap_list(bool as_json) {
  using Json = nlohmann::ordered_json;
  if (as_json) {
    Json list = Json::array();
    for (const TrapRow& row : trap_table()) {
      list.push_back({{"id", row.id},
                      {"name", row.name},
                      {"layer", to_text(row.layer)},
                      {"what", row.what},
                      {"expected", to_text(row.expected)},
                      {"control", row.expected == Expected::pass},
                      {"when", row.nature}});
    }
    return list.dump(2) + "\n";
  }
  std::string text;
  for (const TrapRow& row : trap_table())
    text += fmt::format("{:<4} {:<26} {:<12} {:<16} {}\n", row.id, row.name, to_text(row.layer), to_text(row.expected), row.what);
  return text;
}

}  // namespace demo
