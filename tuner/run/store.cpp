#include "run/store.hpp"

#include "core/error.hpp"
#include "core/json.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <nlohmann/json.hpp>

#include <exception>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace sweetspot {

namespace {

using Json = nlohmann::ordered_json;
using Path = std::filesystem::path;

/// Of the tables; kept in PRAGMA user_version.
constexpr std::int64_t store_schema_version = 1;
/// "swsp": tells our file from another program's database.
constexpr std::int64_t application_id = 0x73777370;
constexpr int busy_timeout_ms = 5000;
/// Studies named when a prefix fits several.
constexpr std::size_t candidates_shown = 5;

constexpr const char* tables = R"(
  CREATE TABLE studies (
    id TEXT PRIMARY KEY, key TEXT NOT NULL, started_at TEXT NOT NULL, status TEXT NOT NULL, goal TEXT NOT NULL,
    engine TEXT NOT NULL, model TEXT NOT NULL, recommendation TEXT NOT NULL, study TEXT NOT NULL, request TEXT);
  CREATE TABLE trials (
    position INTEGER PRIMARY KEY, study_id TEXT NOT NULL REFERENCES studies(id) ON DELETE CASCADE, id TEXT NOT NULL,
    trial TEXT NOT NULL, UNIQUE (study_id, id));
  CREATE TABLE visits (
    position INTEGER PRIMARY KEY, study_id TEXT NOT NULL, trial_id TEXT NOT NULL, visit TEXT NOT NULL,
    FOREIGN KEY (study_id, trial_id) REFERENCES trials(study_id, id) ON DELETE CASCADE);
  CREATE INDEX visits_of_trial ON visits(study_id, trial_id);
)";

std::string way_out(int code, const Path& path) {
  const std::string folder = path.has_parent_path() ? path.parent_path().string() : ".";
  const std::string elsewhere = ", or choose another place with --store";
  switch (code & 0xFF) {
    case SQLITE_FULL: return "free some space on the disk of " + folder + elsewhere;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "another program is writing to it: wait until it is done" + elsewhere;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN: return "check that you may write to " + folder + elsewhere;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return "move the file away" + elsewhere;
    case SQLITE_IOERR: return "check the disk of " + folder + elsewhere;
    default: return "look at the file" + elsewhere;
  }
}

[[noreturn]] void fail(sqlite3* database, const Path& path, int code) {
  const char* words = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  throw Error{"study store " + path.string() + ": " + words, way_out(code, path)};
}

/// A prepared statement, finalised at the end of its scope.
class Statement {
public:
  Statement(sqlite3* database, const Path& path, const char* sql) : database_(database), path_(path) {
    const int code = sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr);
    if (code != SQLITE_OK) fail(database, path, code);
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(statement_); }

  Statement& bind(std::string_view text) {
    const int code = sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) fail(database_, path_, code);
    return *this;
  }

  /// Whether there is a row.
  bool step() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(database_, path_, code);
    return code == SQLITE_ROW;
  }

  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (!bytes) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }

private:
  sqlite3* database_;
  const Path& path_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

void execute(sqlite3* database, const Path& path, const char* sql) {
  const int code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(database, path, code);
}

/// Undone at the end of its scope unless committed.
class Transaction {
public:
  Transaction(sqlite3* database, const Path& path, const char* begin) : database_(database), path_(path) {
    execute(database, path, begin);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    // A full disk may have ended the transaction already.
    if (sqlite3_get_autocommit(database_) == 0) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  void commit() { execute(database_, path_, "COMMIT"); }

private:
  sqlite3* database_;
  const Path& path_;
};

constexpr const char* for_writing = "BEGIN IMMEDIATE";
constexpr const char* for_reading = "BEGIN";

std::int64_t pragma(sqlite3* database, const Path& path, const char* sql) {
  Statement statement(database, path, sql);
  return statement.step() ? statement.integer(0) : 0;
}

void create_folders(const Path& path) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    throw Error{"cannot create " + path.parent_path().string() + " for the study store: " + error.message(),
                "choose another place with --store"};
  }
}

