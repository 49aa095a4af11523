#include "gate/prompt_set.hpp"

#include "core/error.hpp"
#include "core/rng.hpp"
#include "core/text.hpp"
#include "gate/answer_format.hpp"
#include "gate/strict_json.hpp"
#include "gate/thresholds.hpp"
#include "gate/tool_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

namespace sweetspot {

namespace embedded {
extern const std::string_view gate_prompts_json;
extern const std::string_view timed_prompts_json;
}  // namespace embedded

namespace {

// Keeps the order of keys: tools and schemas reach the server as they were written.
using Json = nlohmann::ordered_json;

constexpr std::string_view continuation_mark = "+then";
constexpr int continued_tokens = 160;
constexpr std::string_view placeholder = "{nonce}";
constexpr std::size_t workload_bytes_max = 64 << 20;
constexpr int workload_answer_tokens = 320;  // where a line sets no max_tokens, and at most in the gate

std::vector<Prompt> embedded_prompts(std::string_view text);
Expectation expectation_from(const Json& json);
Prompt workload_prompt(const Json& line, const std::string& default_id);
std::string nonce_word(std::uint64_t seed);
void put_before_first_user_message(Prompt& prompt, const std::string& sentence);
std::optional<std::string> messages_problem(const Json& line);

}  // namespace

std::vector<Prompt> gate_prompts() { return embedded_prompts(embedded::gate_prompts_json); }

std::vector<Prompt> gate_prompts(const EngineDescriptor& engine) {
  std::vector<Prompt> prompts = gate_prompts();
  if (!engine.protocol.structured_output) std::erase_if(prompts, is_constrained);
  return prompts;
}

std::vector<Prompt> timed_prompts() { return embedded_prompts(embedded::timed_prompts_json); }

std::vector<std::string> prompt_classes() {
  return {"code", "prose", "short", "json", "tools", "chat", "multilingual", "reasoning", "copy", "stop", "form", "long"};
}

Prompt with_nonce(Prompt prompt, std::uint64_t seed, int repeat) {
  const std::string& conversation = prompt.turn_of.empty() ? prompt.id : prompt.turn_of;
  const std::string word = nonce_word(derived_seed(seed, fmt::format("nonce {} {}", conversation, repeat)));
  if (prompt.messages_json.find(placeholder) == std::string::npos) {
    put_before_first_user_message(prompt, fmt::format("Ticket {}.\n\n", word));
    return prompt;
  }
  for (std::size_t at = 0; (at = prompt.messages_json.find(placeholder, at)) != std::string::npos; at += word.size())
    prompt.messages_json.replace(at, placeholder.size(), word);
  return prompt;
}

std::vector<Prompt> read_workload(const std::filesystem::path& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code))
    throw Error{fmt::format("{} is a folder", path.string()), "name a file with one chat request body a line"};
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error{fmt::format("{} cannot be read", path.string()), "check the path given with --workload"};
  const auto size = std::filesystem::file_size(path, code);
  if (!code && size > workload_bytes_max)
    throw Error{fmt::format("{} has {} bytes, more than {}", path.string(), size, workload_bytes_max),
                "use fewer or shorter prompts"};
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return workload_from_text(text, path.string());
}

std::vector<Prompt> workload_from_text(std::string_view text, const std::string& origin) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<Prompt> prompts;
  std::set<std::string> ids;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::string place = fmt::format("{}:{}", origin, number);
    if (const StrictJson checked = check_strict_json(line); !checked.ok())
      throw Error{
          fmt::format("{}: no JSON document: {} at byte {}", place, checked.fault, checked.offset),
          "each line holds one whole chat request body, such as {\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}"};
    try {
      prompts.push_back(workload_prompt(Json::parse(line), fmt::format("line-{}", number)));
    } catch (const Error& error) {
      throw Error{fmt::format("{}: {}", place, error.what()), error.hint()};
    } catch (const Json::exception& error) {
      throw Error{fmt::format("{}: {}", place, error.what()), "compare the line with the OpenAI chat request"};
    }
    if (!ids.insert(prompts.back().id).second)
      throw Error{fmt::format("{}: the id \"{}\" was used before", place, prompts.back().id),
                  "give each prompt an id of its own, or none"};
  }
  if (prompts.empty()) throw Error{fmt::format("{} holds no prompt", origin), "write one chat request body a line"};
  return prompts;
}

