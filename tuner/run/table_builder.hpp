#pragma once

#include "run/recorded_table.hpp"

#include <set>
#include <string>
#include <vector>

namespace sweetspot {

/// Puts a recorded table together, one configuration after another.
class TableBuilder {
public:
  TableBuilder(const std::string& name, const std::vector<std::string>& parameters);

  /// False, and nothing is added, when the configuration is there already. Throws Error that begins with `place` when the
  /// table is full.
  bool add(const std::vector<Value>& values, RecordedResult result, const std::string& place);

  /// Its first configuration is the baseline.
  RecordedTable finished();

private:
  RecordedTable table_;
  std::set<std::vector<ValueIndex>> seen_;
};

}  // namespace sweetspot
