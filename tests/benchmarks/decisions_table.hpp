#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sweetspot::decisions {

/// A share or a mean that has to stay on one side of a limit.
struct Limit {
  std::string figure;
  enum class Side { at_most, at_least };
  Side side = Side::at_most;
  double limit = 0;
  double measured = 0;
  int tries = 0;              ///< of a share
  double standard_error = 0;  ///< of a mean
};

struct Row {
  std::string section;
  std::string name;
  std::vector<std::pair<std::string, double>> figures;
  std::vector<Limit> limits;
};

/// Whether a limit holds as measured, or is missed by no more than few replays may by chance.
enum class Chance { none, allowed };

bool met(const Limit& limit, Chance chance);

/// A table a section, and what was missed.
std::string text_table(const std::vector<Row>& rows, Chance chance);
std::string json_table(const std::vector<Row>& rows, Chance chance);

}  // namespace sweetspot::decisions
