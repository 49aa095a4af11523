#include "backends/recognition.hpp"

#include "backends/engine_fixture.hpp"
#include "backends/local_port.hpp"
#include "support/canned_server.hpp"
#include "support/interrupts.hpp"
#include "support/recorded_answers.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::test;
using namespace sweetspot::testing;

namespace {

using Bodies = std::map<std::string, std::string>;

/// The name of the built-in engine that answers so; "none".
std::string name_of(const Bodies& bodies, const std::string& server = "") {
  static const std::vector<EngineDescriptor> engines = catalog({});
  const EngineDescriptor* engine = recognised(engines, {bodies, server});
  return engine == nullptr ? "none" : engine->name;
}

std::string owned_by(const std::string& owner) {
  return R"({"object":"list","data":[{"id":"m","object":"model","owned_by":")" + owner + R"("}]})";
}

/// Known by one answer at one path.
EngineDescriptor marked(const std::string& name, const EngineDescriptor::Identity::Mark& mark) {
  EngineDescriptor engine;
  engine.name = name;
  engine.identity.recognised_by = {mark};
  return engine;
}

}  // namespace

TEST_SUITE("backends/recognition") {
  TEST_CASE("engines are recognised by what they were recorded or documented to answer") {
    const Bodies llama = {{"/v1/models", transcript("llama-server/models.json")},
                          {"/props", transcript("llama-server/props.json")},
                          {"/health", R"({"status":"ok"})"}};
    CHECK(name_of(llama) == "llama-server");
    CHECK(name_of({{"/api/version", R"({"version":"0.12.0"})"}, {"/", "Ollama is running"}}) == "ollama");
    CHECK(name_of({{"/health", R"({"ok":true,"generation_mode":"mtp","depth":3,"mtp_enabled":true})"}}) == "mtplx");
    CHECK(name_of({{"/health", R"({"ok":true,"generation_mode":"ar","depth":0,"mtp_enabled":false})"}}) == "mtplx");
    CHECK(name_of({{"/v1/models", owned_by("sweetspot-demo-engine")}, {"/props", "{}"}}) == "demo-engine");
    CHECK(name_of({{"/health", R"({"status":"healthy"})"}}, "mlx_vlm/0.6.3") == "mlx-vlm");
    CHECK(name_of({{"/api/v1/models", R"({"models":[{"type":"llm","key":"m","loaded_instances":[]}]})"}}) == "lm-studio");
  }

  TEST_CASE("what lacks a mark, or bears it elsewhere, is nobody") {
    CHECK(name_of({}) == "none");
    CHECK(name_of({{"/health", R"({"status":"healthy"})"}}, "uvicorn") == "none");
    CHECK(name_of({{"/health", R"({"status":"healthy"})"}}, "other mlx_vlm/1") == "none");
    CHECK(name_of({{"/v1/models", transcript("mlx-lm/models.json")}, {"/health", R"({"status": "ok"})"}}) == "none");
    CHECK(name_of({{"/v1/models", transcript("llama-server/models.json")}}) == "none");
    CHECK(name_of({{"/v1/models", owned_by("not-llamacpp")}, {"/props", R"({"build_info":"b1"})"}}) == "none");
    CHECK(name_of({{"/v1/models", owned_by("llamacpp")}, {"/props", R"({"build_info":null})"}}) == "none");
    CHECK(name_of({{"/v1/models", R"({"data":{"owned_by":"llamacpp"}})"}, {"/props", R"({"build_info":"b1"})"}}) == "none");
    CHECK(name_of({{"/v1/models", "<html>"}, {"/props", "[1"}, {"/health", ""}}) == "none");
    CHECK(name_of({{"/api/version", R"({"version":"0.12.0"})"}, {"/", "another server, and Ollama is running"}}) == "none");
  }

  TEST_CASE("several engines that a server answers like are none") {
    const TellingAnswers answers = {{{"/health", R"({"ok":true})"}}, ""};
    std::vector<EngineDescriptor> engines = {marked("a", {"/health", "/ok", "", ""}),
                                             marked("b", {"/health", "/status", "", ""})};
    REQUIRE(recognised(engines, answers) != nullptr);
    CHECK(recognised(engines, answers)->name == "a");
    engines.push_back(marked("c", {"/health", "", "true", ""}));
    CHECK(recognised(engines, answers) == nullptr);
    engines.push_back({});
    CHECK(recognised({engines.back()}, answers) == nullptr);  // has no marks
  }

  TEST_CASE("a huge value is only looked into") {
    const TellingAnswers answers = {{{"/", std::string(1 << 20, 'x') + "mark"}}, ""};
    CHECK(recognised({marked("a", {"/", "", "x*mark", ""})}, answers) == nullptr);
  }

  TEST_CASE("what is answered with HTTP 200 is kept, and a path that is not there is left out") {
    const EngineDescriptor engine = marked("a", {"/v1/models", "/data", "", ""});
    CannedServer empty{"HTTP/1.1 200 OK\r\nServer: some/1.0\r\nContent-Length: 2\r\n\r\n{}"};
    const TellingAnswers told = telling_answers({engine}, {"127.0.0.1", empty.port(), ""}, NeverInterrupted{});
    CHECK(told.bodies == Bodies{{"/v1/models", "{}"}});
    CHECK(told.server == "some/1.0");
    CannedServer without{"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"};
    CHECK(telling_answers({engine}, {"127.0.0.1", without.port(), ""}, NeverInterrupted{}).bodies.empty());
  }

  TEST_CASE("where nobody answers nothing is known, and that is no error") {
    const HttpEndpoint nobody{"127.0.0.1", free_local_port(), ""};
    CHECK(telling_answers(catalog({}), nobody, NeverInterrupted{}).bodies.empty());
  }
}
