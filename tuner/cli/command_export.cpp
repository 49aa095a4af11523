#include "cli/commands.hpp"

#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/recorded_source.hpp"
#include "core/error.hpp"

namespace sweetspot {

int command_export(const Options& options, Context& context) {
  if (options.json && options.format == "csv") throw Error{"--json and --as csv ask for different things", "give one of them"};
  const RecordedTable table = recorded_named(options.table, context);
  write_result(options, context, options.format == "csv" ? csv_of(table) : t4_of(table));
  return exit_ok;
}

}  // namespace sweetspot
