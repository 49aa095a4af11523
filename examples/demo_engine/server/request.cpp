#include "demo_engine/server/request.hpp"

#include <nlohmann/json.hpp>

#include <limits>

namespace demo {

using Json = nlohmann::ordered_json;

namespace {

constexpr int deepest = 64;
constexpr int most_logprobs = 20;
constexpr std::size_t most_stop_texts = 16;

class TooDeep final : public std::exception {};

[[noreturn]] void refuse(const std::string& field, const std::string& wanted, const Json& found) {
  throw BadRequest("Field '" + field + "': type must be " + wanted + ", but is " + found.type_name());
}

const Json* field(const Json& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() || found->is_null() ? nullptr : &*found;
}

double number_field(const Json& body, const char* name, double otherwise) {
  const Json* found = field(body, name);
  if (found == nullptr) return otherwise;
  if (!found->is_number()) refuse(name, "number", *found);
  return found->get<double>();
}

int integer_field(const Json& body, const char* name, int otherwise) {
  const double value = number_field(body, name, otherwise);
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max() || value != static_cast<int>(value))
    throw BadRequest(std::string("Field '") + name + "': must be an integer");
  return static_cast<int>(value);
}

Sampler sampler_fields(const Json& body) {
  Sampler sampler;
  sampler.temperature = number_field(body, "temperature", sampler.temperature);
  sampler.top_k = integer_field(body, "top_k", sampler.top_k);
  sampler.top_p = number_field(body, "top_p", sampler.top_p);
  sampler.min_p = number_field(body, "min_p", sampler.min_p);
  if (!(sampler.temperature <= 100)) throw BadRequest("Field 'temperature': must be at most 100");
  if (sampler.top_p <= 0 || sampler.top_p > 1) throw BadRequest("Field 'top_p': must be above 0 and at most 1");
  if (sampler.min_p < 0 || sampler.min_p > 1) throw BadRequest("Field 'min_p': must be from 0 to 1");
  return sampler;
}

/// One text or a list of them; an empty one would end every answer.
std::vector<std::string> stop_field(const Json& body) {
  const Json* stop = field(body, "stop");
  if (stop == nullptr) return {};
  const Json list = stop->is_array() ? *stop : Json::array({*stop});
  if (list.size() > most_stop_texts) throw BadRequest("Field 'stop': at most 16 texts");
  std::vector<std::string> texts;
  for (const Json& text : list) {
    if (!text.is_string()) refuse("stop", "string or array of strings", text);
    if (text.get_ref<const std::string&>().empty()) throw BadRequest("Field 'stop': must not be empty");
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

GenerationFields generation_fields(const Json& body) {
  GenerationFields fields;
  fields.sampler = sampler_fields(body);
  const double seed = number_field(body, "seed", -1);
  if (seed >= 0 && seed < 4294967295.0) fields.seed = static_cast<std::uint64_t>(seed);
  for (const char* name : {"n_predict", "max_completion_tokens", "max_tokens"}) {
    fields.max_tokens = integer_field(body, name, fields.max_tokens);
  }
  fields.stop = stop_field(body);
  fields.stream = flag_field(body, "stream", false);
  fields.cache_prompt = flag_field(body, "cache_prompt", true);
  if (const Json* options = field(body, "stream_options")) {
    if (!options->is_object()) refuse("stream_options", "object", *options);
    fields.include_usage = flag_field(*options, "include_usage", false);
  }
  return fields;
}

/// The tools that may be called: all, none, or the one that was named.
void read_tools(const Json& body, ChatRequest& request) {
  const Json* tools = field(body, "tools");
  if (tools != nullptr && !tools->is_array()) refuse("tools", "array", *tools);
  const Json* choice = field(body, "tool_choice");
  Json offered = tools != nullptr ? *tools : Json::array();
  if (choice != nullptr && choice->is_object()) {
    const Json named = choice->value("/function/name"_json_pointer, Json());
    if (!named.is_string()) throw BadRequest("Field 'tool_choice': an object must name a function");
    Json only = Json::array();
    for (const Json& tool : offered) {
      if (tool.value("/function/name"_json_pointer, Json()) == named) only.push_back(tool);
    }
    if (only.empty()) throw BadRequest("Field 'tool_choice': no tool is called " + named.dump());
    offered = std::move(only);
    request.tool_choice = ChatRequest::ToolChoice::required;
  } else if (choice != nullptr) {
    if (!choice->is_string()) refuse("tool_choice", "string or object", *choice);
    const std::string word = choice->get<std::string>();
    if (word == "none") request.tool_choice = ChatRequest::ToolChoice::none;
    if (word == "required") request.tool_choice = ChatRequest::ToolChoice::required;
    if (word != "none" && word != "required" && word != "auto")
      throw BadRequest("Field 'tool_choice': must be auto, none, required or a function, not " + choice->dump());
  }
  if (request.tool_choice == ChatRequest::ToolChoice::none) offered.clear();
  if (offered.empty() && request.tool_choice == ChatRequest::ToolChoice::required)
    throw BadRequest("Field 'tool_choice': required, but there are no tools");
  if (!offered.empty()) request.tools_json = offered.dump();
}

}  // namespace

Json parsed_body(std::string_view body) {
  const auto limit_depth = [](int depth, Json::parse_event_t event, Json&) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= deepest) throw TooDeep{};
    return true;
  };
  Json json;
  try {
    json = Json::parse(body.begin(), body.end(), limit_depth);
  } catch (const TooDeep&) {
    throw BadRequest("JSON is nested more than 64 deep");
  } catch (const Json::exception& error) {
    throw BadRequest(error.what());
  }
  if (!json.is_object()) throw BadRequest("the body must be a JSON object");
  return json;
}