/// Creates the tables of a new file; refuses a file that is not ours or that we do not understand.
void prepare_schema(sqlite3* database, const Path& path) {
  const auto version = [&] { return pragma(database, path, "PRAGMA user_version"); };
  const bool ours = pragma(database, path, "PRAGMA application_id") == application_id;
  if (!ours && pragma(database, path, "SELECT count(*) FROM sqlite_master") > 0) {
    throw Error{path.string() + " is the database of another program", "choose another place with --store"};
  }
  if (version() > store_schema_version) {
    throw Error{fmt::format("{} was written by a newer sweetspot (store version {}, this one knows {})", path.string(), version(),
                            store_schema_version),
                "update sweetspot, or choose another place with --store"};
  }
  if (version() == store_schema_version) return;
  Transaction transaction(database, path, for_writing);
  if (version() == 0) {  // nobody else was faster
    execute(database, path, tables);
    execute(database, path, fmt::format("PRAGMA application_id = {}", application_id).c_str());
    execute(database, path, fmt::format("PRAGMA user_version = {}", store_schema_version).c_str());
  }
  transaction.commit();
}

sqlite3* opened(const Path& path) {
  create_folders(path);
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  try {
    if (code != SQLITE_OK) fail(database, path, code);
    sqlite3_busy_timeout(database, busy_timeout_ms);
    prepare_schema(database, path);
    execute(database, path, "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON");
  } catch (const Error&) {
    sqlite3_close(database);
    throw;
  }
  return database;
}

std::string recommendation_text(const Study& study) {
  const Recommendation& recommendation = study.recommendation;
  switch (recommendation.kind) {
    case RecommendationKind::improvement:
      return display(recommendation.changed) + (recommendation.gain ? fmt::format(" {:.2f}x", recommendation.gain->ratio) : "");
    case RecommendationKind::unsound: return "unsound";
    case RecommendationKind::keep_default: return study.status == "done" ? "keep the default" : "";
  }
  return {};
}

void upsert_trial(sqlite3* database, const Path& path, const std::string& study_id, const Trial& trial) {
  Statement statement(database, path,
                      "INSERT INTO trials (study_id, id, trial) VALUES (?, ?, ?) "
                      "ON CONFLICT (study_id, id) DO UPDATE SET trial = excluded.trial");
  statement.bind(study_id).bind(trial.id).bind(json_text(trial)).step();
}

/// The noun in a stored text. Throws Error when the text is damaged.
template <typename T>
T stored(const std::string& text, const std::string& what, const Path& path) {
  const auto damaged = [&](const std::exception& error) {
    return Error{what + " in " + path.string() + " is damaged: " + error.what(), "the other studies can still be read"};
  };
  try {
    return Json::parse(text).get<T>();
  } catch (const Json::exception& error) {
    throw damaged(error);
  } catch (const Error& error) {  // a word that this version does not know
    throw damaged(error);
  }
}

[[noreturn]] void no_study(const std::string& id, const Path& path) {
  throw Error{"there is no study \"" + id + "\" in " + path.string(), "`sweetspot list` shows what there is"};
}

}  // namespace

Store::Store(const Path& path) : path_(path), database_(opened(path)) {}

Store::Store(Store&& other) noexcept : path_(std::move(other.path_)), database_(std::exchange(other.database_, nullptr)) {}

Store& Store::operator=(Store&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(database_, other.database_);
  return *this;
}

Store::~Store() { sqlite3_close(database_); }

void Store::save_study(const Study& study) {
  Json json = study;
  json.erase("trials");  // rows of their own
  const Target& target = study.target;
  const std::string model = target.model.name.empty() ? Path(target.model.path).filename().string() : target.model.name;
  Transaction transaction(database_, path_, for_writing);
  Statement statement(
      database_, path_,
      "INSERT INTO studies (id, key, started_at, status, goal, engine, model, recommendation, study) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET key = excluded.key, "
      "started_at = excluded.started_at, status = excluded.status, goal = excluded.goal, engine = excluded.engine, "
      "model = excluded.model, recommendation = excluded.recommendation, study = excluded.study");
  statement.bind(study.id).bind(study.key).bind(study.started_at).bind(study.status).bind(study.goal).bind(target.engine.name);
  statement.bind(model).bind(recommendation_text(study)).bind(json_text(json)).step();
  for (const Trial& trial : study.trials) upsert_trial(database_, path_, study.id, trial);
  transaction.commit();
}

