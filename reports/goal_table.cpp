#include "reports/goal_table.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "reports/format.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

std::string named(const GoalRow& row) {
  std::string model = row.model;
  if (!row.quantisation.empty() && model.find(row.quantisation) == std::string::npos) model += " " + row.quantisation;
  return escape_control(model);
}

std::string score_text(const GoalRow& row) { return row.score_s ? fmt::format("{:.2f} s", *row.score_s) : "-"; }

std::string line(const GoalRow& row, std::size_t engine_width, std::size_t model_width) {
  std::string text = fmt::format("    {}  {}  {}  {:>7}  {:>8}  {:>8}  {}  {}{}\n", padded_left(score_text(row), 10),
                                 padded(row.engine, engine_width), padded(named(row), model_width), row.context,
                                 rate_text(row.decode_tokens_per_second), bytes_text(row.memory_bytes_peak),
                                 padded(row.verdict, 7), row.study.empty() ? std::string("-") : short_id(row.study),
                                 row.score_s ? fmt::format("  {}{}", display(row.changed), row.confirmed ? "" : " *") : "");
  if (!row.reason.empty()) text += fmt::format("                {}\n", escape_control(row.reason));
  return text;
}

template <typename Text>
std::size_t widest(std::span<const GoalRow> rows, const Text& text, std::size_t least) {
  for (const GoalRow& row : rows) least = std::max(least, text(row).size());
  return least;
}

}  // namespace

std::string goal_table_text(std::span<const GoalRow> rows) {
  const std::size_t engine = widest(rows, [](const GoalRow& row) { return row.engine; }, 6);
  const std::size_t model = widest(rows, named, 5);
  std::string text = "Which engine for which goal: seconds for the goal's mix of work, the best first\n";
  text += fmt::format("    {}  {}  {}  context  tokens/s    memory  verdict  study     settings\n", padded_left("score", 10),
                      padded("engine", engine), padded("model", model));
  std::string goal;
  for (const GoalRow& row : rows) {
    if (row.goal != goal) text += fmt::format("  {}\n", row.goal);
    goal = row.goal;
    text += line(row, engine, model);
  }
  const bool unconfirmed =
      std::any_of(rows.begin(), rows.end(), [](const GoalRow& row) { return !row.confirmed && row.score_s; });
  if (unconfirmed) text += "  * from the visits of the search alone: confirm it with --goal\n";
  const bool models = std::any_of(rows.begin(), rows.end(), [&](const GoalRow& row) { return row.model != rows.front().model; });
  if (models)
    text += "  Models write other answers: the score says how fast they are, and not how good; tokens are each model's own\n";
  return text;
}

std::string goal_table_json(std::span<const GoalRow> rows) {
  Json list = Json::array();
  for (const GoalRow& row : rows) {
    list.push_back(
        {{"goal", row.goal},
         {"study", row.study.empty() ? Json(nullptr) : Json(row.study)},
         {"engine", row.engine},
         {"engine_version", row.engine_version},
         {"model", row.model},
         {"quantisation", row.quantisation},
         {"context", row.context},
         {"changed", row.changed},
         {"score_s", row.score_s ? Json(*row.score_s) : Json(nullptr)},
         {"decode_tokens_per_second", row.decode_tokens_per_second ? Json(*row.decode_tokens_per_second) : Json(nullptr)},
         {"memory_bytes_peak", row.memory_bytes_peak ? Json(*row.memory_bytes_peak) : Json(nullptr)},
         {"verdict", row.verdict},
         {"confirmed", row.confirmed},
         {"reason", row.reason}});
  }
  return json_text(list, 2);
}

}  // namespace sweetspot
