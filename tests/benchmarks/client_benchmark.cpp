// What measuring costs: CPU time a streamed token and the delay from the server's write to the moment that the client takes for
// its arrival, of this client, of a bare socket reader and of the Python openai client, in turn in one run; and the decode rate
// that is seen from outside against llama-server's own timings.
//   client_benchmark [--rounds N] [--tokens N]
// Exit 1 when a goal is missed: at most 1/20 of the Python client's CPU time; within 0.5 % of the server's timings.
#include "backends/chat.hpp"
#include "backends/descriptor.hpp"
#include "backends/launch_plan.hpp"
#include "backends/model.hpp"
#include "backends/probe.hpp"
#include "backends/server_process.hpp"
#include "benchmarks/paced_server.hpp"
#include "benchmarks/python_venv.hpp"
#include "core/decode_rate.hpp"
#include "core/failure.hpp"
#include "core/statistics.hpp"
#include "gate/prompt_set.hpp"
#include "run/measure.hpp"
#include "support/interrupts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace sweetspot;
using namespace sweetspot::benchmarks;

namespace {

constexpr int interval_us = 1000;  ///< a thousand tokens a second: faster than any server that is tuned here
constexpr double cpu_share_goal = 1.0 / 20;
constexpr double rate_goal = 0.005;
constexpr int rated_requests = 24;
constexpr std::int64_t rated_tokens_least = 100;

/// Of one streamed answer, microseconds a token.
struct Cost {
  double cpu_us = 0;
  double p50_us = 0;
  double p95_us = 0;
};

double cpu_now_us() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) { return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec); };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

Cost cost_of(double cpu_us, const std::vector<double>& latencies_us, int tokens) {
  return {cpu_us / tokens, quantile(latencies_us, 0.5), quantile(latencies_us, 0.95)};
}

Prompt plain_prompt() {
  Prompt prompt;
  prompt.id = "go-on";
  prompt.messages_json = R"([{"role":"user","content":"go on"}])";
  prompt.max_tokens = 64;
  return prompt;
}

/// CPU of `ask` as it measures; the delay in a second answer, handed on where `ask` takes the time.
Cost our_cost(const EngineDescriptor& engine, int port, int tokens) {
  ChatTarget target;
  target.engine = &engine;
  target.endpoint.port = port;
  target.model = "m";
  const double before = cpu_now_us();
  const RequestSample sample = ask(target, plain_prompt(), {}, NeverInterrupted{});
  const double cpu = cpu_now_us() - before;
  if (static_cast<int>(sample.chunks.size()) != tokens) throw std::runtime_error("our client did not see every token");
  std::vector<double> latencies;
  const auto on_bytes = [&](std::string_view bytes, auto) {
    if (const std::int64_t stamp = last_stamp(bytes)) latencies.push_back(static_cast<double>(now_ns() - stamp) / 1e3);
    return true;
  };
  const HttpDeadlines deadlines{limits::connect_timeout, std::chrono::minutes(2)};
  http_post(target.endpoint, engine.protocol.chat_path, "{}", deadlines, NeverInterrupted{}, on_bytes, Delivery::at_once);
  return cost_of(cpu, latencies, tokens);
}

Cost bare_cost(int port, int tokens) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("the paced server cannot be reached");
  const std::string request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
  const double before = cpu_now_us();
  if (::write(connection, request.data(), request.size()) < 0) throw std::runtime_error("the request cannot be sent");
  std::array<char, 65536> buffer{};
  std::vector<double> latencies;
  ssize_t got = 0;
  while ((got = ::read(connection, buffer.data(), buffer.size())) > 0) {
    if (const std::int64_t stamp = last_stamp({buffer.data(), static_cast<std::size_t>(got)}))
      latencies.push_back(static_cast<double>(now_ns() - stamp) / 1e3);
  }
  const double cpu = cpu_now_us() - before;
  close(connection);
  return cost_of(cpu, latencies, tokens);
}

