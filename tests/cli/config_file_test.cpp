#include "cli/config_file.hpp"

#include "core/error.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <fstream>
#include <string>

using namespace sweetspot;

namespace {

ConfigFile read(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / ("sweetspot-config-test-" + std::to_string(::getpid()) + ".json");
  std::ofstream{path} << text;
  return read_config_file(path, {"goal", "seed", "json"});
}

std::string refusal_of(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return std::string{error.what()} + " | " + error.hint();
  }
  return "accepted";
}

}  // namespace

TEST_SUITE("cli/config_file") {
  TEST_CASE("values are kept as they would be typed") {
    const auto config = read(R"({"goal": "chat", "seed": 7, "json": true})");
    CHECK(config.found);
    CHECK(config.values.at("goal") == std::vector<std::string>{"chat"});
    CHECK(config.values.at("seed") == std::vector<std::string>{"7"});
    CHECK(config.values.at("json") == std::vector<std::string>{"true"});
  }

  TEST_CASE("no file is no error") { CHECK_FALSE(read_config_file("/nowhere/config.json", {}).found); }

  TEST_CASE("an unknown key is named, with the nearest option") {
    const auto text = refusal_of(R"({"gaol": "chat"})");
    CHECK(text.find("gaol") != std::string::npos);
    CHECK(text.find("did you mean \"goal\"") != std::string::npos);
  }

  TEST_CASE("other shapes are refused") {
    CHECK(refusal_of("[1]").find("not a JSON object") != std::string::npos);
    CHECK(refusal_of("{").find("not a JSON object") != std::string::npos);
    CHECK(refusal_of(R"({"goal": {"a": 1}})").find("not object") != std::string::npos);
    CHECK(refusal_of(R"({"goal": null})").find("not null") != std::string::npos);
  }
}
