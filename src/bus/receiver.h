#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "bus/mailbox.h"
#include "core/context.h"
#include "wire/topic.h"

namespace fovea::bus {

// The half of a subscription that is the same for every broker: a mailbox, a thread that opens
// and checks what comes and calls the handler, and the counts. The adapter's callback only calls
// offer(). Owned by the subscription; a callback may hold a reference longer, harmlessly.
// Of the statuses of one topic a hundred a second are let in, after a burst of some hundreds, and
// the rest is dropped before anybody looks into it: cameras send one each two seconds. Threads:
// offer(), refuse() and the counts any; stop() once, not from the handler.
class Receiver {
 public:
  using Take = std::function<void(const wire::Event&, const Reply&)>;

  Receiver(wire::TopicFilter filter, Delivery delivery, Take take, const core::Context& context);
  ~Receiver();

  void offer(Parcel parcel);
  // What the adapter need not even offer: counted, and said in the log once a minute at most.
  void refuse(const std::string& topic, const wire::Fault& fault);

  // Returns when the handler is done; nothing is handed over after that.
  void stop();

  const wire::TopicFilter& filter() const { return filter_; }
  Delivery delivery() const { return mailbox_.delivery(); }
  uint64_t delivered() const { return delivered_; }
  uint64_t dropped() const { return dropped_; }
  uint64_t missed() const { return missed_; }
  uint64_t rejected() const { return rejected_; }
  size_t waiting() const { return mailbox_.size(); }

 private:
  struct Count {
    std::string publisher;
    uint64_t publication = 0;
  };

  // What of a topic may still come; filled up with time.
  struct Allowance {
    double left = 0;
    core::SteadyTime at;
  };

  bool is_flood(const std::string& topic);
  void run(const std::stop_token& stop);
  void open(const Parcel& parcel);
  void count_holes(const wire::Event& event);

  const wire::TopicFilter filter_;
  const Take take_;
  const core::Context context_;
  core::Counter& delivered_counter_;
  core::Counter& dropped_counter_;
  core::Counter& missed_counter_;
  core::Counter& flood_counter_;
  std::atomic<uint64_t> delivered_ = 0;
  std::atomic<uint64_t> dropped_ = 0;
  std::atomic<uint64_t> missed_ = 0;
  std::atomic<uint64_t> rejected_ = 0;
  std::atomic<core::SteadyTime> refusal_due_{};            // when the log may tell of one again
  std::unordered_map<std::string, Count> counts_;          // by topic; the thread's own
  std::mutex allowances_mutex_;                            // guards allowances_
  std::unordered_map<std::string, Allowance> allowances_;  // by topic
  Mailbox mailbox_;
  std::jthread thread_;
};

}  // namespace fovea::bus
