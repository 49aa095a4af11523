#include "backends/server_process.hpp"

#include "backends/chat.hpp"
#include "backends/chat_message.hpp"
#include "backends/child_process.hpp"
#include "backends/exit_failure.hpp"
#include "backends/http_client.hpp"
#include "backends/local_port.hpp"
#include "backends/printable.hpp"
#include "backends/process_memory.hpp"
#include "core/error.hpp"
#include "core/failure.hpp"
#include "core/prompt.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>
#include <string_view>
#include <thread>
#include <utility>

namespace sweetspot {

using Clock = std::chrono::steady_clock;

struct ServerProcess::Impl {
  Impl(EngineDescriptor descriptor, const ChildCommand& command, int chosen_port, std::string chosen_alias,
       std::chrono::milliseconds grace)
      : engine(std::move(descriptor)), port(chosen_port), alias(std::move(chosen_alias)), stop_grace(grace), child(command) {}

  EngineDescriptor engine;
  int port;
  std::string alias;
  std::chrono::milliseconds stop_grace;
  ChildProcess child;
  ServerStage stage = ServerStage::loading;
  bool stopped_by_us = false;
  double launch_seconds = 0;
  std::string properties = "{}";
  std::string request_json;
  std::string model;  ///< to send
  std::optional<std::int64_t> memory_bytes_peak;

