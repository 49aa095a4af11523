#pragma once

#include "core/study.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

struct sqlite3;

namespace sweetspot {

/// One stored study as a list shows it.
struct StudyRow {
  std::string id;
  std::string started_at;
  std::string status;
  std::string engine;
  std::string model;
  std::string goal;
  std::string recommendation;  ///< "draft_depth=2 1.31x", "keep the default", "unsound"; empty while there is none
  bool operator==(const StudyRow&) const = default;
};

/// Where studies live: one SQLite file. Every call is one transaction: after a crash or a full disk all that was saved
/// before is there. All failures are Errors that name the file and SQLite's own words.
class Store {
public:
  /// Opens, or creates with its folders. Refuses a file that a newer version wrote, and one that is no database.
  explicit Store(const std::filesystem::path& path);
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  /// Inserts or updates the study and its trials; visits are saved by add_visit alone.
  void save_study(const Study& study);
  /// Inserts or updates one trial, without its visits. The study must be there.
  void save_trial(const std::string& study_id, const Trial& trial);
  /// Appends a visit, without raw response bytes. The trial must be there.
  void add_visit(const std::string& study_id, const std::string& trial_id, const Visit& visit);
  /// With trials in the order in which they were first saved, and their visits.
  Study load_study(const std::string& id) const;

  /// Newest first.
  std::vector<StudyRow> list() const;
  /// The id that begins with `prefix`, or the newest for nothing. Throws Error: no study, none of that name, several
  /// (which are named).
  std::string resolve(const std::string& prefix) const;

  /// What the user asked for, so that an interrupted study can go on. Null when nothing was saved.
  void save_request(const std::string& study_id, const nlohmann::ordered_json& request);
  nlohmann::ordered_json load_request(const std::string& study_id) const;

  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
  sqlite3* database_ = nullptr;
};

}  // namespace sweetspot
