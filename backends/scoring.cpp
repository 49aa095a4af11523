#include "backends/chat.hpp"
#include "backends/chat_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sweetspot {

using Json = nlohmann::ordered_json;

namespace {

Json answer_of(const ChatTarget& target, const std::string& path, const Json& body, std::chrono::milliseconds timeout,
               const InterruptFlag& interrupt);
std::vector<std::int64_t> token_ids(const ChatTarget& target, const Json& request, const InterruptFlag& interrupt);
[[noreturn]] void throw_bad(const std::string& path, const std::string& what);

}  // namespace

std::vector<std::int64_t> prompt_tokens(const ChatTarget& target, const Prompt& prompt, const InterruptFlag& interrupt) {
  // What `ask` sends, so that template and fields are the same; the fields of no concern to a template are ignored.
  const auto request = Json::parse(chat_request_json(target, prompt, {}));
  Json body = Json::object();
  for (const char* name : {"messages", "tools", "tool_choice", "chat_template_kwargs", "reasoning_effort"}) {
    if (request.contains(name)) body[name] = request[name];
  }
  const std::string& path = target.engine->protocol.template_path;
  const auto answer = answer_of(target, path, body, limits::short_request_timeout, interrupt);
  const auto text = answer.find("prompt");
  if (text == answer.end() || !text->is_string()) throw_bad(path, "no prompt text");
  return token_ids(target, {{"content", *text}, {"add_special", true}, {"parse_special", true}}, interrupt);
}

std::vector<std::int64_t> tokenize(const ChatTarget& target, const std::string& text, const InterruptFlag& interrupt) {
  return token_ids(target, {{"content", text}, {"add_special", false}, {"parse_special", true}}, interrupt);
}

TokenRecord next_token(const ChatTarget& target, const std::vector<std::int64_t>& tokens, int alternatives,
                       const InterruptFlag& interrupt) {
  const auto& protocol = target.engine->protocol;
  Json body = Json::object();
  body["prompt"] = tokens;
  body["n_predict"] = 1;
  body["n_probs"] = alternatives;
  body["cache_prompt"] = true;
  if (!protocol.greedy_json.empty()) {
    const auto fields = Json::parse(protocol.greedy_json);
    for (const auto& [name, value] : fields.items()) body[name] = value;
  }
  // As long as a first token may take: the first call of an answer processes its whole prompt.
  const auto answer = answer_of(target, protocol.completion_path, body, limits::first_token_timeout, interrupt);
  const auto list = answer.find("completion_probabilities");
  // A token that leaves a character incomplete is not listed (llama-server): nothing is known of it.
  if (answer.value("tokens_predicted", 0) > 0 && (list == answer.end() || list->empty())) return {};
  if (list == answer.end() || !list->is_array() || list->empty()) throw_bad(protocol.completion_path, "no token probabilities");
  return token_record(list->front());
}

namespace {

Json answer_of(const ChatTarget& target, const std::string& path, const Json& body, std::chrono::milliseconds timeout,
               const InterruptFlag& interrupt) {
  if (path.empty()) throw_bad(target.engine->name, "the engine offers no such endpoint");
  const auto response = http_post(target.endpoint, path, body.dump(), {limits::connect_timeout, timeout}, interrupt);
  std::string problem;
  Json answer = strict_json(response.body, problem);
  if (response.status != 200) {
    const std::string error = error_text(answer);
    throw_bad(path, fmt::format("HTTP status {}: {}", response.status, error.empty() ? excerpt(response.body) : error));
  }
  if (!answer.is_object())
    throw_bad(path, fmt::format("{}: {}", answer.is_discarded() ? problem : "no JSON object", excerpt(response.body)));
  return answer;
}

std::vector<std::int64_t> token_ids(const ChatTarget& target, const Json& request, const InterruptFlag& interrupt) {
  const std::string& path = target.engine->protocol.tokenize_path;
  const auto answer = answer_of(target, path, request, limits::short_request_timeout, interrupt);
  const auto tokens = answer.find("tokens");
  if (tokens == answer.end() || !tokens->is_array()) throw_bad(path, "no tokens");
  std::vector<std::int64_t> ids;
  for (const auto& token : *tokens) {
    if (!token.is_number_integer()) throw_bad(path, fmt::format("a token that is no number: {}", excerpt(token.dump())));
    ids.push_back(token.get<std::int64_t>());
  }
  return ids;
}

void throw_bad(const std::string& path, const std::string& what) {
  throw TrialError{Failure{FailureKind::bad_response, fmt::format("{} answered with {}", path, what), {}}};
}

}  // namespace

}  // namespace sweetspot