void Store::save_trial(const std::string& study_id, const Trial& trial) {
  Transaction transaction(database_, path_, for_writing);
  upsert_trial(database_, path_, study_id, trial);
  transaction.commit();
}

void Store::add_visit(const std::string& study_id, const std::string& trial_id, const Visit& visit) {
  Visit lean = visit;
  for (RequestSample& sample : lean.samples) sample.raw.clear();
  Transaction transaction(database_, path_, for_writing);
  Statement statement(database_, path_, "INSERT INTO visits (study_id, trial_id, visit) VALUES (?, ?, ?)");
  statement.bind(study_id).bind(trial_id).bind(json_text(lean)).step();
  transaction.commit();
}

Study Store::load_study(const std::string& id) const {
  Transaction transaction(database_, path_, for_reading);
  Statement row(database_, path_, "SELECT study FROM studies WHERE id = ?");
  if (!row.bind(id).step()) no_study(id, path_);
  const std::string what = "study " + id;
  auto study = stored<Study>(row.text(0), what, path_);
  Statement trials(database_, path_, "SELECT trial FROM trials WHERE study_id = ? ORDER BY position");
  trials.bind(id);
  while (trials.step()) {
    Trial& trial = study.trials.emplace_back(stored<Trial>(trials.text(0), what, path_));
    Statement visits(database_, path_, "SELECT visit FROM visits WHERE study_id = ? AND trial_id = ? ORDER BY position");
    visits.bind(id).bind(trial.id);
    while (visits.step()) trial.visits.push_back(stored<Visit>(visits.text(0), what, path_));
  }
  return study;
}

std::vector<StudyRow> Store::list() const {
  Statement statement(database_, path_,
                      "SELECT id, started_at, status, engine, model, goal, recommendation FROM studies "
                      "ORDER BY started_at DESC, rowid DESC");
  std::vector<StudyRow> rows;
  while (statement.step()) {
    rows.push_back({.id = statement.text(0),
                    .started_at = statement.text(1),
                    .status = statement.text(2),
                    .engine = statement.text(3),
                    .model = statement.text(4),
                    .goal = statement.text(5),
                    .recommendation = statement.text(6)});
  }
  return rows;
}

std::string Store::resolve(const std::string& prefix) const {
  const std::vector<StudyRow> rows = list();
  if (rows.empty()) throw Error{"there is no study in " + path_.string() + " yet", "`sweetspot tune` makes one"};
  if (prefix.empty()) return rows.front().id;
  std::vector<std::string> fitting;
  for (const StudyRow& row : rows) {
    if (row.id == prefix) return row.id;
    if (row.id.starts_with(prefix)) fitting.push_back(row.id);
  }
  if (fitting.empty()) no_study(prefix, path_);
  if (fitting.size() == 1) return fitting.front();
  std::string hint = "write more of the id:";
  for (std::size_t i = 0; i < fitting.size() && i < candidates_shown; ++i) hint += (i == 0 ? " " : ", ") + fitting[i];
  if (fitting.size() > candidates_shown) hint += ", ...";
  throw Error{fmt::format("\"{}\" fits {} studies", prefix, fitting.size()), hint};
}

void Store::save_request(const std::string& study_id, const Json& request) {
  Transaction transaction(database_, path_, for_writing);
  Statement statement(database_, path_, "UPDATE studies SET request = ? WHERE id = ?");
  statement.bind(json_text(request)).bind(study_id).step();
  if (sqlite3_changes(database_) == 0) no_study(study_id, path_);
  transaction.commit();
}

Json Store::load_request(const std::string& study_id) const {
  Statement statement(database_, path_, "SELECT request FROM studies WHERE id = ?");
  if (!statement.bind(study_id).step()) no_study(study_id, path_);
  const std::string text = statement.text(0);
  return text.empty() ? Json(nullptr) : stored<Json>(text, "the request of study " + study_id, path_);
}

}  // namespace sweetspot
