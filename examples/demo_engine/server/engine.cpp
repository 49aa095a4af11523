#include "demo_engine/server/engine.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace demo {

namespace {

Token marker(const Vocabulary& vocabulary, std::string_view text) {
  const auto tokens = vocabulary.encode(text, Vocabulary::Specials::parse);
  if (tokens.size() != 1) throw std::logic_error("the model has no token for " + std::string(text));
  return tokens.front();
}

std::optional<LanguageModel> draft_of(const Options& options) {
  if (options.spec_type != "draft-simple") return std::nullopt;
  return LanguageModel(options.draft_model == "weak_draft" ? ModelSize::weak_draft : ModelSize::draft);
}

}  // namespace

Markers::Markers(const Vocabulary& vocabulary)
    : think_open(marker(vocabulary, "<think>")),
      think_close(marker(vocabulary, "</think>")),
      call_open(marker(vocabulary, "<tool_call>")),
      call_close(marker(vocabulary, "</tool_call>")),
      end_of_turn(vocabulary.end_of_turn()) {}

Engine::Engine(const Options& as_said, const Options& effective)
    : said(as_said),
      options(effective),
      target(ModelSize::target),
      draft(draft_of(effective)),
      markers(target.vocabulary()),
      clock(effective),
      slots(static_cast<std::size_t>(effective.parallel), target, draft ? &*draft : nullptr),
      traps(armed_traps(as_said)) {
  for (auto& row : crossing.rows) row.store(-1);
}

void log_start(const Engine& engine) {
  const Options& o = engine.said;
  const double mib = 64.0 / 1024 * o.context;
  log_line(fmt::format("model: {} on {}, time scale {}", o.model, o.machine, o.time_scale));
  log_line(fmt::format("context: n_ctx = {}, n_batch = {}, n_threads = {}", o.context, o.batch, o.threads));
  log_line(
      fmt::format("context: flash_attn = {}, kernel_noise = {}", o.flash_attention ? "enabled" : "disabled", o.kernel_noise));
  log_line(fmt::format("kv_cache: size = {:.2f} MiB ({} cells), K ({}): {:.2f} MiB, V ({}): {:.2f} MiB", mib, o.context,
                       o.kv_type_k, mib / 2, o.kv_type_v, mib / 2));
  if (o.draft_depth > 0) {
    if (o.spec_type == "draft-simple") log_line(fmt::format("loading draft model '{}'", o.draft_model));
    log_line(fmt::format("adding speculative implementation '{}'", o.spec_type));
    log_line(fmt::format("- n_max={}, optimistic={}", o.draft_depth, o.optimistic ? "on" : "off"));
  }
  log_line(fmt::format("stream: interval = {}, prompt cache = {}", o.stream_interval, o.cache_prompt ? "on" : "off"));
}

void log_line(const std::string& line) {
  using Wall = std::chrono::steady_clock;
  static const Wall::time_point start = Wall::now();
  const auto seconds = std::chrono::duration<double>(Wall::now() - start).count();
  const std::string whole = fmt::format("{:.3f} I {}\n", seconds, line);
  std::fwrite(whole.data(), 1, whole.size(), stderr);
}

}  // namespace demo
