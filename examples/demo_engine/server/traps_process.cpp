#include "demo_engine/server/engine.hpp"
#include "demo_engine/server/trap_rows.hpp"

#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace demo {

namespace {

constexpr int out_of_memory_exit = 137;  // as a shell sees SIGKILL

/// Ends with the process that it stands in for.
void leave_with_parent(pid_t parent) {
  std::thread([parent] {
    while (getppid() == parent) std::this_thread::sleep_for(std::chrono::milliseconds{100});
    std::_Exit(0);
  }).detach();
}

/// Another server, of another configuration, already listens on the port; ours never gets it and does not say so.
void stale_server(LaunchEdit& edit, const Strike&) {
  const pid_t parent = getpid();
  const pid_t stale = fork();
  if (stale < 0) return;
  if (stale > 0) {
    int status = 0;
    while (waitpid(stale, &status, 0) < 0) {
    }
    std::_Exit(0);
  }
  leave_with_parent(parent);
  Options other;
  other.host = edit.said.host;
  other.port = edit.said.port;
  other.machine = edit.said.machine;
  other.model = edit.said.model;
  other.time_scale = edit.said.time_scale;
  other.alias = "left-over";
  edit.said = edit.effective = other;
}

/// Reads the flag, shows it, and does as if it were not there.
void ignore_flag(LaunchEdit& edit, const Strike& strike) {
  const Options unset;
  Options& o = edit.effective;
  const std::string flag = strike.parameter.empty() ? "draft_depth" : strike.parameter;
  if (flag == "draft_depth" || flag == "spec_type") {
    o.draft_depth = unset.draft_depth;
    o.spec_type = unset.spec_type;
  }
  if (flag == "optimistic") o.optimistic = unset.optimistic;
  if (flag == "stream_interval") o.stream_interval = unset.stream_interval;
  if (flag == "kv_type_k") o.kv_type_k = unset.kv_type_k;
  if (flag == "kv_type_v") o.kv_type_v = unset.kv_type_v;
  if (flag == "flash_attention") o.flash_attention = unset.flash_attention;
  if (flag == "cache_prompt") o.cache_prompt = unset.cache_prompt;
  if (flag == "parallel") o.parallel = unset.parallel;
}

void fail_to_load(LaunchEdit&, const Strike& strike) {
  if (strike.parameter != "launch") return;
  std::fputs("error: failed to allocate buffer for kv cache: out of memory\n", stderr);
  std::_Exit(EXIT_FAILURE);
}

void die_while_answering(Verdict&, const Strike& strike) {
  if (strike.parameter == "launch" || strike.facts.request <= strike.number || strike.facts.token < 5) return;
  log_line("error: command buffer failed: out of memory");
  std::_Exit(out_of_memory_exit);
}

}  // namespace

std::vector<TrapRow> process_traps() {
  using enum Layer;
  using enum Expected;
  return {
      {"T47",
       "stale-server",
       process,
       "another server of another configuration answers on the port",
       broken,
       "",
       0,
       {.launch = stale_server}},
      {"T48",
       "flag-ignored",
       engagement,
       "a flag is read, shown and ignored (:draft_depth, or another flag's name)",
       inconclusive,
       "",
       0,
       {.launch = ignore_flag}},
      {"T55",
       "oom-crash-mid-run",
       process,
       "out of memory after the third request (:N, or :launch)",
       error,
       "",
       3,
       {.launch = fail_to_load, .verdict = die_while_answering}},
  };
}

}  // namespace demo
