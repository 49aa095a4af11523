// A server that plays a model server, well or badly, for tests of processes and protocols. One connection at a time, plain
// sockets, answers that depend on nothing but the question.
//
//   fake_server --port N --alias NAME [--fault FAULT]
//
// Faults at the start: never_ready exit_at_start oom_at_start unsupported_at_start wrong_alias abort_at_first no_completion
//   no_json
// Faults of a streamed answer: exit_mid_answer kill_self_mid_answer hang_mid_answer cut_stream error_event garbage_json slow
//   http_500 giant_line endless
// Faults of the process: ignore_term fork_child
#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  int port = 0;
  std::string alias;
  std::string fault = "none";
};

struct Request {
  std::string path;
  std::string body;
};

Options options_from(int count, char** arguments);
void play_start_fault(const Options& options);
int listening_socket(int port);
Request received(int connection);
void answer(int connection, const Request& request, const Options& options);

}  // namespace

int main(int count, char** arguments) try {
  alarm(300);  // whatever a test forgets
  signal(SIGPIPE, SIG_IGN);
  const Options options = options_from(count, arguments);
  play_start_fault(options);
  const int listener = listening_socket(options.port);
  if (listener < 0) {
    std::fprintf(stderr, "error: couldn't bind port %d\n", options.port);
    return EXIT_FAILURE;
  }
  std::fprintf(stderr, "listening on port %d\n", options.port);
  while (true) {
    const int connection = accept(listener, nullptr, nullptr);
    if (connection < 0) continue;
    const int yes = 1;
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    answer(connection, received(connection), options);
    close(connection);
  }
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return EXIT_FAILURE;
}

namespace {

Options options_from(int count, char** arguments) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    if (name == "--port") options.port = std::atoi(arguments[i + 1]);
    if (name == "--alias") options.alias = arguments[i + 1];
    if (name == "--fault") options.fault = arguments[i + 1];
  }
  return options;
}

[[noreturn]] void end_with(const char* message) {
  std::fprintf(stderr, "%s\n", message);
  std::exit(EXIT_FAILURE);
}

void play_start_fault(const Options& options) {
  if (options.fault == "exit_at_start") end_with("error: no such model: \x1b[31mfake.gguf\x1b[0m");
  if (options.fault == "oom_at_start") end_with("llama_init: failed to allocate buffer for kv cache\nexiting");
  if (options.fault == "unsupported_at_start") end_with("quantized V cache requires flash_attn to be enabled");
  if (options.fault == "ignore_term") signal(SIGTERM, SIG_IGN);
  if (options.fault == "fork_child" && fork() == 0) {
    signal(SIGTERM, SIG_IGN);
    alarm(300);
    while (true) pause();
  }
}

int listening_socket(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return -1;
  return listen(listener, 16) == 0 ? listener : -1;
}

Request received(int connection) {
  std::string bytes;
  std::size_t body_at = std::string::npos;
  std::size_t body_size = 0;
  char block[65536];
  while (body_at == std::string::npos || bytes.size() < body_at + body_size) {
    const auto count = read(connection, block, sizeof block);
    if (count <= 0) break;
    bytes.append(block, static_cast<std::size_t>(count));
    if (body_at != std::string::npos) continue;
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    body_at = end + 4;
    const auto length = bytes.find("Content-Length: ");
    if (length < end) body_size = static_cast<std::size_t>(std::atoll(bytes.c_str() + length + 16));
  }
  const auto first_blank = bytes.find(' ');
  const auto second_blank = bytes.find(' ', first_blank + 1);
  if (body_at == std::string::npos || second_blank == std::string::npos) return {};
  return {bytes.substr(first_blank + 1, second_blank - first_blank - 1), bytes.substr(body_at)};
}

