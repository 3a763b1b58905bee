#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

namespace fovea::core {

// What waits, shared fairly by those it is for (`key`: a device, a topic): when it is full, who
// holds the most, with what has just come, loses its own oldest first. So one who floods it takes
// nothing from others. Threads: one at a time; the owner's lock guards it.
template <typename T>
class FairShare {
 public:
  struct Limits {
    size_t elements = 1;
    size_t weight = std::numeric_limits<size_t>::max();  // of all together, such as bytes
  };
  // What makes room: the oldest of who has the most, or all of that one (where the rest is worth
  // nothing without it).
  enum class Loss { oldest, all };

  explicit FairShare(Limits limits, Loss loss = Loss::oldest) : limits_(limits), loss_(loss) {}

  // Puts it behind all that wait. How many were lost; that may be the new one itself.
  size_t push(const std::string& key, T element, size_t weight = 0) {
    const size_t lost = make_room(key, weight);
    if (is_full(weight)) return lost + 1;
    insert(++newest_, key, std::move(element), weight);
    return lost;
  }

  // Puts it in the place of all that wait for the key, and in their turn.
  size_t replace(const std::string& key, T element, size_t weight = 0) {
    const auto share = shares_.find(key);
    const uint64_t turn = share == shares_.end() ? newest_ + 1 : share->second.turns.front();
    const size_t lost = drop(key) + make_room(key, weight);
    if (is_full(weight)) return lost + 1;
    newest_ = std::max(newest_, turn);
    insert(turn, key, std::move(element), weight);
    return lost;
  }

  // The oldest of all. Empty: nothing waits.
  std::optional<T> pop() {
    if (waiting_.empty()) return std::nullopt;
    return take(waiting_.begin());
  }

  // The oldest of the key that has been waiting for its turn for longest.
  std::optional<T> pop_in_turn() {
    auto next = shares_.end();
    const auto order = [](const Share& share) {
      return std::pair(share.served, share.turns.front());
    };
    for (auto share = shares_.begin(); share != shares_.end(); ++share) {
      if (next == shares_.end() || order(share->second) < order(next->second)) next = share;
    }
    if (next == shares_.end()) return std::nullopt;
    next->second.served = ++services_;
    return take(waiting_.find(next->second.turns.front()));
  }

  // All of a key; how many those were.
  size_t drop(const std::string& key) {
    const auto share = shares_.find(key);
    if (share == shares_.end()) return 0;
    for (const uint64_t turn : share->second.turns) waiting_.erase(turn);
    const size_t count = share->second.turns.size();
    weight_ -= share->second.weight;
    shares_.erase(share);
    return count;
  }

  void clear() {
    waiting_.clear();
    shares_.clear();
    weight_ = 0;
  }

  size_t size() const { return waiting_.size(); }
  size_t weight() const { return weight_; }
  size_t count(const std::string& key) const {
    const auto share = shares_.find(key);
    return share == shares_.end() ? 0 : share->second.turns.size();
  }

 private:
  struct Waiting {
    std::string key;
    size_t weight = 0;
    T element;
  };
  struct Share {
    std::deque<uint64_t> turns;  // of its elements, the oldest first
    size_t weight = 0;
    uint64_t served = 0;  // number of its last service
  };

  bool is_full(size_t weight) const {
    return waiting_.size() >= limits_.elements || weight > limits_.weight - weight_;
  }

  void insert(uint64_t turn, const std::string& key, T element, size_t weight) {
    const auto [share, added] = shares_.try_emplace(key);
    if (added) share->second.served = services_;
    share->second.turns.push_back(turn);
    share->second.weight += weight;
    weight_ += weight;
    waiting_.emplace(turn, Waiting{key, weight, std::move(element)});
  }

  T take(typename std::map<uint64_t, Waiting>::iterator at) {
    const auto share = shares_.find(at->second.key);
    weight_ -= at->second.weight;
    share->second.weight -= at->second.weight;
    std::erase(share->second.turns, at->first);
    if (share->second.turns.empty()) shares_.erase(share);
    T element = std::move(at->second.element);
    waiting_.erase(at);
    return element;
  }

  size_t make_room(const std::string& key, size_t weight) {
    size_t lost = 0;
    while (is_full(weight)) {
      const auto loser = holder_of_most(key, weight);
      if (loser == shares_.end()) break;  // the new one is the largest, and has nothing here
      if (loss_ == Loss::all) {
        lost += drop(std::string(loser->first));
      } else {
        take(waiting_.find(loser->second.turns.front()));
        ++lost;
      }
    }
    return lost;
  }

  // By number or by weight, whichever is short. The end: that is `key`, which holds nothing yet.
  typename std::map<std::string, Share>::iterator holder_of_most(const std::string& key,
                                                                 size_t weight) {
    const bool by_number = waiting_.size() >= limits_.elements;
    const auto held = [&](const std::string& whose, const Share& share) {
      const bool is_new = whose == key;
      return by_number ? share.turns.size() + (is_new ? 1 : 0)
                       : share.weight + (is_new ? weight : 0);
    };
    auto most = shares_.end();
    size_t most_held = shares_.contains(key) ? 0 : by_number ? 1 : weight;
    for (auto share = shares_.begin(); share != shares_.end(); ++share) {
      const size_t here = held(share->first, share->second);
      const bool older = most != shares_.end() && here == most_held &&
                         share->second.turns.front() < most->second.turns.front();
      const bool ties_with_new = most == shares_.end() && here == most_held;
      if (here <= most_held && !older && !ties_with_new) continue;
      most = share;
      most_held = here;
    }
    return most;
  }

  const Limits limits_;
  const Loss loss_;
  std::map<uint64_t, Waiting> waiting_;  // by turn
  std::map<std::string, Share> shares_;  // of those that hold something
  size_t weight_ = 0;
  uint64_t newest_ = 0;  // turn
  uint64_t services_ = 0;
};

// A queue of which each key has its fair share (FairShare). Threads: any number on both sides.
template <typename T>
class FairQueue {
 public:
  enum class Order {
    oldest_first,
    in_turn,  // of each key in order, keys take turns
  };

  FairQueue(size_t capacity, Order order) : order_(order), waiting_({capacity}) {}

  // How many elements were lost by it (0 is the rule).
  size_t push(const std::string& key, T element) {
    std::lock_guard lock(mutex_);
    const size_t lost = waiting_.push(key, std::move(element));
    filled_.notify_one();
    return lost;
  }

  // Waits for an element. Empty: `stop` was requested.
  std::optional<T> pop(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, stop, [&] { return waiting_.size() > 0; });
    if (!stop.stop_requested()) return take();
    if (waiting_.size() > 0) filled_.notify_one();  // what it was woken for is another's
    return std::nullopt;
  }

  std::optional<T> try_pop() {
    std::lock_guard lock(mutex_);
    return take();
  }

  size_t size() const {
    std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  std::optional<T> take() {
    return order_ == Order::in_turn ? waiting_.pop_in_turn() : waiting_.pop();
  }

  const Order order_;
  mutable std::mutex mutex_;  // guards waiting_
  std::condition_variable_any filled_;
  FairShare<T> waiting_;
};

}  // namespace fovea::core
