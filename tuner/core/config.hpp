#pragma once

#include "core/value.hpp"

#include <map>
#include <string>

namespace sweetspot {

/// Parameter name -> value, ordered by name. A name that is absent stands for the engine's own default.
struct Config {
  std::map<std::string, Value> values;
  bool operator==(const Config&) const = default;
};

/// The one canonical text ("draft_depth=2,threads=1"; empty for no values; "," "=" and "\" in values are escaped with
/// "\"), used for equality, the store and the reports.
std::string key(const Config& config);

/// The reverse of key(). Throws Error on malformed text.
Config config_from_key(std::string_view key);

/// What `config` holds that `baseline` does not, or holds otherwise.
Config difference(const Config& config, const Config& baseline);

/// `base` with every value of `over` put over it.
Config merged(const Config& base, const Config& over);

/// "draft_depth=2 threads=1": for people. "default" when empty.
std::string display(const Config& config);

}  // namespace sweetspot
