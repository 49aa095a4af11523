#pragma once

#include "core/search_space.hpp"
#include "core/study.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// What one configuration of a recorded table did.
struct RecordedResult {
  std::optional<double> ms;  ///< median of what was measured, lower is better; nothing where it failed
  std::string failure;       ///< the table's word
  bool operator==(const RecordedResult&) const = default;
};

/// A space whose every configuration was measured beforehand. A combination that has no row is known to be invalid.
struct RecordedTable {
  std::string name;
  SearchSpace space;                    ///< lists its rows; the baseline is the first of them
  std::vector<RecordedResult> results;  ///< in the order of the rows
  bool operator==(const RecordedTable&) const = default;
};

/// A CSV with a column for each parameter and a last one `ms`: measurements joined by ";", or a word where the
/// configuration failed. Throws Error that names `name` and the line: no such columns, a configuration twice, too much.
RecordedTable read_table(std::string_view csv, const std::string& name);

/// The same of a T4 results file, the common format of kernel tuners (KernelTuner/kernel_tuner, schema/T4/1.0.0): the value is
/// the measurement that the first objective names, in ms, us or s; what is not "correct" failed, with the measurement's word
/// or the invalidity for its own. Throws Error that names `name` and the result.
RecordedTable read_t4(std::string_view json, const std::string& name);

/// A table of either form from a file, gzipped or not.
RecordedTable load_table(const std::filesystem::path& path);

/// The trials of a study: what did not fail and was not rejected has its score. Throws Error when there is none.
RecordedTable table_of(const Study& study);

/// The CSV that read_table reads.
std::string csv_of(const RecordedTable& table);

/// The T4 JSON that read_t4 and other tuners read.
std::string t4_of(const RecordedTable& table);

/// The least ms in the table. Throws Error when everything failed.
double optimum_ms(const RecordedTable& table);

}  // namespace sweetspot
