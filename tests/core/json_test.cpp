#include "core/json.hpp"

#include "support/full_study.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace sweetspot;
using Json = nlohmann::ordered_json;

namespace {

/// Through the text, as a file would.
template <typename T>
T through_text(const T& noun) {
  return Json::parse(json_text(Json(noun))).template get<T>();
}

}  // namespace

TEST_SUITE("core/json") {
  TEST_CASE("every noun is read back as it was written, full and empty") {
    const Study study = test::full_study("id");
    CHECK(through_text(study) == study);
    CHECK(through_text(study.trials[0]) == study.trials[0]);
    CHECK(through_text(test::full_visit()) == test::full_visit());
    CHECK(through_text(test::full_sample()) == test::full_sample());
    CHECK(through_text(Study{}) == Study{});
    CHECK(through_text(Visit{}) == Visit{});
    CHECK(through_text(Trial{}) == Trial{});
    CHECK(through_text(Recommendation{}) == Recommendation{});
  }

  TEST_CASE("visits of a trial are counted, not written") {
    Trial trial = test::full_trial("t1");
    trial.visits = {Visit{}, Visit{}};
    const Json json = trial;
    CHECK(json.at("visits") == 2);
    CHECK(json.get<Trial>() == test::full_trial("t1"));
  }

  TEST_CASE("numbers stay numbers, integers stay integers and words are strings") {
    const Json json = test::full_trial("t1").config;
    CHECK(json.dump() == R"({"draft_depth":2,"draft_p_min":0.75,"kv_type_k":"q8_0","scale":8.0})");
    CHECK(value_from_json(Json("8")) == Value{std::string("8")});
    CHECK(value_from_json(Json(8)) == Value{std::int64_t{8}});
  }

  TEST_CASE("a verdict has the public field names, null where nothing is known") {
    Verdict verdict = test::full_verdict();
    const Json full = verdict;
    CHECK(full.at("outcome") == "broken");
    CHECK(full.at("divergences").at(0).dump() == R"({"prompt_id":"code-07","token":3,"margin":0.5,"rank":2,"class":"grey"})");
    CHECK(full.at("divergences").at(1).at("margin").is_null());
    CHECK(full.at("rescored").dump() == R"({"tokens":100,"disagree":3,"grey":2,"miscommit":1,"worst_margin":2.5,)"
                                        R"("histogram":[0,0,0,0,0,0,0]})");
    CHECK(full.at("quality").at("texts") == "workload");
    CHECK(full.get<Verdict>().quality == verdict.quality);
    const Json empty = Verdict{};
    CHECK(empty.at("rescored").is_null());
    CHECK(empty.at("divergences").is_array());
  }

  TEST_CASE("bytes that are not UTF-8 are kept in samples and replaced elsewhere, and never stop the writing") {
    const Failure failure{.kind = FailureKind::crashed, .detail = "bad \xFF", .log_tail = ""};
    CHECK(through_text(failure).detail == "bad \xEF\xBF\xBD");
    CHECK(through_text(test::full_sample()).tokens.at(0).bytes == "\xE2\x82");
  }

  TEST_CASE("an infinite number is written as null and read back as none") {
    Recommendation recommendation;
    recommendation.detectable_gain_ratio = std::numeric_limits<double>::infinity();
    CHECK_FALSE(through_text(recommendation).detectable_gain_ratio);
  }

  TEST_CASE("files of older versions lack fields, wrong shapes are refused") {
    CHECK(Json::parse(R"({"id": "x"})").get<Study>().id == "x");
    CHECK_THROWS_AS(Json::parse(R"([1])").get<Study>(), Json::exception);
    CHECK_THROWS_AS(Json::parse(R"({"id": 1})").get<Study>(), Json::exception);
    CHECK_THROWS_AS(Json::parse(R"({"detail": "x"})").get<Failure>(), Json::exception);
    CHECK_THROWS_AS(Json::parse(R"({"a": [1]})").get<Config>(), Json::exception);
  }
}
