#pragma once

#include "demo_engine/language_model.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace demo {

/// A place for one request at a time, with what the models saw of its last one: the prompt cache.
struct Slot {
  std::size_t number = 0;
  std::unique_ptr<Sequence> target;
  std::unique_ptr<Sequence> draft;  ///< null without a draft model
  bool busy = false;
  std::uint64_t last_use = 0;
};

/// Tokens that a sequence and a prompt begin with alike.
std::size_t common_prefix(std::span<const Token> a, std::span<const Token> b);

class Slots;

/// Holds a slot; gives it back at the end of its life.
class SlotLease {
public:
  SlotLease(Slots& owner, Slot* slot) : owner_(&owner), slot_(slot) {}  ///< null: an empty lease
  SlotLease(SlotLease&& other) noexcept : owner_(other.owner_), slot_(other.slot_) { other.slot_ = nullptr; }
  SlotLease(const SlotLease&) = delete;
  SlotLease& operator=(const SlotLease&) = delete;
  SlotLease& operator=(SlotLease&&) = delete;
  ~SlotLease();
  Slot& operator*() const { return *slot_; }
  Slot* operator->() const { return slot_; }
  explicit operator bool() const { return slot_ != nullptr; }

private:
  Slots* owner_;
  Slot* slot_;
};

/// The slots of a server. Requests beyond them wait.
class Slots {
public:
  /// `draft` may be null.
  Slots(std::size_t count, const LanguageModel& target, const LanguageModel* draft);

  /// The free slot that knows most of the prompt, else the one that rested longest. An empty lease when `cancelled`, which
  /// is asked at least every 50 ms, says so.
  SlotLease take(std::span<const Token> prompt, const std::function<bool()>& cancelled);
  std::size_t size() const { return slots_.size(); }

private:
  friend class SlotLease;
  void give_back(Slot& slot);
  Slot* best_free(std::span<const Token> prompt);

  std::vector<Slot> slots_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::uint64_t uses_ = 0;
};

}  // namespace demo
