#include "run/conversation.hpp"

#include "core/decode_rate.hpp"
#include "core/rng.hpp"
#include "gate/depth_prompts.hpp"
#include "gate/prompt_set.hpp"
#include "run/depths.hpp"
#include "run/measure.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace sweetspot {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::minutes turn_timeout{30};  ///< a long text takes a slow machine long to read
constexpr double first_guess = 2.6;               ///< bytes a token of these texts, before the server has counted
constexpr double file_bytes_least = 200;
constexpr const char* system_text = "You help a clerk with the logs of a shipping office. Answer in one sentence.";
constexpr const char* question = "Which harbour does the first entry of this file name, and what came in?";

Json read_file_tool() {
  return Json::array({{{"type", "function"},
                       {"function",
                        {{"name", "read_file"},
                         {"description", "Reads a file."},
                         {"parameters",
                          {{"type", "object"},
                           {"properties", {{"path", {{"type", "string"}}}}},
                           {"required", Json::array({"path"})},
                           {"additionalProperties", false}}}}}}});
}

enum class Form { tools, plain };

class Conversation {
public:
  Conversation(const ChatTarget& server, const ConversationPlan& plan, const InterruptFlag& interrupt, Form form)
      : server_(server), plan_(plan), interrupt_(interrupt), form_(form) {
    messages_.push_back({{"role", "system"}, {"content", system_text}});
  }

  TurnMeasurement turn(int number) {
    add_file(number);
    Prompt prompt;
    prompt.id = fmt::format("session/{}", number);
    prompt.prompt_class = depth_class;
    prompt.messages_json = messages_.dump();
    if (form_ == Form::tools) {
      prompt.tools_json = read_file_tool().dump();
      prompt.extra_json = Json({{"tool_choice", "none"}}).dump();  // the calls are ours, or conversations would differ
    }
    prompt.max_tokens = conversation_answer_tokens;
    ChatOptions options;
    options.sampler = plan_.sampler;
    options.seed = plan_.seed;
    options.deadlines.first_token = options.deadlines.total = turn_timeout;
    const RequestSample sample = ask(server_, prompt, options, interrupt_);
    messages_.push_back({{"role", "assistant"}, {"content", sample.text}});
    return row_of(number, prompt, sample);
  }

private:
  /// The file is as long as it must be for the remaining turns to reach the wanted length in equal steps.
  void add_file(int number) {
    const double left = static_cast<double>(plan_.tokens) - tokens_seen_ - conversation_answer_tokens;
    const double bytes = std::max(left * bytes_per_token_ / (conversation_turns - number + 1), file_bytes_least);
    const std::uint64_t seed = derived_seed(plan_.seed, fmt::format("session {}", number));
    const std::string text = depth_text(seed, static_cast<std::size_t>(bytes));
    const std::string path = fmt::format("logs/{:x}-{}.txt", seed % 0x10000, number);
    bytes_sent_ += static_cast<double>(text.size());
    if (form_ == Form::plain) {
      messages_.push_back({{"role", "user"}, {"content", path + ":\n\n" + text + "\n" + question}});
      return;
    }
    const std::string id = fmt::format("call{:05}", number);
    const Json function = {{"name", "read_file"}, {"arguments", Json({{"path", path}}).dump()}};
    messages_.push_back({{"role", "user"}, {"content", "Read " + path + ". " + question}});
    messages_.push_back({{"role", "assistant"},
                         {"content", ""},
                         {"tool_calls", Json::array({{{"id", id}, {"type", "function"}, {"function", function}}})}});
    messages_.push_back({{"role", "tool"}, {"tool_call_id", id}, {"content", text}});
  }

  TurnMeasurement row_of(int number, const Prompt& prompt, const RequestSample& sample) {
    TurnMeasurement row;
    row.turn = number;
    row.prompt_tokens = sample.usage.prompt_tokens.value_or(0);
    row.ttft_ms = sample.first_token_ms;
    row.decode_tokens_per_second = decode_rate(sample);
    row.failure = answer_problem(prompt, sample);
    if (row.prompt_tokens > 0) {
      tokens_seen_ = static_cast<double>(row.prompt_tokens + sample.usage.completion_tokens.value_or(0));
      bytes_per_token_ = bytes_sent_ / static_cast<double>(row.prompt_tokens);
    }
    return row;
  }

  const ChatTarget& server_;
  const ConversationPlan& plan_;
  const InterruptFlag& interrupt_;
  Form form_;
  Json messages_ = Json::array();
  double tokens_seen_ = 0;
  double bytes_sent_ = 0;
  double bytes_per_token_ = first_guess;
};

std::vector<TurnMeasurement> turns_of(Conversation conversation, const ServerSight& sight) {
  std::vector<TurnMeasurement> rows;
  for (int number = 1; number <= conversation_turns; ++number) {
    try {
      rows.push_back(conversation.turn(number));
    } catch (const TrialError& error) {  // out of memory in the seventh turn is data
      TurnMeasurement row;
      row.turn = number;
      row.failure = failure_text(error.failure());
      rows.push_back(std::move(row));
    }
    rows.back().failure = row_failure(rows.back().failure, sight);
    if (!rows.back().failure.empty()) break;
    rows.back().memory_bytes = sight.memory_bytes();
  }
  return rows;
}

}  // namespace

std::vector<TurnMeasurement> growing_conversation(const ChatTarget& server, const ConversationPlan& plan,
                                                  const ServerSight& sight, const InterruptFlag& interrupt) {
  std::vector<TurnMeasurement> rows = turns_of({server, plan, interrupt, Form::tools}, sight);
  const bool refused = rows.size() == 1 && rows.front().failure.starts_with("HTTP ");
  return refused ? turns_of({server, plan, interrupt, Form::plain}, sight) : rows;
}

}  // namespace sweetspot