std::optional<Cost> python_cost(const std::string& python, int port) {
  const auto json = nlohmann::json::parse(
      benchmarks::output_of("'" + python + "' '" SWEETSPOT_CLIENT_OPENAI "' " + std::to_string(port)), nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return Cost{json.at("cpu_us"), json.at("p50_us"), json.at("p95_us")};
}

Cost printed(const std::string& name, const std::vector<Cost>& costs) {
  const auto figure = [&](double Cost::* member) {
    std::vector<double> values;
    values.reserve(costs.size());
    for (const Cost& cost : costs) values.push_back(cost.*member);
    std::sort(values.begin(), values.end());
    return values;
  };
  const auto cpu = figure(&Cost::cpu_us);
  const Cost middle{median(cpu), median(figure(&Cost::p50_us)), median(figure(&Cost::p95_us))};
  fmt::print("{:<22} {:>8.1f} us  ({:.1f} - {:.1f})   {:>8.1f} us {:>8.1f} us\n", name, middle.cpu_us, cpu.front(), cpu.back(),
             middle.p50_us, middle.p95_us);
  return middle;
}

bool streaming_goal_met(int rounds, int tokens) {
  const EngineDescriptor engine = find_engine(catalog(""), "llama-server");
  const PacedServer server{tokens, interval_us};
  const std::string python = benchmarks::python_with("openai");
  std::vector<Cost> bare;
  std::vector<Cost> ours;
  std::vector<Cost> openai;
  for (int round = 0; round < rounds; ++round) {
    bare.push_back(bare_cost(server.port(), tokens));
    ours.push_back(our_cost(engine, server.port(), tokens));
    if (python.empty()) continue;
    if (const auto cost = python_cost(python, server.port())) openai.push_back(*cost);
  }
  fmt::print("{} tokens, one a millisecond, {} rounds\n{:<22} {:>11}  (range)           {:>8}    {:>8}\n", tokens, rounds,
             "client", "CPU a token", "delay p50", "p95");
  printed("socket reader", bare);
  const Cost own = printed("sweetspot", ours);
  if (openai.empty()) {
    fmt::print("the Python openai client is not compared: it needs python3 with venv, and the package index\n");
    return true;
  }
  const Cost python_middle = printed("openai (Python)", openai);
  const double share = own.cpu_us / python_middle.cpu_us;
  fmt::print("CPU against the Python client: 1/{:.0f}, goal 1/{:.0f}: {}\n", 1 / share, 1 / cpu_share_goal,
             share <= cpu_share_goal ? "met" : "MISSED");
  return share <= cpu_share_goal;
}

/// Our decode rate over the server's, of each answer that is long enough.
std::vector<double> rate_ratios(const EngineDescriptor& engine, const EngineProbe& probe, const std::string& model_path) {
  const ModelIdentity model = find_model(engine, model_path, "-m");
  LaunchInputs inputs;
  inputs.model = model.path;
  inputs.context = 4096;
  inputs.extra_arguments = {"--threads", "1", "--threads-batch", "1"};  // a core is left for the answer's way to the client
  const LaunchPlan plan = launch_plan(engine, probe, {}, model, inputs);
  const ServerProcess server = ServerProcess::start(engine, plan, limits::ready_timeout, NeverInterrupted{}, 0);
  ChatTarget target;
  target.engine = &engine;
  target.endpoint.port = server.port();
  target.model = server.alias();
  std::vector<double> ratios;
  const std::vector<Prompt> prompts = timed_prompts();
  for (int i = 0; i < rated_requests; ++i) {
    Prompt prompt = prompts[static_cast<std::size_t>(i) % prompts.size()];
    prompt.extra_json = R"({"ignore_eos": true})";
    prompt.tools_json.clear();
    prompt.max_tokens = 384;
    const RequestSample sample = ask(target, prompt, {}, NeverInterrupted{});
    const auto ours = decode_rate(sample);
    const auto n = sample.timings.predicted_n.value_or(0);
    const double ms = sample.timings.predicted_ms.value_or(0);
    if (ours && n >= rated_tokens_least && ms > 0) ratios.push_back(*ours / (static_cast<double>(n - 1) * 1000 / ms));
  }
  return ratios;
}

bool rate_goal_met() {
  const EngineDescriptor engine = find_engine(catalog(""), "llama-server");
  const auto binary = find_executable(engine, "", std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
  if (!binary) {
    fmt::print("the decode rate is not compared: there is no llama-server on PATH\n");
    return true;
  }
  const char* folder = std::getenv("SWEETSPOT_TEST_MODELS");
  const std::string model = folder != nullptr ? std::string(folder) + "/target-Q8_0.gguf"
                                              : std::string(SWEETSPOT_SOURCE_DIR "/tests/models/draft-Q8_0.gguf");
  std::vector<double> ratios = rate_ratios(engine, probe_binary(engine, *binary, NeverInterrupted{}), model);
  if (ratios.empty()) {
    fmt::print("decode rate: MISSED, no answer of llama-server was long enough\n");
    return false;
  }
  std::sort(ratios.begin(), ratios.end());
  const double off = median(ratios) - 1;
  fmt::print(
      "decode rate against llama-server's own timings: {:+.2f} % (middle half {:+.2f} to {:+.2f} %), {} answers, goal 0.5 %: "
      "{}\n",
      100 * off, 100 * (quantile(ratios, 0.25) - 1), 100 * (quantile(ratios, 0.75) - 1), ratios.size(),
      std::abs(off) <= rate_goal ? "met" : "MISSED");
  return std::abs(off) <= rate_goal;
}

}  // namespace

int main(int argc, char** argv) try {
  int rounds = 5;
  int tokens = 2000;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 >= argc || (name != "--rounds" && name != "--tokens")) {
      fmt::print(stderr, "usage: client_benchmark [--rounds N] [--tokens N]\n");
      return 2;
    }
    if (name == "--rounds") rounds = std::max(1, std::atoi(argv[i + 1]));
    if (name == "--tokens") tokens = std::max(10, std::atoi(argv[i + 1]));
  }
  const bool streaming = streaming_goal_met(rounds, tokens);
  const bool rate = rate_goal_met();
  return streaming && rate ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "client_benchmark: error: %s\n", error.what());
  return 2;
}
