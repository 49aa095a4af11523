#include "demo_engine/server/engine.hpp"
#include "demo_engine/server/http_server.hpp"
#include "demo_engine/server/options.hpp"
#include "demo_engine/server/service.hpp"
#include "demo_engine/server/trap_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <thread>

namespace {

using namespace demo;

constexpr const char* version = "1.0";

/// What acts; what is said may change, too.
Options after_launch_traps(Options& said) {
  Options effective = said;
  const auto armed = armed_traps(said);
  const bool any =
      std::any_of(armed.begin(), armed.end(), [](const ArmedTrap& trap) { return trap.row->hooks.launch != nullptr; });
  if (!any) return effective;
  LaunchEdit edit{said, effective};
  strike_at_launch(armed, Vocabulary(), edit);
  return effective;
}

/// The time that the machine takes to load the model, at its pace.
void load(const Options& options, const Options& effective, const HttpServer& server, std::unique_ptr<Engine>& engine,
          std::atomic<Engine*>& ready) {
  using Wall = std::chrono::steady_clock;
  const auto start = Wall::now();
  engine = std::make_unique<Engine>(options, effective);
  log_start(*engine);
  const double scale = engine->clock.time_scale();
  const double ms = scale > 0 ? engine->clock.launch_ms() / scale : 0;
  const auto deadline = start + std::chrono::duration_cast<Wall::duration>(std::chrono::duration<double, std::milli>(ms));
  while (Wall::now() < deadline && !server.stopping()) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  ready.store(engine.get());
  log_line("model loaded");
}

int run(Options options) {
  std::signal(SIGPIPE, SIG_IGN);
  const Options effective = after_launch_traps(options);
  std::unique_ptr<Engine> engine;
  std::atomic<Engine*> ready{nullptr};
  {
    HttpServer server(options.host, options.port,
                      [&](const HttpRequest& request, Responder& responder) { serve(ready.load(), request, responder); });
    log_line(fmt::format("listening on http://{}:{}", options.host, server.port()));
    std::thread loader([&] { load(options, effective, server, engine, ready); });
    server.run();
    loader.join();
  }
  log_line("stopped");
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const Options options = parse_options({arguments + 1, arguments + count});
    switch (options.action) {
      case Options::Action::help: fmt::print("{}", help_text()); return 0;
      case Options::Action::version: fmt::print("sweetspot-demo-engine version: {}\n", version); return 0;
      case Options::Action::list_traps: fmt::print("{}", trap_list(options.json)); return 0;
      case Options::Action::serve: return run(options);
    }
  } catch (const UsageError& error) {
    fmt::print(stderr, "error: {}\n", error.message);
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
  return 0;
}
