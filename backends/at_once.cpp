#include "backends/at_once.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <latch>
#include <thread>
#include <vector>

namespace sweetspot {

void at_once(int count, const std::function<void(int)>& work) {
  const auto all = static_cast<std::size_t>(std::max(count, 0));
  std::vector<std::exception_ptr> errors(all);
  std::vector<std::thread> threads;
  threads.reserve(all);
  std::latch ready(static_cast<std::ptrdiff_t>(all));
  for (std::size_t i = 0; i < all; ++i) {
    try {
      threads.emplace_back([&, i] {
        ready.arrive_and_wait();
        try {
          work(static_cast<int>(i));
        } catch (...) {  // passed on below: an exception must not leave a thread
          errors[i] = std::current_exception();
        }
      });
    } catch (...) {  // no thread to be had: the others must not wait for it
      errors[i] = std::current_exception();
      ready.count_down();
    }
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace sweetspot
