#include "demo_engine/server/slots.hpp"

#include <algorithm>
#include <chrono>

namespace demo {

namespace {
constexpr auto longest_wait = std::chrono::milliseconds{50};
}

std::size_t common_prefix(std::span<const Token> a, std::span<const Token> b) {
  const std::size_t most = std::min(a.size(), b.size());
  const auto differ = std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(most), b.begin());
  return static_cast<std::size_t>(differ.first - a.begin());
}

SlotLease::~SlotLease() {
  if (slot_ != nullptr) owner_->give_back(*slot_);
}

Slots::Slots(std::size_t count, const LanguageModel& target, const LanguageModel* draft) : slots_(count) {
  for (std::size_t i = 0; i < count; ++i) {
    slots_[i].number = i;
    slots_[i].target = target.sequence();
    if (draft != nullptr) slots_[i].draft = draft->sequence();
  }
}

SlotLease Slots::take(std::span<const Token> prompt, const std::function<bool()>& cancelled) {
  std::unique_lock lock(mutex_);
  Slot* slot = best_free(prompt);
  while (slot == nullptr) {
    freed_.wait_for(lock, longest_wait);
    slot = best_free(prompt);
    if (slot == nullptr && cancelled()) break;
  }
  if (slot != nullptr) slot->busy = true;
  return {*this, slot};
}

void Slots::give_back(Slot& slot) {
  {
    const std::lock_guard lock(mutex_);
    slot.busy = false;
    slot.last_use = ++uses_;
  }
  freed_.notify_one();
}

Slot* Slots::best_free(std::span<const Token> prompt) {
  Slot* best = nullptr;
  std::size_t best_known = 0;
  for (Slot& slot : slots_) {
    if (slot.busy) continue;
    const std::size_t known = common_prefix(slot.target->tokens(), prompt);
    const bool better = best == nullptr || known > best_known || (known == best_known && slot.last_use < best->last_use);
    if (!better) continue;
    best = &slot;
    best_known = known;
  }
  return best;
}

}  // namespace demo