std::vector<Prompt> gated_workload(const std::vector<Prompt>& workload) {
  std::vector<const Prompt*> offered;
  for (const Prompt& prompt : workload) {
    if (prompt.messages_json.size() + prompt.tools_json.size() <= thresholds::workload_prompt_bytes) offered.push_back(&prompt);
  }
  std::vector<Prompt> chosen;
  const std::size_t wanted = std::min(offered.size(), thresholds::workload_prompts);
  for (std::size_t i = 0; i < wanted; ++i) {
    Prompt prompt = *offered[i * offered.size() / wanted];
    prompt.id = fmt::format("{}-{}", workload_class, prompt.id);
    prompt.prompt_class = workload_class;
    prompt.max_tokens = std::min(prompt.max_tokens, workload_answer_tokens);
    chosen.push_back(std::move(prompt));
  }
  return chosen;
}

std::string prompt_set_digest(const std::vector<Prompt>& prompts) {
  std::string text;
  // Each part is preceded by its length, so that text cannot wander from one field to the next unseen.
  const auto add = [&](std::string_view part) { text += fmt::format("{}:{}", part.size(), part); };
  for (const Prompt& prompt : prompts) {
    for (const std::string& part :
         {prompt.id, prompt.prompt_class, prompt.messages_json, prompt.tools_json, prompt.extra_json, prompt.follow_up})
      add(part);
    if (!prompt.turn_of.empty()) add(prompt.turn_of);
    add(fmt::format("{} {} {}", prompt.max_tokens, prompt.expect.no_calls, prompt.expect.json));
    add(fmt::format("{} {}", prompt.expect.contains.size(), prompt.expect.calls.size()));
    for (const std::string& part : prompt.expect.contains) add(part);
    for (const ExpectedCall& call : prompt.expect.calls) {
      add(call.name);
      add(call.arguments_json);
    }
  }
  return fmt::format("{:016x}", derived_seed(0, text));
}

std::optional<Prompt> continued(const Prompt& prompt, const RequestSample& answer) {
  if (prompt.follow_up.empty() || answer.text.empty() || !answer.calls.empty() || !valid_utf8(answer.text)) return std::nullopt;
  Prompt next = prompt;
  Json messages = Json::parse(prompt.messages_json);
  messages.push_back({{"role", "assistant"}, {"content", answer.text}});
  messages.push_back({{"role", "user"}, {"content", prompt.follow_up}});
  next.messages_json = messages.dump();
  next.id += continuation_mark;
  next.follow_up.clear();
  next.expect = {};
  next.max_tokens = continued_tokens;
  return next;
}

bool is_continuation(const Prompt& prompt) { return prompt.id.ends_with(continuation_mark); }

