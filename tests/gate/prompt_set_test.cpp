#include "gate/prompt_set.hpp"

#include "core/error.hpp"
#include "gate/reference.hpp"
#include "gate/strict_json.hpp"
#include "gate/tool_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace sweetspot;

namespace {

std::map<std::string, int> counts_by_class(const std::vector<Prompt>& prompts) {
  std::map<std::string, int> counts;
  for (const Prompt& prompt : prompts) ++counts[prompt.prompt_class];
  return counts;
}

const Prompt& with_id(const std::vector<Prompt>& prompts, const std::string& id) {
  const auto found = std::find_if(prompts.begin(), prompts.end(), [&](const Prompt& prompt) { return prompt.id == id; });
  REQUIRE(found != prompts.end());
  return *found;
}

std::string message_of(const std::string& text) {
  try {
    workload_from_text(text, "work.jsonl");
  } catch (const Error& error) {
    CHECK(!error.hint().empty());
    return error.what();
  }
  return "no error";
}

const std::string hello = R"({"messages": [{"role": "user", "content": "Hello"}]})";

}  // namespace

TEST_SUITE("gate/prompt_set") {
  TEST_CASE("both sets are sound: unique ids, known classes, strict JSON, usable tools") {
    for (const auto& prompts : {gate_prompts(), timed_prompts()}) {
      std::set<std::string> ids;
      const std::vector<std::string> classes = prompt_classes();
      for (const Prompt& prompt : prompts) {
        CAPTURE(prompt.id);
        CHECK(ids.insert(prompt.id).second);
        CHECK(std::count(classes.begin(), classes.end(), prompt.prompt_class) == 1);
        CHECK(prompt.id.starts_with(prompt.prompt_class + "-"));
        CHECK(check_strict_json(prompt.messages_json).ok());
        CHECK((prompt.tools_json.empty() || check_strict_json(prompt.tools_json).ok()));
        CHECK((prompt.extra_json.empty() || check_strict_json(prompt.extra_json).ok()));
        CHECK_FALSE(tools_problem(prompt.tools_json));
        CHECK(prompt.max_tokens >= 32);
        CHECK(prompt.max_tokens <= 1024);
      }
    }
  }

  TEST_CASE("the gate has enough of every class") {
    const auto counts = counts_by_class(gate_prompts());
    for (const auto& [name, least] : std::map<std::string, int>{{"code", 8},
                                                                {"prose", 7},
                                                                {"short", 4},
                                                                {"json", 3},
                                                                {"tools", 12},
                                                                {"chat", 3},
                                                                {"multilingual", 4},
                                                                {"reasoning", 4},
                                                                {"copy", 3},
                                                                {"stop", 3},
                                                                {"form", 3},
                                                                {"long", 1}}) {
      CAPTURE(name);
      REQUIRE(counts.contains(name));
      CHECK(counts.at(name) >= least);
    }
  }

  TEST_CASE("free text of the gate is long enough to show late damage") {
    int longest = 0;
    for (const Prompt& prompt : gate_prompts()) {
      longest = std::max(longest, prompt.max_tokens);
      if (prompt.prompt_class == "prose" || prompt.prompt_class == "code") CHECK(prompt.max_tokens >= 256);
    }
    CHECK(longest == 1024);
  }

  TEST_CASE("the calls that the gate expects fit the tools that it offers") {
    for (const Prompt& prompt : gate_prompts()) {
      CAPTURE(prompt.id);
      if (prompt.prompt_class == "tools") CHECK(prompt.expect.no_calls == prompt.expect.calls.empty());
      if (prompt.expect.calls.empty()) continue;
      RequestSample sample;
      sample.finish_reason = "tool_calls";
      for (const ExpectedCall& call : prompt.expect.calls)
        sample.calls.push_back({{}, call.name + std::to_string(sample.calls.size()), "function", call.name, call.arguments_json});
      CHECK(tool_faults(prompt, sample).empty());
      CHECK_FALSE(expectation_fault(prompt, sample));
    }
  }

  TEST_CASE("a timed prompt is never a gate prompt and always has room for the nonce at its head") {
    std::set<std::string> gate;
    for (const Prompt& prompt : gate_prompts()) gate.insert(prompt.messages_json);
    for (const Prompt& prompt : timed_prompts()) {
      CAPTURE(prompt.id);
      const std::string head = R"([{"role":"user","content":"Ticket {nonce}.\n\n)";
      REQUIRE(prompt.messages_json.starts_with(head));
      std::string rest = prompt.messages_json;
      rest.replace(0, head.size(), R"([{"role":"user","content":")");
      CHECK(rest.find("{nonce}") == std::string::npos);
      CHECK_FALSE(gate.contains(rest));
    }
  }

  TEST_CASE("the timed set has every class and length that the goals need") {
    const std::vector<Prompt> prompts = timed_prompts();
    const auto counts = counts_by_class(prompts);
    CHECK(counts.at("code") >= 6);
    CHECK(counts.at("prose") >= 6);
    CHECK(counts.at("tools") >= 6);
    CHECK(counts.at("copy") >= 6);
    CHECK(counts.at("short") >= 4);
    for (const char* id :
         {"code-short-01", "code-medium-01", "code-long-01", "prose-short-01", "prose-medium-01", "prose-long-01", "long-01"})
      with_id(prompts, id);
  }

  TEST_CASE("any three timed prompts of a class that follow one another ask for three lengths") {
    for (const char* name : {"code", "prose", "tools", "copy"}) {
      std::vector<int> lengths;
      for (const Prompt& prompt : timed_prompts()) {
        if (prompt.prompt_class != name) continue;
        lengths.push_back(prompt.max_tokens);
        const bool named = prompt.id.find("-short-") != std::string::npos || prompt.id.find("-medium-") != std::string::npos ||
                           prompt.id.find("-long-") != std::string::npos;
        CHECK(named);
      }
      REQUIRE(lengths.size() >= 9);
      for (std::size_t i = 0; i < lengths.size(); ++i) {
        CAPTURE(name);
        CAPTURE(i);
        const auto at = [&](std::size_t further) { return lengths[(i + further) % lengths.size()]; };
        CHECK(std::set<int>{at(0), at(1), at(2)}.size() == 3);
      }
    }
  }

  TEST_CASE("a few prompts of a workload are gated, from all over it, under a class and ids of their own") {
    std::vector<Prompt> workload(100);
    for (std::size_t i = 0; i < workload.size(); ++i) {
      workload[i].id = std::to_string(i);
      workload[i].max_tokens = 4000;
    }
    const std::vector<Prompt> gated = gated_workload(workload);
    REQUIRE(gated.size() == 8);
    CHECK(gated.front().id == "workload-0");
    CHECK(gated.back().id == "workload-87");
    CHECK(gated.back().prompt_class == workload_class);
    CHECK(gated.back().max_tokens == 320);
    workload.resize(2);
    CHECK(gated_workload(workload).size() == 2);
    workload[0].messages_json.assign(100'000, 'a');
    REQUIRE(gated_workload(workload).size() == 1);
    CHECK(gated_workload(workload).front().id == "workload-1");
    CHECK(quick_prompts(gated).size() == 5);
  }

  TEST_CASE("a later turn is told by its conversation, not by its id") {
    CHECK(with_id(timed_prompts(), "long-01/2").turn_of == "long-01");
    CHECK(with_id(timed_prompts(), "long-01").turn_of.empty());
    const std::string line = R"({"messages": [{"role": "user", "content": "Hello"}], "id": "HumanEval/0"})";
    CHECK(workload_from_text(line, "work.jsonl").front().turn_of.empty());
  }

  TEST_CASE("a later turn holds the whole of the turn before it, under the same nonce") {
    const std::vector<Prompt> prompts = timed_prompts();
    const std::string first = with_nonce(with_id(prompts, "long-01"), 5, 2).messages_json;
    const std::string second = with_nonce(with_id(prompts, "long-01/2"), 5, 2).messages_json;
    const std::string third = with_nonce(with_id(prompts, "long-01/3"), 5, 2).messages_json;
    CHECK(second.starts_with(first.substr(0, first.size() - 1)));
    CHECK(third.starts_with(second.substr(0, second.size() - 1)));
  }

  TEST_CASE("the nonce depends on seed, prompt and repeat") {
    const std::vector<Prompt> prompts = timed_prompts();
    const Prompt& prompt = with_id(prompts, "code-short-01");
    const auto text = [&](std::uint64_t seed, int repeat) { return with_nonce(prompt, seed, repeat).messages_json; };
    CHECK(text(1, 0) == text(1, 0));
    CHECK(text(1, 0) != text(1, 1));
    CHECK(text(1, 0) != text(2, 0));
    CHECK(text(1, 0).find("{nonce}") == std::string::npos);
    Prompt renamed = prompt;
    renamed.id = "code-short-99";
    CHECK(with_nonce(renamed, 1, 0).messages_json != text(1, 0));
  }

  TEST_CASE("a prompt without a place for the nonce gets it before its first user message") {
    Prompt prompt;
    prompt.id = "own";
    prompt.messages_json = R"([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}])";
    const std::string text = with_nonce(prompt, 1, 0).messages_json;
    CHECK(text.find(R"({"role":"user","content":"Ticket )") != std::string::npos);
    CHECK(text.find(R"(.\n\nHello"})") != std::string::npos);
    CHECK(text.find("Be brief.") != std::string::npos);
  }

  TEST_CASE("the digest changes with anything in the set") {
    const std::vector<Prompt> prompts = gate_prompts();
    const std::string digest = prompt_set_digest(prompts);
    CHECK(digest.size() == 16);
    CHECK(prompt_set_digest(gate_prompts()) == digest);
    auto changed = prompts;
    changed[3].max_tokens += 1;
    CHECK(prompt_set_digest(changed) != digest);
    changed = prompts;
    std::swap(changed[0], changed[1]);
    CHECK(prompt_set_digest(changed) != digest);
    changed = prompts;
    changed[0].expect.contains.push_back("");
    CHECK(prompt_set_digest(changed) != digest);
  }

  TEST_CASE("a workload line is a chat request without what is the sender's") {
    const std::string text =
        "\xEF\xBB\xBF" + hello + "\r\n\n" +
        R"({"id": "mine", "class": "code", "model": "x", "stream": true, "temperature": 0.7, "max_tokens": 64,)"
        R"( "messages": [{"role": "user", "content": "é"}], "tool_choice": "auto",)"
        R"( "tools": [{"type": "function", "function": {"name": "f"}}],)"
        R"( "expect": {"contains": "é", "calls": [{"name": "f", "arguments": {"b": 1, "a": 2}}]}})";
    const std::vector<Prompt> prompts = workload_from_text(text, "work.jsonl");
    REQUIRE(prompts.size() == 2);
    CHECK(prompts[0].id == "line-1");
    CHECK(prompts[0].prompt_class == "chat");
    CHECK(prompts[0].extra_json.empty());
    CHECK(prompts[1].id == "mine");
    CHECK(prompts[1].prompt_class == "code");
    CHECK(prompts[1].max_tokens == 64);
    CHECK(prompts[1].extra_json == R"({"tool_choice":"auto"})");
    CHECK(prompts[1].tools_json == R"([{"type":"function","function":{"name":"f"}}])");
    CHECK(prompts[1].expect.contains == std::vector<std::string>{"é"});
    CHECK(prompts[1].expect.calls == std::vector<ExpectedCall>{{"f", R"({"b":1,"a":2})"}});
  }

  TEST_CASE("a bad workload names file, line and fault") {
    CHECK(message_of("") == "work.jsonl holds no prompt");
    CHECK(message_of(hello + "\n{\"messages\": [") == "work.jsonl:2: no JSON document: ends too early at byte 14");
    CHECK(message_of("[]") == "work.jsonl:1: the line is no JSON object");
    CHECK(message_of("{\"prompt\": \"Hello\"}") == "work.jsonl:1: \"messages\" is missing");
    CHECK(message_of("{\"messages\": []}") == "work.jsonl:1: \"messages\" is no array of messages");
    CHECK(message_of("{\"messages\": [{\"content\": \"a\"}]}") == "work.jsonl:1: /messages/0: \"role\" is missing");
    const std::string open = hello.substr(0, hello.size() - 1);
    CHECK(message_of(open + ", \"class\": \"cod\"}") == "work.jsonl:1: unknown class \"cod\"");
    CHECK(message_of(open + ", \"expect\": {\"contain\": \"a\"}}") == "work.jsonl:1: unknown expectation \"contain\"");
    CHECK(message_of(open + ", \"max_tokens\": 0}") == "work.jsonl:1: max_tokens is 0");
    CHECK(message_of(open + ", \"max_tokens\": \"9\"}").starts_with("work.jsonl:1: "));
    CHECK(message_of(open + ", \"tools\": [{}]}") == "work.jsonl:1: a tool has no function.name");
    const std::string named = open + ", \"id\": \"a\"}\n";
    CHECK(message_of(named + named) == "work.jsonl:2: the id \"a\" was used before");
  }

  TEST_CASE("a workload file that cannot be read is an error with its path") {
    CHECK_THROWS_WITH_AS(read_workload("/nowhere/work.jsonl"), "/nowhere/work.jsonl cannot be read", Error);
    CHECK_THROWS_WITH_AS(read_workload(SWEETSPOT_SOURCE_DIR), SWEETSPOT_SOURCE_DIR " is a folder", Error);
  }
}
