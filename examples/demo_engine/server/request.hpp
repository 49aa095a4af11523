#pragma once

#include "demo_engine/server/sampler.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace demo {

/// A request that cannot be served as it is: the client's fault.
class BadRequest : public std::runtime_error {
public:
  explicit BadRequest(const std::string& what, int status = 400, std::string type = "invalid_request_error")
      : std::runtime_error(what), status_(status), type_(std::move(type)) {}
  int status() const { return status_; }
  const std::string& type() const { return type_; }

private:
  int status_;
  std::string type_;
};

/// What the chat and the completion endpoint have in common.
struct GenerationFields {
  Sampler sampler;
  std::optional<std::uint64_t> seed;
  int max_tokens = -1;            ///< -1: until the context is full
  std::vector<std::string> stop;  ///< the answer ends before the first of these
  bool stream = false;
  bool include_usage = false;
  bool cache_prompt = true;
};

struct ChatRequest {
  enum class ToolChoice { automatic, none, required };
  GenerationFields generation;
  std::string messages_json;
  std::string tools_json;  ///< empty: none offered, or none allowed
  ToolChoice tool_choice = ToolChoice::automatic;
  std::optional<bool> reasoning;
  bool logprobs = false;
  int top_logprobs = 0;
};

struct CompletionRequest {
  GenerationFields generation;
  std::variant<std::string, std::vector<Token>> prompt;
  int n_probs = 0;
};

/// JSON of a stranger, 64 deep at most. Throws BadRequest.
nlohmann::ordered_json parsed_body(std::string_view body);

/// Both throw BadRequest that names the field.
ChatRequest chat_request(const nlohmann::ordered_json& body);
CompletionRequest completion_request(const nlohmann::ordered_json& body);

/// "content" of /tokenize, "tokens" of /detokenize.
std::string text_field(const nlohmann::ordered_json& body, const char* name);
std::vector<Token> token_list(const nlohmann::ordered_json& value, const char* name);
bool flag_field(const nlohmann::ordered_json& body, const char* name, bool otherwise);

}  // namespace demo
