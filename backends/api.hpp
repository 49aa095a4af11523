#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sweetspot {

/// What a server is asked in: OpenAI's chat completions, Anthropic's messages, OpenAI's responses.
enum class Api { chat, messages, responses };

std::string_view to_string(Api api);

/// The name of an API; "anthropic" is another word for messages. Throws Error with "did you mean" for other words.
Api api_from(const std::string& word);

/// "chat,messages" -> APIs in the order of the enumeration, each once. Throws Error.
std::vector<Api> apis_from(const std::string& list);

}  // namespace sweetspot
