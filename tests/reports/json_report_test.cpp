#include "reports/json_report.hpp"

#include "support/golden.hpp"
#include "support/study_fixture.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <fstream>
#include <limits>

using namespace sweetspot;

namespace {

std::string first_violation(const nlohmann::json& document) {
  std::ifstream file{std::string{SWEETSPOT_SOURCE_DIR} + "/tests/goldens/tune-output.schema.json"};
  const auto schema_json = nlohmann::json::parse(file);
  valijson::Schema schema;
  valijson::SchemaParser parser;
  valijson::adapters::NlohmannJsonAdapter schema_adapter{schema_json};
  parser.populateSchema(schema_adapter, schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  valijson::adapters::NlohmannJsonAdapter adapter{document};
  if (validator.validate(schema, adapter, &results)) return {};
  valijson::ValidationResults::Error error;
  std::string text;
  while (results.popError(error)) {
    for (const auto& part : error.context) text += part;
    text += ": " + error.description + "\n";
  }
  return text;
}

}  // namespace

TEST_SUITE("reports/json_report") {
  TEST_CASE("the document of every kind of study keeps the published schema") {
    for (const auto& study : {fixture::improvement(), fixture::keep_default(), fixture::unsound()})
      CHECK(first_violation(nlohmann::json::parse(json_report(study, {}))) == "");
  }

  TEST_CASE("a study that was cut short keeps it too") {
    auto study = fixture::improvement();
    study.status = "interrupted";
    study.recommendation = {};
    study.recommendation.detectable_gain_ratio = std::numeric_limits<double>::infinity();
    study.baseline_measurement.reset();
    const auto document = nlohmann::json::parse(json_report(study, {}));
    CHECK(first_violation(document) == "");
    CHECK(document["recommendation"]["detectable_gain_ratio"].is_null());
  }

  TEST_CASE("when a recommendation was looked at again is told, with every result") {
    auto study = fixture::improvement();
    study.reverifications = {
        {"2026-02-03T04:05:06Z", "b2", {"the engine's version was b1, is b2"}, "tie", "2 near ties", 1.3, true}};
    const auto document = nlohmann::json::parse(json_report(study, {}));
    CHECK(first_violation(document) == "");
    REQUIRE(document["reverifications"].size() == 1);
    CHECK(document["reverifications"][0]["engine_version"] == "b2");
    CHECK(document["reverifications"][0]["resolved"] == true);
  }

  TEST_CASE("golden: the whole document") {
    const auto text = json_report(fixture::improvement(), {});
    CHECK(text == fixture::golden("report-improvement.json", text));
  }

  TEST_CASE("bytes that are not UTF-8 do not spoil the document") {
    auto study = fixture::improvement();
    study.rejected[0].evidence->observed = "\xff\xfe";
    CHECK(nlohmann::json::accept(json_report(study, {})));
  }

  TEST_CASE("one trial brings its checks, visits and command") {
    const auto study = fixture::improvement();
    const auto document = nlohmann::json::parse(json_trial_report(study, study.trials[1], {}));
    CHECK(document["number"] == 2);
    CHECK(document["trial"]["verdict"]["divergences"].size() == 2);
    CHECK(document["trial"]["visits"].size() == 1);
    CHECK(document["command"]["argv"][0] == "llama-server");
  }
}
