#include "run/store.hpp"

#include "core/error.hpp"
#include "core/id.hpp"
#include "support/full_study.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/resource.h>

using namespace sweetspot;
namespace fs = std::filesystem;

namespace {

/// A new folder, removed at the end of its scope.
struct Folder {
  fs::path path = fs::temp_directory_path() / ("sweetspot-store-" + new_id());
  Folder() { fs::create_directories(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path); }
};

/// While it lives, no file of this process grows beyond `bytes`: a full disk that needs no rights.
struct FileSizeLimit {
  rlimit before{};
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    rlimit limit = before;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before); }
};

void execute(const fs::path& path, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

Study study(const std::string& id, const std::string& started_at) {
  Study study = test::full_study(id);
  study.started_at = started_at;
  return study;
}

/// The Error that `action` throws, message and hint in one text; empty when it throws none.
template <typename Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what() + std::string(" | ") + error.hint();
  }
  return {};
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("run/store") {
  TEST_CASE("a study comes back with trials in their order and visits without raw bytes, also after reopening") {
    const Folder folder;
    const fs::path path = folder.path / "new" / "folders" / "studies.db";
    Study saved = test::full_study("id-1");
    Visit visit = test::full_visit();
    {
      Store store(path);
      store.save_study(saved);
      Trial late = test::full_trial("t3");
      late.failure.reset();
      store.save_trial("id-1", late);
      store.add_visit("id-1", "t1", visit);
      store.add_visit("id-1", "t3", Visit{});
      saved.trials.push_back(late);
    }
    visit.samples[0].raw.clear();
    saved.trials[0].visits = {visit};
    saved.trials[2].visits = {Visit{}};
    CHECK(Store(path).load_study("id-1") == saved);
  }

  TEST_CASE("saving again changes what is there and keeps visits, trials and request") {
    const Folder folder;
    Store store(folder.path / "s.db");
    Study saved = test::full_study("id-1");
    store.save_study(saved);
    store.add_visit("id-1", "t1", Visit{});
    store.save_request("id-1", {{"argv", {"tune", "-m", "a.gguf"}}});
    saved.status = "interrupted";
    saved.trials[0].gate_speed_ratio = 3;
    store.save_study(saved);
    saved.trials[0].visits = {Visit{}};
    CHECK(store.load_study("id-1") == saved);
    CHECK(store.load_request("id-1").dump() == R"({"argv":["tune","-m","a.gguf"]})");
    CHECK(store.list().size() == 1);
  }

  TEST_CASE("what belongs to nothing is refused") {
    const Folder folder;
    Store store(folder.path / "s.db");
    CHECK(has(error_of([&] { store.save_trial("nobody", Trial{}); }), "FOREIGN KEY"));
    store.save_study(test::full_study("id-1"));
    CHECK(has(error_of([&] { store.add_visit("id-1", "t9", Visit{}); }), "FOREIGN KEY"));
    CHECK(has(error_of([&] { store.save_request("nobody", {}); }), "there is no study \"nobody\""));
    CHECK(has(error_of([&] { store.load_study("nobody"); }), "there is no study \"nobody\""));
    CHECK(store.load_request("id-1").is_null());
  }

  TEST_CASE("the list is newest first and says what was recommended") {
    const Folder folder;
    Store store(folder.path / "s.db");
    CHECK(store.list().empty());
    store.save_study(study("old", "2026-01-01T00:00:00Z"));
    Study newest = study("new", "2026-02-01T00:00:00Z");
    newest.recommendation = {};
    store.save_study(newest);
    Study running = study("mid", "2026-01-15T00:00:00Z");
    running.recommendation = {};
    running.status = "running";
    running.target.model.name.clear();
    store.save_study(running);
    const auto rows = store.list();
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].id == "new");
    CHECK(rows[0].recommendation == "keep the default");
    CHECK(rows[1].recommendation.empty());
    CHECK(rows[1].model == "a.gguf");
    CHECK(rows[2] == StudyRow{"old", "2026-01-01T00:00:00Z", "done", "llama-server", "A model", "agent", "draft_depth=2 1.31x"});
  }

  TEST_CASE("a unique prefix names a study, nothing the newest") {
    const Folder folder;
    Store store(folder.path / "s.db");
    CHECK(has(error_of([&] { store.resolve(""); }), "there is no study in"));
    store.save_study(study("7f3a", "2026-01-02T00:00:00Z"));
    store.save_study(study("7f3a99", "2026-01-01T00:00:00Z"));
    store.save_study(study("7c", "2026-01-03T00:00:00Z"));
    CHECK(store.resolve("") == "7c");
    CHECK(store.resolve("7c") == "7c");
    CHECK(store.resolve("7f3a9") == "7f3a99");
    CHECK(store.resolve("7f3a") == "7f3a");  // whole, although another one begins like it
    CHECK(error_of([&] { store.resolve("7f"); }) == "\"7f\" fits 2 studies | write more of the id: 7f3a, 7f3a99");
    CHECK(has(error_of([&] { store.resolve("x"); }), "there is no study \"x\""));
    CHECK(has(error_of([&] { store.resolve("%"); }), "there is no study \"%\""));
  }

  TEST_CASE("a store of a newer version is refused and left as it is") {
    const Folder folder;
    const fs::path path = folder.path / "s.db";
    Store(path).save_study(test::full_study("id-1"));
    execute(path, "PRAGMA user_version = 2");
    const std::string error = error_of([&] { Store store(path); });
    CHECK(has(error, "newer sweetspot (store version 2, this one knows 1)"));
    CHECK(has(error, "update sweetspot"));
    execute(path, "PRAGMA user_version = 1");
    CHECK(Store(path).list().size() == 1);
  }

  TEST_CASE("a file that is no store is refused and left as it is") {
    const Folder folder;
    const fs::path text = folder.path / "text.db";
    std::ofstream(text) << std::string(5000, 'x');
    const std::string error = error_of([&] { Store store(text); });
    CHECK(has(error, text.string()));
    CHECK(has(error, "not a database"));
    CHECK(has(error, "--store"));
    CHECK(fs::file_size(text) == 5000);
    const fs::path foreign = folder.path / "foreign.db";
    execute(foreign, "CREATE TABLE bookmarks (url TEXT)");
    CHECK(has(error_of([&] { Store store(foreign); }), "database of another program"));
    CHECK(has(error_of([&] { Store store(folder.path); }), "unable to open"));
    CHECK(has(error_of([&] { Store store(text / "below" / "s.db"); }), "cannot create"));
  }

  TEST_CASE("a disk that takes no more gives an error, and what was saved before can still be read and added to") {
    const Folder folder;
    const fs::path path = folder.path / "s.db";
    const Study saved = test::full_study("id-1");
    Visit large;
    large.samples.resize(1);
    large.samples[0].text.assign(4 << 20, 'x');
    Store store(path);
    store.save_study(saved);
    {
      const FileSizeLimit limit(1 << 20);
      const std::string error = error_of([&] { store.add_visit("id-1", "t1", large); });
      CHECK(has(error, path.string()));
      CHECK(has(error, "--store"));
      CHECK(store.load_study("id-1") == saved);
    }
    CHECK(Store(path).load_study("id-1") == saved);
    store.add_visit("id-1", "t1", Visit{});
    CHECK(store.load_study("id-1").trials.at(0).visits.size() == 1);
  }

  TEST_CASE("a damaged row is an error that names the study, and spares the others") {
    const Folder folder;
    const fs::path path = folder.path / "s.db";
    Store store(path);
    store.save_study(test::full_study("id-1"));
    store.save_study(test::full_study("id-2"));
    execute(path, "UPDATE studies SET study = '{\"id\": 1}' WHERE id = 'id-1'");
    CHECK(has(error_of([&] { store.load_study("id-1"); }), "study id-1"));
    execute(path, "UPDATE trials SET trial = '{\"failure\": {\"kind\": \"eaten\"}}' WHERE study_id = 'id-1'");
    CHECK(has(error_of([&] { store.load_study("id-1"); }), "damaged"));
    CHECK(store.load_study("id-2") == test::full_study("id-2"));
  }

  TEST_CASE("two stores on one file see each other's studies") {
    const Folder folder;
    Store one(folder.path / "s.db");
    Store two(folder.path / "s.db");
    one.save_study(test::full_study("id-1"));
    two.save_study(test::full_study("id-2"));
    CHECK(one.list().size() == 2);
    Store moved = std::move(one);
    CHECK(moved.list().size() == 2);
  }
}
