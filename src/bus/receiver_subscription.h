#pragma once

#include <memory>
#include <utility>

#include "bus/bus.h"
#include "bus/receiver.h"

namespace fovea::bus {

// The Subscription of an adapter whose `Owner` (a hub, a link) feeds a Receiver until
// Owner::remove(receiver). Threads: as Subscription.
template <typename Owner>
class ReceiverSubscription final : public Subscription {
 public:
  ReceiverSubscription(std::shared_ptr<Owner> owner, std::shared_ptr<Receiver> receiver)
      : owner_(std::move(owner)), receiver_(std::move(receiver)) {}
  ~ReceiverSubscription() override {
    owner_->remove(receiver_);
    receiver_->stop();
  }
  uint64_t delivered() const override { return receiver_->delivered(); }
  uint64_t dropped() const override { return receiver_->dropped(); }
  uint64_t missed() const override { return receiver_->missed(); }
  uint64_t rejected() const override { return receiver_->rejected(); }

 private:
  const std::shared_ptr<Owner> owner_;
  const std::shared_ptr<Receiver> receiver_;
};

}  // namespace fovea::bus
