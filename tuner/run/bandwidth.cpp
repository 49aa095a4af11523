#include "run/bandwidth.hpp"

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <memory>
#include <new>
#include <thread>
#include <vector>

namespace sweetspot {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double measured_s = 0.33;
constexpr int passes_least = 3;
constexpr int passes_most = 20'000;
constexpr int threads_most = 256;
constexpr std::size_t elements_least = 1 << 12;  ///< of one thread
constexpr double bytes_per_element = 3 * sizeof(double);

/// One thread's part of the three arrays.
class Part {
public:
  explicit Part(std::size_t elements) : elements_(elements), a_(memory(elements)), b_(memory(elements)), c_(memory(elements)) {}
  /// By the thread that works on it: its memory is then near that thread.
  void touch() {
    std::fill_n(a_.get(), elements_, 0.0);
    std::fill_n(b_.get(), elements_, 1.0);
    std::fill_n(c_.get(), elements_, 2.0);
  }
  void pass(double s) {
    for (std::size_t i = 0; i < elements_; ++i) a_[i] = b_[i] + s * c_[i];
    sink_ = a_[elements_ / 2];  // or nothing would have to be computed
  }

private:
  using Memory = std::unique_ptr<double[]>;
  static Memory memory(std::size_t elements) { return std::make_unique_for_overwrite<double[]>(elements); }
  std::size_t elements_;
  Memory a_;
  Memory b_;
  Memory c_;
  volatile double sink_ = 0;
};

/// Passes of all threads side by side; the first thread keeps the time of each.
class Triad {
public:
  Triad(std::size_t elements, int threads) : barrier_(threads) {
    for (int i = 0; i < threads; ++i) parts_.push_back(std::make_unique<Part>(elements));
  }

  double best_pass_s() {
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < parts_.size(); ++i) others.emplace_back([this, i] { work(*parts_[i], Keeper::no); });
    work(*parts_.front(), Keeper::yes);
    for (std::thread& other : others) other.join();
    return best_s_;
  }

private:
  enum class Keeper { no, yes };

  void work(Part& part, Keeper keeper) {
    part.touch();
    barrier_.arrive_and_wait();
    const auto begin = Clock::now();
    for (int pass = 0; pass < passes_most; ++pass) {
      const auto start = Clock::now();
      part.pass(static_cast<double>(pass));
      barrier_.arrive_and_wait();
      if (keeper == Keeper::yes) {
        const auto now = Clock::now();
        const double seconds = std::chrono::duration<double>(now - start).count();
        if (pass > 0) best_s_ = std::min(best_s_, seconds);
        done_ = pass >= passes_least && std::chrono::duration<double>(now - begin).count() > measured_s;
      }
      barrier_.arrive_and_wait();
      if (done_) return;
    }
  }

  std::vector<std::unique_ptr<Part>> parts_;
  std::barrier<> barrier_;
  double best_s_ = 1e9;
  bool done_ = false;  ///< written by the first thread between two barriers, read by all after the second
};

}  // namespace

std::optional<double> triad_bandwidth(std::int64_t bytes, int threads) {
  threads = std::clamp(threads, 1, threads_most);
  const double each = static_cast<double>(bytes) / bytes_per_element / threads;
  const std::size_t elements = std::max(elements_least, static_cast<std::size_t>(std::max(each, 0.0)));
  try {
    Triad triad(elements, threads);
    const double seconds = triad.best_pass_s();
    if (!(seconds > 0)) return std::nullopt;
    return static_cast<double>(elements) * bytes_per_element * threads / seconds;
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
}

void measure_bandwidth(Target& target) {
  if (target.machine.memory_bandwidth_bytes_per_s || !target.machine.accelerator.empty()) return;
  const std::int64_t bytes = target.model.bytes_per_token > 0 ? std::min(target.model.bytes_per_token, triad_bytes) : triad_bytes;
  target.machine.memory_bandwidth_bytes_per_s = triad_bandwidth(bytes, target.machine.cores);
}

}  // namespace sweetspot
