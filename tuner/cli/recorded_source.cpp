#include "cli/recorded_source.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "run/store.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

namespace sweetspot {

RecordedTable recorded_named(const std::string& name, const Context& context) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(name, ignored)) return load_table(name);
  if (!std::filesystem::exists(context.paths.store, ignored))
    throw Error{name.empty()
                    ? fmt::format("there are no studies in {}", context.paths.store.string())
                    : fmt::format("there is no file {}, and no study in {}", escape_control(name), context.paths.store.string()),
                "name a recorded table (.csv, .json, also .gz) or a stored study"};
  const Store store{context.paths.store};
  return table_of(store.load_study(store.resolve(name)));
}

}  // namespace sweetspot
