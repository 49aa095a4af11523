#pragma once

#include "backends/api.hpp"
#include "backends/descriptor.hpp"
#include "backends/http_client.hpp"
#include "core/limits.hpp"
#include "core/prompt.hpp"
#include "core/request_sample.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sweetspot {

/// How long an answer may take. `first_token` and `silence` hold for streamed answers: bytes that bring no text, thought
/// or tool call (comments, empty chunks) do not count as a sign of life.
struct ChatDeadlines {
  std::chrono::milliseconds first_token = limits::first_token_timeout;
  std::chrono::milliseconds silence = limits::silence_timeout;
  std::chrono::milliseconds total = limits::request_timeout;
};

/// How a prompt is asked.
struct ChatOptions {
  enum class Streaming { no, yes };
  enum class PromptCache { as_served, off };
  enum class Logprobs { no, yes };
  Streaming streaming = Streaming::yes;
  PromptCache prompt_cache = PromptCache::as_served;
  Logprobs logprobs = Logprobs::no;
  std::map<std::string, double> sampler;  ///< empty: greedy
  std::uint64_t seed = 1;
  int max_tokens = 0;                   ///< 0: the prompt's own
  std::size_t cancel_after_chunks = 0;  ///< the connection is closed when so many arrived (streamed answers); 0: never
  ChatDeadlines deadlines;
};

/// A server to talk to: ours, or one that was already running.
struct ChatTarget {
  const EngineDescriptor* engine = nullptr;
  HttpEndpoint endpoint;
  std::string model;              ///< name to send
  std::string request_json = {};  ///< fields that every request carries: what the configuration sets by request; empty: none
  Api api = Api::chat;            ///< one that the engine's descriptor lists
};

/// The request body that `ask` sends over chat completions.
std::string chat_request_json(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options);

/// An answer that began, and of which nothing more comes: the server may live.
class SilentServer : public TrialError {
public:
  using TrialError::TrialError;
};

/// Asks over the target's API, and observes. Whatever the API, the sample has chat's words. HTTP errors, in-stream errors, wrong
/// protocol and cut streams are no exceptions: they are in the sample (http_status, error_body, protocol_faults). Throws
/// TrialError when the connection itself fails (refused, reset before any byte, deadline), SilentServer, Interrupted on Ctrl-C.
RequestSample ask(const ChatTarget& target, const Prompt& prompt, const ChatOptions& options, const InterruptFlag& interrupt);

/// The prompt's token ids as the server's chat template makes them.
std::vector<std::int64_t> prompt_tokens(const ChatTarget& target, const Prompt& prompt, const InterruptFlag& interrupt);

/// Token ids of a text as a model wrote it: markup such as <think> becomes its own token, nothing is added.
std::vector<std::int64_t> tokenize(const ChatTarget& target, const std::string& text, const InterruptFlag& interrupt);

/// The next token after `tokens` with the most probable alternatives (greedy, prompt cache on): gate.md 7.3b (a). Without
/// alternatives where the engine lists none: a token that leaves a character incomplete.
TokenRecord next_token(const ChatTarget& target, const std::vector<std::int64_t>& tokens, int alternatives,
                       const InterruptFlag& interrupt);

}  // namespace sweetspot