namespace {

/// The file names its tools once, under "tools"; a prompt lists the names of those it offers.
std::vector<Prompt> embedded_prompts(std::string_view text) {
  const Json document = Json::parse(text);
  std::vector<Prompt> prompts;
  for (const Json& entry : document.at("prompts")) {
    Prompt prompt;
    prompt.id = entry.at("id").get<std::string>();
    if (const auto slash = prompt.id.find('/'); slash != std::string::npos) prompt.turn_of = prompt.id.substr(0, slash);
    prompt.prompt_class = entry.at("class").get<std::string>();
    prompt.messages_json = entry.at("messages").dump();
    prompt.max_tokens = entry.at("max_tokens").get<int>();
    if (entry.contains("tools")) {
      Json tools = Json::array();
      for (const Json& name : entry.at("tools")) {
        Json function = {{"name", name}};
        function.update(document.at("tools").at(name.get<std::string>()));
        tools.push_back({{"type", "function"}, {"function", function}});
      }
      prompt.tools_json = tools.dump();
    }
    prompt.follow_up = entry.value("then", "");
    if (entry.contains("extra")) prompt.extra_json = entry.at("extra").dump();
    if (entry.contains("expect")) prompt.expect = expectation_from(entry.at("expect"));
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

Expectation expectation_from(const Json& json) {
  if (!json.is_object()) throw Error{"\"expect\" is no object", "use {\"contains\": [\"text\"]}"};
  Expectation expect;
  for (const auto& [name, value] : json.items()) {
    if (name == "contains") {
      expect.contains = value.is_string() ? std::vector{value.get<std::string>()} : value.get<std::vector<std::string>>();
    } else if (name == "calls") {
      for (const Json& call : value) {
        const Json& arguments = call.at("arguments");
        expect.calls.push_back(
            {call.at("name").get<std::string>(), arguments.is_string() ? arguments.get<std::string>() : arguments.dump()});
      }
    } else if (name == "no_calls") {
      expect.no_calls = value.get<bool>();
    } else if (name == "json") {
      expect.json = value.get<bool>();
    } else {
      const std::vector<std::string> known = {"contains", "calls", "no_calls", "json"};
      throw Error{fmt::format("unknown expectation \"{}\"", name),
                  did_you_mean(name, known, "use contains, calls, no_calls or json")};
    }
  }
  if (expect.no_calls && !expect.calls.empty()) throw Error{"\"expect\" asks for calls and for none", "keep calls or no_calls"};
  return expect;
}

std::optional<std::string> messages_problem(const Json& line) {
  if (!line.is_object()) return "the line is no JSON object";
  const auto messages = line.find("messages");
  if (messages == line.end()) return "\"messages\" is missing";
  if (!messages->is_array() || messages->empty()) return "\"messages\" is no array of messages";
  for (std::size_t i = 0; i < messages->size(); ++i) {
    const Json& message = (*messages)[i];
    if (!message.is_object() || !message.contains("role") || !message.at("role").is_string())
      return fmt::format("/messages/{}: \"role\" is missing", i);
  }
  return std::nullopt;
}

Prompt workload_prompt(const Json& line, const std::string& default_id) {
  if (const auto problem = messages_problem(line)) throw Error{*problem, "a line is a chat request body with a list of messages"};
  Prompt prompt;
  prompt.id = default_id;
  prompt.max_tokens = workload_answer_tokens;
  Json extra = Json::object();
  // The sender's own business: model, streaming, and the sampler, which the user gives with --sampler.
  static constexpr std::array senders = {"model", "stream",   "stream_options", "temperature", "top_p", "top_k",       "min_p",
                                         "seed",  "logprobs", "top_logprobs",   "n_probs",     "n",     "cache_prompt"};
  for (const auto& [name, value] : line.items()) {
    if (name == "id") {
      prompt.id = value.get<std::string>();
    } else if (name == "class") {
      prompt.prompt_class = value.get<std::string>();
    } else if (name == "messages") {
      prompt.messages_json = value.dump();
    } else if (name == "tools") {
      prompt.tools_json = value.empty() ? "" : value.dump();
    } else if (name == "max_tokens" || name == "max_completion_tokens") {
      prompt.max_tokens = value.get<int>();
    } else if (name == "expect") {
      prompt.expect = expectation_from(value);
    } else if (std::find(senders.begin(), senders.end(), name) == senders.end()) {
      extra[name] = value;
    }
  }
  if (!extra.empty()) prompt.extra_json = extra.dump();
  if (prompt.prompt_class.empty()) prompt.prompt_class = prompt.tools_json.empty() ? "chat" : "tools";
  const std::vector<std::string> classes = prompt_classes();
  if (std::find(classes.begin(), classes.end(), prompt.prompt_class) == classes.end())
    throw Error{fmt::format("unknown class \"{}\"", prompt.prompt_class),
                did_you_mean(prompt.prompt_class, classes, fmt::format("use one of {}", fmt::join(classes, ", ")))};
  if (prompt.id.empty()) throw Error{"\"id\" is empty", "leave it out, or name the prompt"};
  if (prompt.max_tokens < 1) throw Error{fmt::format("max_tokens is {}", prompt.max_tokens), "use at least 1"};
  if (auto problem = tools_problem(prompt.tools_json)) throw Error{*problem, "correct \"tools\" in this line"};
  return prompt;
}

/// Four syllables: no digits and no known word, which a small model would take for a value of its task.
std::string nonce_word(std::uint64_t seed) {
  static constexpr std::string_view consonants = "bdfgklmnprstvz";
  static constexpr std::string_view vowels = "aeiou";
  Rng rng(seed);
  std::string word;
  for (int syllable = 0; syllable < 4; ++syllable) {
    if (syllable == 2) word += '-';
    word += consonants[rng.below(consonants.size())];
    word += vowels[rng.below(vowels.size())];
  }
  return word;
}

void put_before_first_user_message(Prompt& prompt, const std::string& sentence) {
  Json messages = Json::parse(prompt.messages_json, nullptr, false);
  if (!messages.is_array()) return;
  for (Json& message : messages) {
    if (!message.is_object() || message.value("role", "") != "user" || !message.contains("content")) continue;
    Json& content = message["content"];
    if (content.is_string()) content = sentence + content.get<std::string>();
    if (content.is_array()) content.insert(content.begin(), Json{{"type", "text"}, {"text", sentence}});
    break;
  }
  prompt.messages_json = messages.dump();
}

}  // namespace
}  // namespace sweetspot
