#include "bus/memory_bus.h"

#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "bus/numbering.h"
#include "bus/receiver.h"
#include "bus/receiver_subscription.h"
#include "core/limits.h"

namespace fovea::bus {

namespace {

using Receivers = std::vector<std::shared_ptr<Receiver>>;

// Who listens on one bus. Pushing into mailboxes happens under the lock, so that every subscriber
// sees one publisher's events in one order; a mailbox's own lock is the only one taken inside.
class Hub {
 public:
  void add(std::shared_ptr<Receiver> receiver, bool answers) {
    std::lock_guard lock(mutex_);
    (answers ? answerers_ : subscribers_).push_back(std::move(receiver));
  }

  void remove(const std::shared_ptr<Receiver>& receiver) {
    std::lock_guard lock(mutex_);
    std::erase(subscribers_, receiver);
    std::erase(answerers_, receiver);
  }

  void publish(wire::Event event, Numbering* numbering) {
    std::lock_guard lock(mutex_);
    if (numbering) numbering->number(event);
    const auto shared = std::make_shared<const wire::Event>(std::move(event));
    for (const auto& receiver : subscribers_) {
      if (receiver->filter().matches(shared->topic)) receiver->offer(parcel_of(shared, {}));
    }
  }

  // False if nobody answers on this topic.
  bool ask(const wire::Event& event, Reply reply) {
    std::lock_guard lock(mutex_);
    const auto found = std::find_if(answerers_.begin(), answerers_.end(), [&](const auto& each) {
      return each->filter().matches(event.topic);
    });
    if (found == answerers_.end()) return false;
    (*found)->offer(parcel_of(std::make_shared<const wire::Event>(event), std::move(reply)));
    return true;
  }

 private:
  static Parcel parcel_of(const std::shared_ptr<const wire::Event>& event, Reply reply) {
    Parcel parcel;
    parcel.topic = event->topic.name();
    parcel.bytes = event->payload.size();
    parcel.follows = wire::follows(*event);
    parcel.reply = std::move(reply);
    parcel.open = [event](wire::Event& opened) {
      opened = *event;
      return std::optional<wire::Fault>();
    };
    return parcel;
  }

  std::mutex mutex_;  // guards both lists
  Receivers subscribers_;
  Receivers answerers_;
};

// The one global of this module: names of a process's buses are global to the process by what
// they mean ("same NAME, same bus"), as a loopback address is.
std::shared_ptr<Hub> find_hub(const std::string& name) {
  static std::mutex mutex;  // guards hubs
  static std::map<std::string, std::weak_ptr<Hub>> hubs;
  std::lock_guard lock(mutex);
  std::erase_if(hubs, [](const auto& entry) { return entry.second.expired(); });
  auto hub = hubs[name].lock();
  if (!hub) {
    hub = std::make_shared<Hub>();
    hubs[name] = hub;
  }
  return hub;
}

class MemoryLivePublisher final : public LivePublisher {
 public:
  explicit MemoryLivePublisher(std::shared_ptr<Hub> hub) : hub_(std::move(hub)) {}
  core::Status try_publish(const wire::Event& event) override {
    if (auto status = wire::check_event(event); !status) return status.error();
    hub_->publish(event, nullptr);
    return {};
  }
  int in_flight() const override { return 0; }

 private:
  const std::shared_ptr<Hub> hub_;
};

class MemoryBus final : public Bus {
 public:
  MemoryBus(std::string name, const core::Context& context)
      : name_(std::move(name)), hub_(find_hub(name_)), context_(context) {}

  Capabilities capabilities() const override {
    return {.name = "memory",
            .in_process = true,
            .persistent = false,
            .acknowledges = true,
            .payload_bytes_max = core::limits::frame_bytes_max};
  }
  BusState state() const override {
    return {Connection::connected, "memory://" + name_ + ": inside this process"};
  }

  core::Status publish(const wire::Event& event) override {
    if (auto status = wire::check_event(event); !status) return status.error();
    hub_->publish(event, &numbering_);
    return {};
  }

  core::Result<std::unique_ptr<LivePublisher>> live_publisher(const core::StreamId&) override {
    return std::unique_ptr<LivePublisher>(std::make_unique<MemoryLivePublisher>(hub_));
  }

  core::Result<std::unique_ptr<Subscription>> subscribe(const wire::TopicFilter& filter,
                                                        Delivery delivery,
                                                        Handler handler) override {
    return listen(
        filter, delivery, false,
        [handler = std::move(handler)](const wire::Event& event, const Reply&) { handler(event); });
  }

  core::Result<wire::Event> request(const wire::Event& event,
                                    std::chrono::milliseconds limit) override {
    if (auto status = wire::check_event(event); !status) return status.error();
    auto promise = std::make_shared<std::promise<core::Result<wire::Event>>>();
    auto answer = promise->get_future();
    const bool asked = hub_->ask(event, [promise](core::Result<wire::Event> reply) {
      promise->set_value(std::move(reply));
    });
    if (!asked) {
      return core::Error{core::Code::not_found, "nobody answers on " + event.topic.name()};
    }
    if (answer.wait_for(limit) != std::future_status::ready) {
      return core::Error{core::Code::timeout, "no answer on " + event.topic.name() + " within " +
                                                  std::to_string(limit.count()) + " ms"};
    }
    return answer.get();
  }

  core::Result<std::unique_ptr<Subscription>> answer(const wire::TopicFilter& filter,
                                                     RequestHandler handler) override {
    return listen(filter, Delivery::ordered, true,
                  [handler = std::move(handler)](const wire::Event& event, const Reply& reply) {
                    if (reply) reply(handler(event));
                  });
  }

  core::Status flush(std::chrono::milliseconds) override { return {}; }

 private:
  core::Result<std::unique_ptr<Subscription>> listen(const wire::TopicFilter& filter,
                                                     Delivery delivery, bool answers,
                                                     Receiver::Take take) {
    auto receiver = std::make_shared<Receiver>(filter, delivery, std::move(take), context_);
    hub_->add(receiver, answers);
    return std::unique_ptr<Subscription>(
        std::make_unique<ReceiverSubscription<Hub>>(hub_, std::move(receiver)));
  }

  const std::string name_;
  const std::shared_ptr<Hub> hub_;
  const core::Context context_;
  Numbering numbering_;  // used under the hub's lock
};

}  // namespace

core::Result<std::unique_ptr<Bus>> connect_memory_bus(const Address& address, const ConnectOptions&,
                                                      const core::Context& context) {
  return std::unique_ptr<Bus>(std::make_unique<MemoryBus>(address.url.host, context));
}

}  // namespace fovea::bus
