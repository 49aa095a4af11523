#include "core/json.hpp"
#include "gate/reference.hpp"
#include "gate/sampled.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <system_error>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

constexpr int cache_format = 3;

std::filesystem::path file_of(const std::filesystem::path& folder, const std::string& key) { return folder / (key + ".json"); }

Json prompt_json(const Prompt& prompt) {
  Json calls = Json::array();
  for (const ExpectedCall& call : prompt.expect.calls) calls.push_back({{"name", call.name}, {"arguments", call.arguments_json}});
  return {{"id", prompt.id},
          {"class", prompt.prompt_class},
          {"messages", prompt.messages_json},
          {"tools", prompt.tools_json},
          {"extra", prompt.extra_json},
          {"follow_up", prompt.follow_up},
          {"max_tokens", prompt.max_tokens},
          {"expect",
           {{"contains", prompt.expect.contains},
            {"calls", calls},
            {"no_calls", prompt.expect.no_calls},
            {"json", prompt.expect.json}}}};
}

Prompt prompt_from(const Json& json) {
  Prompt prompt;
  prompt.id = json.at("id");
  prompt.prompt_class = json.at("class");
  prompt.messages_json = json.at("messages");
  prompt.tools_json = json.at("tools");
  prompt.extra_json = json.at("extra");
  prompt.follow_up = json.at("follow_up");
  prompt.max_tokens = json.at("max_tokens");
  const Json& expect = json.at("expect");
  prompt.expect.contains = expect.at("contains").get<std::vector<std::string>>();
  for (const Json& call : expect.at("calls")) prompt.expect.calls.push_back({call.at("name"), call.at("arguments")});
  prompt.expect.no_calls = expect.at("no_calls");
  prompt.expect.json = expect.at("json");
  return prompt;
}

Json answer_json(const ReferenceAnswer& answer) {
  return {{"prompt", prompt_json(answer.prompt)},
          {"streamed", answer.streamed},
          {"plain", answer.plain},
          {"prompt_tokens", answer.prompt_tokens},
          {"usable", answer.usable}};
}

ReferenceAnswer answer_from(const Json& json) {
  ReferenceAnswer answer;
  answer.prompt = prompt_from(json.at("prompt"));
  answer.streamed = json.at("streamed").get<RequestSample>();
  answer.plain = json.at("plain").get<RequestSample>();
  answer.prompt_tokens = json.at("prompt_tokens").get<std::vector<std::int64_t>>();
  answer.usable = json.at("usable");
  return answer;
}

Reference reference_from(const Json& json) {
  Reference reference;
  reference.key = json.at("key");
  reference.summary = json.at("summary").get<ReferenceSummary>();
  reference.tie_margin = json.at("tie_margin");
  reference.decode_tokens_per_second = json.at("decode_tokens_per_second");
  reference.near_tie_share = json.at("near_tie_share");
  reference.has_logprobs = json.at("has_logprobs");
  reference.self_difference = json.at("self_difference");
  for (const Json& answer : json.at("answers")) reference.answers.push_back(answer_from(answer));
  return reference;
}

/// A cache that cannot be written costs time next time, nothing else.
void save(const std::filesystem::path& folder, const std::string& key, const Json& json) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const std::filesystem::path file = file_of(folder, key);
  const std::filesystem::path partial = file.string() + ".partial";
  {
    std::ofstream out(partial, std::ios::binary);
    out << json_text(json);
    out.flush();
    if (!out) {
      out.close();
      std::filesystem::remove(partial, ignored);
      return;
    }
  }
  std::filesystem::rename(partial, file, ignored);
}

}  // namespace

void save_reference(const std::filesystem::path& folder, const Reference& reference) {
  Json answers = Json::array();
  for (const ReferenceAnswer& answer : reference.answers) answers.push_back(answer_json(answer));
  const Json json = {{"format", cache_format},
                     {"key", reference.key},
                     {"summary", reference.summary},
                     {"tie_margin", reference.tie_margin},
                     {"decode_tokens_per_second", reference.decode_tokens_per_second},
                     {"near_tie_share", reference.near_tie_share},
                     {"has_logprobs", reference.has_logprobs},
                     {"self_difference", reference.self_difference},
                     {"answers", answers}};
  save(folder, reference.key, json);
}

std::optional<Reference> load_reference(const std::filesystem::path& folder, const std::string& key) {
  std::ifstream in(file_of(folder, key), std::ios::binary);
  if (!in) return std::nullopt;
  try {
    const Json json = Json::parse(in);
    if (json.at("format") != cache_format || json.at("key") != key) return std::nullopt;
    return reference_from(json);
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;  // damaged: asked anew
  }
}

void save_draws(const std::filesystem::path& folder, const std::string& key, const Draws& draws) {
  save(folder, key + "-draws", {{"format", cache_format}, {"texts", draws.texts}});
}

std::optional<Draws> load_draws(const std::filesystem::path& folder, const std::string& key) {
  std::ifstream in(file_of(folder, key + "-draws"), std::ios::binary);
  if (!in) return std::nullopt;
  try {
    const Json json = Json::parse(in);
    if (json.at("format") != cache_format) return std::nullopt;
    Draws draws;
    draws.texts = json.at("texts").get<decltype(draws.texts)>();
    return draws;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;  // damaged: drawn anew
  }
}

}  // namespace sweetspot
