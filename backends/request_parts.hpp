#pragma once

#include "backends/chat.hpp"
#include "backends/descriptor.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>

/// What the request bodies of all APIs are put together from.
namespace sweetspot::request_parts {

using Json = nlohmann::ordered_json;

/// Ours or the user's: what is wrong with it is told by name (Error), and no request is sent.
Json own_json(const std::string& text, std::string_view what, const std::string& owner);

/// Each of the fields takes the place of the body's own.
void merge(Json& body, const Json& fields);

/// Whole numbers without a point.
Json sampler_fields(const std::map<std::string, double>& sampler);

/// Sampler or greedy decoding, and the prompt cache.
void add_sampling(Json& body, const ChatTarget& target, const ChatOptions& options, const std::string& greedy_json,
                  const std::string& no_cache_json);

/// What the configuration sets by request: to be added last, so that it wins.
void add_configuration(Json& body, const ChatTarget& target);

/// The text of a chat message's content: a string, null (empty), or text parts. Throws Error for other parts, which
/// cannot be asked over `api`.
std::string text_content(const Json& message, Api api, const std::string& prompt_id);

/// The request fields of a prompt that say which tools may be called.
struct ToolChoice {
  std::string mode;  ///< auto, none, required; empty: not said
  std::string name;  ///< of the one tool that must be called; empty: any
  bool parallel = true;
};

/// Throws Error for a field that has no counterpart in `api`.
ToolChoice tool_choice(const Prompt& prompt, Api api);

}  // namespace sweetspot::request_parts
