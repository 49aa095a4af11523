#include "backends/chat.hpp"
#include "backends/chat_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sweetspot {

namespace json = boost::json;
using Json = nlohmann::ordered_json;

namespace {

/// What the server answered, in memory of `reader`.
const json::object& answer_of(JsonReader& reader, const ChatTarget& target, const std::string& path, const Json& body,
                              std::chrono::milliseconds timeout, const InterruptFlag& interrupt);
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
  JsonReader reader;
  const json::object& answer = answer_of(reader, target, path, body, limits::short_request_timeout, interrupt);
  const json::value* text = member(answer, "prompt");
  if (text == nullptr || !text->is_string()) throw_bad(path, "no prompt text");
  const std::string_view content = text->get_string();
  return token_ids(target, {{"content", content}, {"add_special", true}, {"parse_special", true}}, interrupt);
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
  JsonReader reader;
  const json::object& answer = answer_of(reader, target, protocol.completion_path, body, limits::first_token_timeout, interrupt);
  const json::value* list = member(answer, "completion_probabilities");
  const bool empty = list == nullptr || (list->is_array() && list->get_array().empty());
  // A token that leaves a character incomplete is not listed (llama-server): nothing is known of it.
  const json::value* predicted = member(answer, "tokens_predicted");
  if (empty && predicted != nullptr && integer(*predicted).value_or(0) > 0) return {};
  if (empty || !list->is_array()) throw_bad(protocol.completion_path, "no token probabilities");
  return token_record(list->get_array().front());
}

namespace {

const json::object& answer_of(JsonReader& reader, const ChatTarget& target, const std::string& path, const Json& body,
                              std::chrono::milliseconds timeout, const InterruptFlag& interrupt) {
  if (path.empty()) throw_bad(target.engine->name, "the engine offers no such endpoint");
  const auto response = http_post(target.endpoint, path, body.dump(), {limits::connect_timeout, timeout}, interrupt);
  std::string problem = "no JSON object";
  const json::value* answer = reader.read(response.body, problem);
  if (response.status != 200) {
    const std::string error = answer == nullptr ? "" : error_text(*answer);
    throw_bad(path, fmt::format("HTTP status {}: {}", response.status, error.empty() ? excerpt(response.body) : error));
  }
  if (answer == nullptr || !answer->is_object()) throw_bad(path, fmt::format("{}: {}", problem, excerpt(response.body)));
  return answer->get_object();
}

std::vector<std::int64_t> token_ids(const ChatTarget& target, const Json& request, const InterruptFlag& interrupt) {
  const std::string& path = target.engine->protocol.tokenize_path;
  JsonReader reader;
  const json::object& answer = answer_of(reader, target, path, request, limits::short_request_timeout, interrupt);
  const json::value* tokens = member(answer, "tokens");
  if (tokens == nullptr || !tokens->is_array()) throw_bad(path, "no tokens");
  std::vector<std::int64_t> ids;
  for (const json::value& token : tokens->get_array()) {
    const auto id = integer(token);
    if (!id) throw_bad(path, fmt::format("a token that is no number: {}", json_excerpt(token)));
    ids.push_back(*id);
  }
  return ids;
}

void throw_bad(const std::string& path, const std::string& what) {
  throw TrialError{Failure{FailureKind::bad_response, fmt::format("{} answered with {}", path, what), {}}};
}

}  // namespace

}  // namespace sweetspot
