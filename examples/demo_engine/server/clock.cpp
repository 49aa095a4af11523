#include "demo_engine/server/clock.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

namespace demo {

namespace {

using Wall = std::chrono::steady_clock;

// Two launches of one configuration differ by this much, whatever is measured within one.
constexpr double launch_noise = 0.004;
// Milliseconds of work that bring the machine two thirds of the way to its heat, and of rest that cool it as far.
constexpr double heating_ms = 240'000;
constexpr double cooling_ms = 120'000;
constexpr auto longest_sleep = std::chrono::milliseconds{20};

double bytes_of(const std::string& kv_type) {
  if (kv_type == "q8_0") return 0.53;
  if (kv_type == "q4_0") return 0.28;
  return 1;
}

}  // namespace

Clock::Clock(const Options& options)
    : machine_(machine(options.machine)),
      model_(model_profile(options.model)),
      time_scale_(options.time_scale),
      batch_(options.batch),
      flash_attention_(options.flash_attention),
      cache_bytes_((bytes_of(options.kv_type_k) + bytes_of(options.kv_type_v)) / 2),
      draft_share_(options.spec_type == "ngram-simple"   ? 0.02
                   : options.draft_model == "weak_draft" ? 0.5
                                                         : 1.0),
      launch_factor_(1),
      noise_(seed_for(options.seed, "noise of " + options.alias)),
      cooling_since_(Wall::now()) {
  launch_factor_ = std::exp(launch_noise * noise_.normal());
}

double Clock::step_ms(StepShape shape) {
  shape.cache_bytes = cache_bytes_;
  shape.draft_share = draft_share_;
  shape.flash_attention = flash_attention_;
  return disturbed(demo::step_ms(machine_, model_, shape));
}

double Clock::prefill_ms(double tokens, double context) {
  return disturbed(demo::prefill_ms(machine_, model_, tokens, context, batch_, flash_attention_));
}

double Clock::launch_ms() const { return machine_.launch_s * 1000 * (0.3 + 0.7 * model_.size); }

double Clock::disturbed(double ms) {
  const std::lock_guard lock(mutex_);
  const double rested = std::chrono::duration<double, std::milli>(Wall::now() - cooling_since_).count() * time_scale_;
  // What passed since the last piece of work, less the work itself, was rest.
  const double rest = std::max(0.0, rested - ms);
  heat_ *= std::exp(-rest / cooling_ms);
  heat_ += (1 - heat_) * (1 - std::exp(-ms / heating_ms));
  cooling_since_ = Wall::now();
  const double noise = std::exp(machine_.noise * noise_.normal());
  return ms * launch_factor_ * noise / (1 - machine_.decay * heat_);
}

Pacer::Pacer(double time_scale, std::function<bool()> cancelled)
    : time_scale_(time_scale), cancelled_(std::move(cancelled)), start_(Wall::now()) {}

void Pacer::work(double machine_ms) { machine_ms_ += machine_ms; }

bool Pacer::wait() {
  if (cancelled_()) return false;
  if (time_scale_ <= 0) return true;
  const auto deadline =
      start_ + std::chrono::duration_cast<Wall::duration>(std::chrono::duration<double, std::milli>(machine_ms_ / time_scale_));
  for (auto now = Wall::now(); now < deadline; now = Wall::now()) {
    std::this_thread::sleep_until(std::min(deadline, now + longest_sleep));
    if (cancelled_()) return false;
  }
  return true;
}

}  // namespace demo
