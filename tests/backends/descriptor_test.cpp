#include "backends/descriptor.hpp"

#include "backends/condition_text.hpp"
#include "backends/embedded.hpp"
#include "backends/engine_fixture.hpp"
#include "core/error.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <string>

using namespace sweetspot;
using namespace sweetspot::test;
using nlohmann::json;

namespace {

json small() {
  return json::parse(R"json({
    "schema_version": 1, "name": "tiny",
    "identity": {"executables": ["tiny"], "version_arguments": ["-V"], "help_arguments": ["-h"],
                 "version_pattern": "(\\d+)", "help_style": "argparse"},
    "launch": {"arguments": [["--model", "{model}"]]},
    "ready": {"path": "/health"},
    "protocol": {"chat_path": "/v1/chat/completions", "model": "{alias}"},
    "parameters": [{"name": "depth", "domain": {"from": 0, "to": 8}, "default": 0, "effect": "numeric", "flag": ["--depth"]}]
  })json");
}

std::string problem(const json& descriptor) {
  const auto problems = descriptor_problems(descriptor.dump(), "tiny.json");
  return problems.empty() ? "" : problems.front();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_SUITE("backends/descriptor") {
  TEST_CASE("the built-in descriptor is sound and complete") {
    const std::string text{embedded::llama_server_json};
    const auto problems = descriptor_problems(text, "built in");
    CHECK(problems.empty());
    for (const auto& line : problems) MESSAGE(line);
    const auto engine = llama_server();
    CHECK(engine.ready.alias_pointer == "/model_alias");
    CHECK(json::parse(engine.protocol.no_cache_json) == json{{"cache_prompt", false}});
    CHECK(find_parameter(engine, "kv_type_k")->parameter.effect == Effect::lossy);
    CHECK(find_parameter(engine, "context")->parameter.effect == Effect::semantic);
    CHECK(find_parameter(engine, "spec_synth_len")->parameter.effect == Effect::unverified);
    CHECK(find_parameter(engine, "threads")->parameter.effect == Effect::none);
    CHECK(find_parameter(engine, "nonsense") == nullptr);
    for (const auto& [goal, axes] : engine.default_space) {
      CAPTURE(goal);
      CHECK_FALSE(axes.contains("context"));
      CHECK_FALSE(axes.contains("parallel"));
      CHECK_FALSE(axes.contains("spec_synth_len"));
    }
  }

  TEST_CASE("a small descriptor of a user is read") {
    const auto engine = read_descriptor(small().dump(), "tiny.json");
    CHECK(engine.name == "tiny");
    CHECK(engine.origin == "tiny.json");
    CHECK(engine.parameters.size() == 1);
    CHECK(engine.speculation.kinds.empty());
  }

  TEST_CASE("a broken descriptor is refused with file, JSON pointer and what was expected") {
    auto wrong = small();
    SUBCASE("a word that is none of the list") {
      wrong["parameters"][0]["effect"] = "nothing";
      CHECK(problem(wrong) == "tiny.json: /parameters/0/effect: expected one of none, numeric, lossy, unverified, semantic");
    }
    SUBCASE("a typo in a member's name") {
      wrong["launch"]["scrub_enviroment"] = json::array();
      CHECK(problem(wrong) == "tiny.json: /launch: \"scrub_enviroment\" is not known here; did you mean \"scrub_environment\"?");
    }
    SUBCASE("something missing") {
      wrong["parameters"][0].erase("default");
      CHECK(problem(wrong) == "tiny.json: /parameters/0: \"default\" is missing");
    }
    SUBCASE("a domain that is none") {
      wrong["parameters"][0]["domain"] = 7;
      CHECK(has(problem(wrong), "tiny.json: /parameters/0/domain: expected a list of words"));
    }
    SUBCASE("a flag that is none") {
      wrong["parameters"][0]["flag"] = {"depth"};
      CHECK(problem(wrong) == "tiny.json: /parameters/0/flag/0: expected a flag that starts with -");
    }
    CHECK_THROWS_AS(read_descriptor(wrong.dump(), "tiny.json"), Error);
  }

  TEST_CASE("what the schema cannot say is found as well") {
    auto wrong = small();
    SUBCASE("a condition about an unknown parameter") {
      wrong["constraints"] = {{{"when", {"dept > 0"}}, {"reason", "x"}}};
      CHECK(problem(wrong) ==
            "tiny.json: /constraints/0/when/0: \"dept\" is no parameter of this engine; did you mean \"depth\"?");
    }
    SUBCASE("something that is no condition") {
      wrong["parameters"][0]["when"] = {"depth"};
      CHECK(has(problem(wrong), "/parameters/0/when/0: \"depth\" is no condition"));
    }
    SUBCASE("a bad regular expression") {
      wrong["failures"] = {{{"pattern", "("}, {"kind", "crashed"}}};
      CHECK(has(problem(wrong), "/failures/0/pattern: \"(\" is no regular expression"));
    }
    SUBCASE("a pattern without the group that is read") {
      wrong["identity"]["version_pattern"] = "version";
      CHECK(has(problem(wrong), "/identity/version_pattern: the pattern needs a group"));
    }
    SUBCASE("a parameter that is there twice") {
      wrong["parameters"].push_back(wrong["parameters"][0]);
      CHECK(problem(wrong) == "tiny.json: /parameters/1/name: \"depth\" is there twice");
    }
    SUBCASE("a default outside its domain") {
      wrong["parameters"][0]["default"] = 9;
      CHECK(has(problem(wrong), "/parameters/0/default: \"9\" is no value for depth"));
    }
    SUBCASE("a default space with a value outside the domain") {
      wrong["default_space"] = {{"agent", {{"depth", {1, 99}}}}};
      CHECK(has(problem(wrong), "/default_space/agent/depth/1"));
    }
    SUBCASE("something to be recognised by that any server may answer") {
      wrong["identity"]["recognised_by"] = {{{"path", "/health"}}};
      CHECK(has(problem(wrong), "/identity/recognised_by/0: needs a pointer, a pattern or a server"));
    }
    SUBCASE("a bad pattern to be recognised by") {
      wrong["identity"]["recognised_by"] = {{{"path", "/health"}, {"pattern", "["}}};
      CHECK(has(problem(wrong), "/identity/recognised_by/0/pattern: \"[\" is no regular expression"));
    }
    SUBCASE("a parameter that is never written") {
      wrong["parameters"][0].erase("flag");
      CHECK(has(problem(wrong), "/parameters/0: needs \"flag\""));
    }
  }

  TEST_CASE("text that is no JSON, or no object, is refused and nothing is thrown") {
    CHECK(has(descriptor_problems("{", "x.json").front(), "x.json: no JSON at byte"));
    CHECK_FALSE(descriptor_problems("[]", "x.json").empty());
    CHECK_FALSE(descriptor_problems("\xff\xfe", "x.json").empty());
    CHECK_FALSE(descriptor_problems("", "x.json").empty());
  }

  TEST_CASE("an engine that is not there brings the nearest name") {
    try {
      find_engine(catalog({}), "lama-server");
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.hint() == "did you mean \"llama-server\"?");
    }
  }
}

TEST_SUITE("backends/condition_text") {
  TEST_CASE("the right side is a value, a parameter, or a parameter with an offset") {
    const std::set<std::string> names{"ubatch", "batch", "mmap", "load_mode"};
    CHECK(parse_condition("ubatch>batch", names) == Condition{"ubatch", Condition::Op::greater, std::int64_t{0}, "batch", 0});
    CHECK(parse_condition("ubatch <= batch + 1", names).offset == 1);
    CHECK(parse_condition("ubatch != 4", names) == Condition{"ubatch", Condition::Op::not_equal, std::int64_t{4}, "", 0});
    CHECK(parse_condition("load_mode == mmap", names).other == "mmap");
    CHECK(parse_condition("load_mode == 'mmap'", names).value == Value{std::string("mmap")});
    CHECK_THROWS_AS(parse_condition("ubatch =< 4", names), Error);
    CHECK_THROWS_AS(parse_condition("ubatch >", names), Error);
    CHECK_THROWS_AS(parse_condition("> 4", names), Error);
  }
}
