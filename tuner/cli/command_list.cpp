#include "cli/commands.hpp"

#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "reports/format.hpp"
#include "run/store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace sweetspot {

namespace {

std::string table(const std::vector<StudyRow>& rows) {
  std::string text = fmt::format("{:8}  {:20}  {:11}  {}  {}  {:12}  {}\n", "study", "started", "status", padded("engine", 14),
                                 padded("model", 28), "goal", "recommendation");
  for (const auto& row : rows)
    text += fmt::format("{:8}  {:20}  {:11}  {}  {}  {:12}  {}\n", short_id(row.id), row.started_at, row.status,
                        padded(escape_control(row.engine), 14), padded(shortened(escape_control(row.model), 28), 28), row.goal,
                        escape_control(row.recommendation));
  return text;
}

std::string json(const std::vector<StudyRow>& rows) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& row : rows)
    list.push_back({{"id", row.id},
                    {"started_at", row.started_at},
                    {"status", row.status},
                    {"engine", row.engine},
                    {"model", row.model},
                    {"goal", row.goal},
                    {"recommendation", row.recommendation}});
  return json_text(list, 2) + "\n";
}

}  // namespace

int command_list(const Options& options, Context& context) {
  // Opening would create the file: a list of nothing writes nothing.
  std::error_code ignored;
  std::vector<StudyRow> rows;
  if (std::filesystem::exists(context.paths.store, ignored)) rows = Store{context.paths.store}.list();
  if (options.json) {
    write_result(options, context, json(rows));
    return exit_ok;
  }
  if (rows.empty()) {
    context.err << fmt::format("no studies in {}; make one: sweetspot tune ENGINE -m MODEL\n", context.paths.store.string());
    return exit_ok;
  }
  write_result(options, context, table(rows));
  return exit_ok;
}

}  // namespace sweetspot