bool send_text(int connection, std::string_view text) {
  while (!text.empty()) {
    const auto count = write(connection, text.data(), text.size());
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void send_json(int connection, const std::string& status, const Json& json) {
  const std::string body = json.dump();
  send_text(connection, "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
}

bool send_chunk(int connection, const std::string& bytes) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return send_text(connection, size + bytes + "\r\n");
}

bool send_event(int connection, const Json& json) { return send_chunk(connection, "data: " + json.dump() + "\n\n"); }

/// The words of the answer, each with the blank before it.
std::vector<std::string> answer_words(const Json& request) {
  std::string question = "nothing";
  for (const auto& message : request.value("messages", Json::array())) question = message.value("content", "");
  std::vector<std::string> words;
  std::string word = "You asked:";
  for (const char letter : " " + question + " \xC3\xA4 and that is all I know of it.") {
    if (letter == ' ') {
      words.push_back(word);
      word.clear();
    }
    word += letter;
  }
  words.push_back(word);
  const auto most = static_cast<std::size_t>(request.value("max_tokens", 1000));
  if (words.size() > most) words.resize(most);
  return words;
}

Json usage_of(std::size_t tokens) {
  return {{"prompt_tokens", 7}, {"completion_tokens", tokens}, {"prompt_tokens_details", {{"cached_tokens", 3}}}};
}

Json timings_of(std::size_t tokens) {
  return {{"cache_n", 3},        {"prompt_n", 4}, {"prompt_ms", 1.5},     {"predicted_n", tokens},
          {"predicted_ms", 2.5}, {"draft_n", 10}, {"draft_n_accepted", 8}};
}

Json chunk(const Json& delta, const Json& finish_reason = nullptr) {
  return {{"object", "chat.completion.chunk"}, {"choices", {{{"index", 0}, {"delta", delta}, {"finish_reason", finish_reason}}}}};
}

Json tool_call(const Json& request) {
  const auto& tool = request.at("tools").at(0).at("function");
  return {
      {"id", "call_1"}, {"type", "function"}, {"function", {{"name", tool.at("name")}, {"arguments", R"({"city":"Paris"})"}}}};
}

/// Plays the fault in the middle of a stream; true when the connection is done with.
bool play_stream_fault(int connection, const std::string& fault) {
  using namespace std::chrono_literals;
  if (fault == "exit_mid_answer") end_with("error: Compute error.");
  if (fault == "kill_self_mid_answer") raise(SIGKILL);
  if (fault == "cut_stream") {
    send_text(connection, "0\r\n\r\n");
    return true;
  }
  if (fault == "garbage_json") return !send_chunk(connection, "data: {\"choices\":[{\"delta\n\n");
  if (fault == "error_event") {
    send_event(connection,
               {{"error", {{"code", 500}, {"message", "Context size has been exceeded."}, {"type", "server_error"}}}});
    send_text(connection, "0\r\n\r\n");
    return true;
  }
  if (fault == "hang_mid_answer") {
    while (send_chunk(connection, ": keepalive\n\n")) std::this_thread::sleep_for(5ms);
    return true;
  }
  if (fault == "giant_line") return !send_chunk(connection, "data: " + std::string(2 << 20, 'x') + "\n\n");
  if (fault == "endless") {
    std::string many;
    for (int i = 0; i < 200; ++i) many += "data: " + chunk({{"content", " more"}}).dump() + "\n\n";
    while (send_chunk(connection, many)) std::this_thread::sleep_for(5ms);
    return true;
  }
  return false;
}

void stream_answer(int connection, const Json& request, const Options& options) {
  using namespace std::chrono_literals;
  send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  send_chunk(connection, ": hello\n\n");
  send_event(connection, chunk({{"role", "assistant"}, {"content", nullptr}}));
  std::size_t tokens = 0;
  const bool calls = request.contains("tools");
  if (calls) {
    Json call = tool_call(request);
    const std::string arguments = call["function"]["arguments"];
    call["function"]["arguments"] = "";
    call["index"] = 0;
    send_event(connection, chunk({{"tool_calls", {call}}}));
    for (const auto& half : {arguments.substr(0, 5), arguments.substr(5)}) {
      send_event(connection, chunk({{"tool_calls", {{{"index", 0}, {"function", {{"arguments", half}}}}}}}));
    }
    tokens = 12;
  } else {
    send_event(connection, chunk({{"reasoning_content", "Let me think."}}));
    const auto words = answer_words(request);
    for (const auto& word : words) {
      if (options.fault == "slow") std::this_thread::sleep_for(10ms);
      if (tokens == words.size() / 2 && play_stream_fault(connection, options.fault)) return;
      send_event(connection, chunk({{"content", word}}));
      ++tokens;
    }
  }
  send_event(connection, chunk(Json::object(), calls ? "tool_calls" : "stop"));
  send_event(connection, {{"choices", Json::array()}, {"usage", usage_of(tokens)}, {"timings", timings_of(tokens)}});
  send_chunk(connection, "data: [DONE]\n\n");
  send_text(connection, "0\r\n\r\n");
}

Json token_entry(const std::string& text, int id) {
  Json bytes = Json::array();
  for (const char byte : text) bytes.push_back(static_cast<unsigned char>(byte));
  const Json best = {{"id", id}, {"token", text}, {"bytes", bytes}, {"logprob", -0.125}};
  Json entry = best;
  entry["top_logprobs"] = {{{"id", id + 1}, {"token", "?"}, {"bytes", {63}}, {"logprob", -2.5}}, best};
  return entry;
}

void whole_answer(int connection, const Json& request) {
  Json message = {{"role", "assistant"}, {"content", ""}};
  Json choice = {{"index", 0}, {"finish_reason", "stop"}};
  std::size_t tokens = 12;
  if (request.contains("tools")) {
    message["content"] = nullptr;
    message["tool_calls"] = {tool_call(request)};
    choice["finish_reason"] = "tool_calls";
  } else {
    std::string text;
    Json entries = Json::array();
    const auto words = answer_words(request);
    for (const auto& word : words) {
      text += word;
      entries.push_back(token_entry(word, 100 + static_cast<int>(entries.size())));
    }
    tokens = words.size();
    message["content"] = text;
    message["reasoning_content"] = "Let me think.";
    if (request.value("logprobs", false)) choice["logprobs"] = {{"content", entries}};
  }
  choice["message"] = message;
  send_json(connection, "200 OK", {{"choices", {choice}}, {"usage", usage_of(tokens)}, {"timings", timings_of(tokens)}});
}

void answer_chat(int connection, const Request& request, const Options& options) {
  const Json json = Json::parse(request.body, nullptr, false);
  const bool streamed = json.is_object() && json.value("stream", false);
  if (options.fault == "abort_at_first") {
    std::fprintf(stderr, "GGML_ASSERT(n_draft > 0) failed\n");
    std::abort();
  }
  if (!json.is_object() || (options.fault == "http_500" && streamed)) {
    send_json(connection, "500 Internal Server Error", {{"error", {{"code", 500}, {"message", "it does not work"}}}});
  } else if (options.fault == "no_completion") {
    send_json(connection, "200 OK", {{"message", "model is loading"}});
  } else if (options.fault == "no_json") {
    send_text(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>welcome</html>");
  } else if (streamed) {
    stream_answer(connection, json, options);
  } else {
    whole_answer(connection, json);
  }
}

void answer(int connection, const Request& request, const Options& options) {
  const Json body = Json::parse(request.body, nullptr, false);
  if (request.path == "/health" && options.fault == "never_ready") {
    send_json(connection, "503 Service Unavailable", {{"error", {{"code", 503}, {"message", "Loading model"}}}});
  } else if (request.path == "/health") {
    send_json(connection, "200 OK", {{"status", "ok"}});
  } else if (request.path == "/props") {
    send_json(connection, "200 OK", {{"model_alias", options.fault == "wrong_alias" ? "somebody-else" : options.alias}});
  } else if (request.path == "/v1/chat/completions") {
    answer_chat(connection, request, options);
  } else if (request.path == "/apply-template") {
    send_json(connection, "200 OK", {{"prompt", "<|user|>" + body.at("messages").back().value("content", "")}});
  } else if (request.path == "/tokenize") {
    Json ids = Json::array();
    if (body.value("add_special", false)) ids.push_back(1);
    for (const char byte : body.value("content", "")) ids.push_back(static_cast<unsigned char>(byte));
    send_json(connection, "200 OK", {{"tokens", ids}});
  } else if (request.path == "/completion") {
    const int next = body.at("prompt").back().get<int>() + 1;
    send_json(connection, "200 OK", {{"completion_probabilities", {token_entry(std::string(1, static_cast<char>(next)), next)}}});
  } else {
    send_json(connection, "404 Not Found", {{"error", {{"code", 404}, {"message", "no such path"}}}});
  }
}

}  // namespace
