#include "cli/cli.hpp"

#include "cli/exit_code.hpp"
#include "run/store.hpp"
#include "support/study_fixture.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace sweetspot;

namespace {

struct Ended {
  int code = -1;
  std::string out;
  std::string err;
};

/// A home of its own for each test.
struct Home {
  Home() : folder(std::filesystem::temp_directory_path() / ("sweetspot-cli-test-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder);
  }
  ~Home() { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;

  Ended run(std::vector<std::string> words) const {
    words.insert(words.begin(), "sweetspot");
    std::vector<char*> argv;
    argv.reserve(words.size());
    for (auto& word : words) argv.push_back(word.data());
    Environment environment;
    environment.variables = {{"HOME", folder.string()}, {"PATH", ""}};
    std::ostringstream out, err;
    const int code = run_cli(static_cast<int>(argv.size()), argv.data(), out, err, environment);
    return {code, out.str(), err.str()};
  }

  std::filesystem::path store() const { return folder / ".local/state/sweetspot/studies.sqlite"; }
};

}  // namespace

TEST_SUITE("cli/cli") {
  TEST_CASE("nothing at all gives the short help") {
    const auto result = Home{}.run({});
    CHECK(result.code == exit_ok);
    CHECK(result.out.find("sweetspot tune") != std::string::npos);
    CHECK(result.err.empty());
  }

  TEST_CASE("a usage error is exit 2, nothing on stdout, the hint last") {
    const auto result = Home{}.run({"tune", "--gaol", "x"});
    CHECK(result.code == exit_usage);
    CHECK(result.out.empty());
    CHECK(result.err == "sweetspot: error: there is no option '--gaol' in 'tune'\nhint: did you mean \"--goal\"?\n");
  }

  TEST_CASE("the version names version, compiler, Boost and system") {
    const auto result = Home{}.run({"--version"});
    CHECK(result.out.find("sweetspot ") == 0);
    for (const auto* part : {"compiler: ", "Boost: ", "system: "}) CHECK(result.out.find(part) != std::string::npos);
  }

  TEST_CASE("a list of nothing says how to make a study and creates no file") {
    const Home home;
    const auto result = home.run({"list"});
    CHECK(result.code == exit_ok);
    CHECK(result.err.find("no studies") != std::string::npos);
    CHECK(home.run({"list", "--json"}).out == "[]\n");
    CHECK_FALSE(std::filesystem::exists(home.store()));
    CHECK(home.run({"show"}).code == exit_usage);
  }

  TEST_CASE("a stored study is listed and shown, whole or one trial of it") {
    const Home home;
    const auto study = fixture::improvement();
    Store{home.store()}.save_study(study);
    CHECK(home.run({"list"}).out.find("7f3a2c90") != std::string::npos);
    CHECK(home.run({"show"}).out.find("Recommended: spec_type=ngram-simple") != std::string::npos);
    CHECK(home.run({"show", "7f3a", "--trial", "3"}).out.find("return return n") != std::string::npos);
    CHECK(home.run({"show", "--trial", "0002"}).out.find("Trial 2") == 0);
    CHECK(nlohmann::json::parse(home.run({"show", "--json"}).out)["study"]["id"] == study.id);
    CHECK(home.run({"show", "--as", "csv"}).out.find("number,id,") == 0);
    CHECK(nlohmann::json::parse(home.run({"export", "7f3a"}).out)["schema_version"] == "1.0.0");
    CHECK(home.run({"export", "--as", "csv"}).out.find(",ms\n") != std::string::npos);
    CHECK(home.run({"export", "zzzz"}).code == exit_usage);
    const auto wrong = home.run({"show", "--trial", "9"});
    CHECK(wrong.code == exit_usage);
    CHECK(wrong.err.find("numbers go from 1 to 4") != std::string::npos);
    CHECK(home.run({"show", "--json", "--as", "csv"}).code == exit_usage);
    CHECK(home.run({"show", "zzzz"}).code == exit_usage);
  }

  TEST_CASE("a result goes whole into the file of --output, or an error says why not") {
    const Home home;
    Store{home.store()}.save_study(fixture::improvement());
    const auto file = home.folder / "result.json";
    const auto result = home.run({"show", "--json", "-o", file.string()});
    CHECK(result.out.empty());
    CHECK(result.err == "wrote " + file.string() + "\n");
    CHECK(nlohmann::json::parse(std::ifstream{file}).is_object());
    CHECK(home.run({"show", "-o", (home.folder / "no" / "such").string()}).code == exit_usage);
  }

  TEST_CASE("an engine file's faults are the result, exit 1") {
    const Home home;
    const auto file = home.folder / "engine.json";
    std::ofstream{file} << "{}";
    const auto result = home.run({"engines", "--check", file.string()});
    CHECK(result.code == exit_failed);
    CHECK_FALSE(result.out.empty());
    CHECK(home.run({"engines", "--check", "/no/such/file"}).code == exit_usage);
  }

  TEST_CASE("engines that are not installed are listed as not found") {
    const auto result = Home{}.run({"engines"});
    CHECK(result.code == exit_ok);
    CHECK(result.out.find("llama-server") != std::string::npos);
    CHECK(result.out.find("not found") != std::string::npos);
    const auto document = nlohmann::json::parse(Home{}.run({"engines", "llama-server", "--json"}).out);
    CHECK(document[0]["found"] == false);
    CHECK(document[0]["parameters"][0]["spelling"].is_null());
    CHECK(Home{}.run({"engines", "llama-sever"}).err.find("llama-server") != std::string::npos);
  }

  TEST_CASE("the doctor's findings are no failure, and it tells what it read") {
    const Home home;
    std::filesystem::create_directories(home.folder / ".config/sweetspot");
    std::ofstream{home.folder / ".config/sweetspot/config.json"} << R"({"goal": "chat"})";
    const auto result = home.run({"doctor"});
    CHECK(result.code == exit_ok);
    CHECK(result.out.find("goal = chat  from ") != std::string::npos);
    CHECK(nlohmann::json::parse(home.run({"doctor", "--json"}).out)["machine"]["cores"] >= 1);
  }
}