ChatRequest chat_request(const Json& body) {
  ChatRequest request;
  request.generation = generation_fields(body);
  const Json* messages = field(body, "messages");
  if (messages == nullptr) throw BadRequest("'messages' is required");
  if (!messages->is_array()) refuse("messages", "array", *messages);
  if (messages->empty()) throw BadRequest("'messages' must not be empty");
  request.messages_json = messages->dump();
  read_tools(body, request);
  if (const Json* extra = field(body, "chat_template_kwargs")) {
    if (!extra->is_object()) refuse("chat_template_kwargs", "object", *extra);
    if (field(*extra, "enable_thinking") != nullptr) request.reasoning = flag_field(*extra, "enable_thinking", true);
  }
  request.logprobs = flag_field(body, "logprobs", false);
  request.top_logprobs = integer_field(body, "top_logprobs", 0);
  if (request.top_logprobs < 0 || request.top_logprobs > most_logprobs)
    throw BadRequest("Field 'top_logprobs': must be from 0 to 20");
  if (request.top_logprobs > 0 && !request.logprobs) throw BadRequest("Field 'top_logprobs': needs 'logprobs'");
  if (integer_field(body, "n", 1) != 1) throw BadRequest("Field 'n': only one choice is served");
  return request;
}

CompletionRequest completion_request(const Json& body) {
  CompletionRequest request;
  request.generation = generation_fields(body);
  const Json* prompt = field(body, "prompt");
  if (prompt == nullptr) throw BadRequest("'prompt' is required");
  if (prompt->is_string()) {
    request.prompt = prompt->get<std::string>();
  } else {
    request.prompt = token_list(*prompt, "prompt");
  }
  request.n_probs = integer_field(body, "n_probs", 0);
  if (request.n_probs < 0 || request.n_probs > most_logprobs) throw BadRequest("Field 'n_probs': must be from 0 to 20");
  return request;
}

std::string text_field(const Json& body, const char* name) {
  const Json* found = field(body, name);
  if (found == nullptr) throw BadRequest(std::string("'") + name + "' is required");
  if (!found->is_string()) refuse(name, "string", *found);
  return found->get<std::string>();
}

std::vector<Token> token_list(const Json& value, const char* name) {
  if (!value.is_array()) refuse(name, "array of token ids", value);
  std::vector<Token> tokens;
  tokens.reserve(value.size());
  for (const Json& token : value) {
    if (!token.is_number_integer()) refuse(name, "array of token ids", token);
    const auto id = token.get<std::int64_t>();
    if (id < 0 || id > std::numeric_limits<Token>::max()) throw BadRequest(std::string("Field '") + name + "': no such token");
    tokens.push_back(static_cast<Token>(id));
  }
  return tokens;
}

bool flag_field(const Json& body, const char* name, bool otherwise) {
  const Json* found = field(body, name);
  if (found == nullptr) return otherwise;
  if (!found->is_boolean()) refuse(name, "boolean", *found);
  return found->get<bool>();
}

}  // namespace demo