  HttpEndpoint endpoint() const { return {"127.0.0.1", port, "", engine.protocol.headers}; }
  std::string log() { return printable(child.log().bytes()); }
  std::string log_tail() { return last_lines(log(), limits::log_tail_lines); }
  Failure ended_failure() { return failure_from_exit(engine, child.wait_status(), log(), stage); }
  void await_ready(std::chrono::milliseconds timeout, const InterruptFlag& interrupt);

private:
  void await_health(Clock::time_point deadline, std::chrono::milliseconds timeout, const InterruptFlag& interrupt);
  bool healthy(const InterruptFlag& interrupt) const;
  void require_hope();
  void read_properties(const InterruptFlag& interrupt);
  void prove_completion(std::chrono::milliseconds timeout, const InterruptFlag& interrupt);
  [[noreturn]] void fail(FailureKind kind, const std::string& detail);
};

namespace {

constexpr std::size_t quote_bytes = 200;  // of an answer, in a message

std::string random_alias();
ChildCommand child_command(const LaunchPlan& plan, const std::map<std::string, std::string>& placeholders);

}  // namespace

ServerProcess ServerProcess::start(const EngineDescriptor& engine, const LaunchPlan& plan,
                                   std::chrono::milliseconds ready_timeout, const InterruptFlag& interrupt, int requested_port,
                                   std::chrono::milliseconds stop_grace) {
  if (requested_port != 0) require_free_local_port(requested_port);
  const int port = requested_port != 0 ? requested_port : free_local_port();
  const std::string alias = random_alias();
  const auto command = child_command(plan, {{"{port}", std::to_string(port)}, {"{alias}", alias}});
  const auto started = Clock::now();
  ServerProcess server{std::make_unique<Impl>(engine, command, port, alias, stop_grace)};
  const std::string& sent = engine.protocol.model;
  server.impl_->model = sent == "{alias}" ? alias : sent == "{model}" ? plan.model : sent;
  server.impl_->request_json = plan.request_json;
  server.impl_->await_ready(ready_timeout, interrupt);
  server.impl_->launch_seconds = std::chrono::duration<double>(Clock::now() - started).count();
  return server;
}

ServerProcess::ServerProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerProcess::ServerProcess(ServerProcess&&) noexcept = default;

ServerProcess& ServerProcess::operator=(ServerProcess&& other) noexcept {
  if (this != &other) {
    stop();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

ServerProcess::~ServerProcess() { stop(); }

int ServerProcess::port() const { return impl_->port; }

const std::string& ServerProcess::alias() const { return impl_->alias; }

const std::string& ServerProcess::model() const { return impl_->model; }

std::int64_t ServerProcess::process_id() const { return impl_->child.process_id(); }

double ServerProcess::launch_seconds() const { return impl_->launch_seconds; }

const std::string& ServerProcess::request_json() const { return impl_->request_json; }

void ServerProcess::set_request_json(const std::string& fields) { impl_->request_json = fields; }

bool ServerProcess::alive() { return !impl_->child.ended(); }

const std::string& ServerProcess::properties() const { return impl_->properties; }

std::string ServerProcess::log() { return impl_->log(); }

std::string ServerProcess::log_tail() { return impl_->log_tail(); }

std::optional<std::int64_t> ServerProcess::memory_bytes_peak() {
  const auto now = group_memory_bytes_peak(impl_->child.process_id());
  if (now) impl_->memory_bytes_peak = std::max(impl_->memory_bytes_peak.value_or(0), *now);
  return impl_->memory_bytes_peak;
}

void ServerProcess::forget_memory_peak() {
  forget_group_memory_peak(impl_->child.process_id());
  impl_->memory_bytes_peak.reset();
}

double ServerProcess::cpu_seconds() const { return group_cpu_seconds(impl_->child.process_id()); }

std::optional<Failure> ServerProcess::exit_failure() {
  // A connection that breaks is seen here before the kernel has finished with the process that held it.
  for (int i = 0; i < 100 && !impl_->child.ended(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds{10});
  if (impl_->stopped_by_us || !impl_->child.ended()) return std::nullopt;
  return impl_->ended_failure();
}

void ServerProcess::stop() {
  if (!impl_ || impl_->child.ended()) return;
  impl_->stopped_by_us = true;
  impl_->child.stop(impl_->stop_grace);
}

void ServerProcess::Impl::await_ready(std::chrono::milliseconds timeout, const InterruptFlag& interrupt) {
  const auto deadline = Clock::now() + timeout;
  try {
    await_health(deadline, timeout, interrupt);
    read_properties(interrupt);
    stage = ServerStage::answering;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    prove_completion(std::max(left, std::chrono::milliseconds{1000}), interrupt);
    require_hope();  // else it may be another server that answered
  } catch (const ForeignServer&) {
    throw;
  } catch (const TrialError& error) {
    // What failed may have failed because the process was ending: its own end says more than a broken connection.
    for (int i = 0; i < 20 && !child.ended(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds{10});
    if (child.ended()) throw TrialError{ended_failure()};
    // A health endpoint may lie, and the log of a process that lives on still knows better.
    if (const auto known = hopeless(engine, log())) throw TrialError{*known};
    Failure failure = error.failure();
    failure.log_tail = log_tail();
    throw TrialError{failure};
  }
}

void ServerProcess::Impl::await_health(Clock::time_point deadline, std::chrono::milliseconds timeout,
                                       const InterruptFlag& interrupt) {
  auto pause = std::chrono::milliseconds{20};
  while (!healthy(interrupt)) {
    if (interrupt.raised()) throw Interrupted{};
    if (child.ended()) throw TrialError{ended_failure()};
    require_hope();
    if (Clock::now() >= deadline) {
      fail(FailureKind::not_ready,
           fmt::format("the server was not ready within {:.3g} s", std::chrono::duration<double>(timeout).count()));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 3 / 2, std::chrono::milliseconds{100});
  }
}

/// Nothing that comes back while the server loads is an error: refused, 503, half an answer.
bool ServerProcess::Impl::healthy(const InterruptFlag& interrupt) const {
  try {
    const HttpDeadlines deadlines{.connect = std::chrono::seconds{1}, .total = std::chrono::seconds{2}};
    const auto response = http_get(endpoint(), engine.ready.path, deadlines, interrupt);
    if (response.status != 200) return false;
    if (engine.ready.pointer.empty()) return true;
    const auto json = nlohmann::json::parse(response.body, nullptr, false);
    const nlohmann::json::json_pointer pointer{engine.ready.pointer};
    if (json.is_discarded() || !json.contains(pointer)) return false;
    const auto& found = json.at(pointer);
    return (found.is_string() ? found.get<std::string>() : found.dump()) == engine.ready.value;
  } catch (const TrialError&) {
    return false;
  }
}

void ServerProcess::Impl::require_hope() {
  if (const auto failure = hopeless(engine, log())) throw TrialError{*failure};
}

void ServerProcess::Impl::read_properties(const InterruptFlag& interrupt) {
  if (engine.ready.properties_path.empty()) return;
  const HttpDeadlines deadlines{.connect = limits::connect_timeout, .total = limits::short_request_timeout};
  const auto response = http_get(endpoint(), engine.ready.properties_path, deadlines, interrupt);
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  if (response.status != 200 || json.is_discarded()) {
    fail(FailureKind::bad_response, fmt::format("{} answered with HTTP {} and {}", engine.ready.properties_path, response.status,
                                                json.is_discarded() ? "no JSON" : "JSON"));
  }
  if (!engine.ready.alias_pointer.empty()) {
    const nlohmann::json::json_pointer pointer{engine.ready.alias_pointer};
    if (!json.contains(pointer) || json.at(pointer) != alias) {
      throw ForeignServer{Failure{
          FailureKind::not_ready,
          fmt::format("another server answers on port {}: it does not bear the name that ours was given", port), log_tail()}};
    }
  }
  properties = response.body;
}

void ServerProcess::Impl::prove_completion(std::chrono::milliseconds timeout, const InterruptFlag& interrupt) {
  const ChatTarget target{.engine = &engine, .endpoint = endpoint(), .model = model, .request_json = request_json};
  Prompt prompt;
  prompt.id = "ready";
  prompt.messages_json = R"([{"role":"user","content":"Hello"}])";
  ChatOptions options;
  options.streaming = ChatOptions::Streaming::no;
  options.max_tokens = 1;
  options.deadlines.total = timeout;
  const auto sample = ask(target, prompt, options, interrupt);
  if (sample.http_status != 200) {
    fail(FailureKind::bad_response,
         fmt::format("the first completion was answered with HTTP {}: {}", sample.http_status, sample.error_body));
  }
  // What else it breaks of the protocol is the gate's to say.
  if (!is_chat_completion(sample.raw)) {
    fail(FailureKind::bad_response, fmt::format("the first completion was answered with no chat completion but \"{}\"",
                                                shortened(printable(sample.raw.substr(0, 4 * quote_bytes)), quote_bytes)));
  }
}

void ServerProcess::Impl::fail(FailureKind kind, const std::string& detail) {
  throw TrialError{Failure{kind, detail, log_tail()}};
}

namespace {

/// Not a matter of measurement, hence not from the study's seed: two runs with one seed must not bear one name.
std::string random_alias() {
  std::random_device device;
  return fmt::format("sweetspot-{:08x}{:08x}", device(), device());
}

ChildCommand child_command(const LaunchPlan& plan, const std::map<std::string, std::string>& placeholders) {
  ChildCommand command{plan.argv, plan.environment, plan.scrub_environment};
  const auto fill = [&](std::string& text) {
    for (const auto& [placeholder, value] : placeholders) {
      if (const auto at = text.find(placeholder); at != std::string::npos) text.replace(at, placeholder.size(), value);
    }
  };
  std::ranges::for_each(command.argv, fill);
  for (auto& [name, text] : command.environment) fill(text);
  return command;
}

}  // namespace

}  // namespace sweetspot
