#include "bus/nats_bus.h"

#include <algorithm>
#include <utility>

#include "bus/nats_link.h"
#include "bus/receiver_subscription.h"

namespace fovea::bus {

namespace {

using std::chrono::milliseconds;

// Against the server's limit, as far as it is known: nothing before the first connection.
core::Status check_size(const wire::Event& event, const NatsLink& link) {
  const auto session = link.session();
  return session ? session->check_size(event) : core::Status();
}

class NatsLivePublisher final : public LivePublisher {
 public:
  explicit NatsLivePublisher(std::shared_ptr<NatsLink> link)
      : link_(std::move(link)), credit_(std::make_shared<Credit>(0)) {}

  core::Status try_publish(const wire::Event& event) override {
    if (auto status = wire::check_event(event); !status) return status.error();
    if (auto status = check_size(event, *link_); !status) return status.error();
    return link_->outbox().offer_live(event, credit_);
  }
  int in_flight() const override { return *credit_; }

 private:
  const std::shared_ptr<NatsLink> link_;
  const std::shared_ptr<Credit> credit_;
};

class NatsBus final : public Bus {
 public:
  NatsBus(std::shared_ptr<NatsLink> link, const core::Context& context)
      : link_(std::move(link)), context_(context) {}

  Capabilities capabilities() const override {
    const auto session = link_->session();
    return {.name = "nats",
            .in_process = false,
            .persistent = false,
            .acknowledges = true,
            .payload_bytes_max = session ? session->payload_bytes_max() : 0};
  }
  BusState state() const override { return link_->state(); }

  core::Status publish(const wire::Event& event) override {
    if (auto status = wire::check_event(event); !status) return status.error();
    if (auto status = check_size(event, *link_); !status) return status.error();
    return link_->outbox().offer_ordered(event);
  }

  core::Result<std::unique_ptr<LivePublisher>> live_publisher(const core::StreamId&) override {
    return std::unique_ptr<LivePublisher>(std::make_unique<NatsLivePublisher>(link_));
  }

  core::Result<std::unique_ptr<Subscription>> subscribe(const wire::TopicFilter& filter,
                                                        Delivery delivery,
                                                        Handler handler) override {
    return listen(
        filter, delivery, false,
        [handler = std::move(handler)](const wire::Event& event, const Reply&) { handler(event); });
  }

  core::Result<wire::Event> request(const wire::Event& event, milliseconds limit) override {
    if (auto status = wire::check_event(event); !status) return status.error();
    const auto session = link_->session();
    if (!session) return core::Error{core::Code::io, link_->state().detail};
    return session->request(event, limit);
  }

  core::Result<std::unique_ptr<Subscription>> answer(const wire::TopicFilter& filter,
                                                     RequestHandler handler) override {
    return listen(filter, Delivery::ordered, true,
                  [handler = std::move(handler)](const wire::Event& event, const Reply& reply) {
                    if (reply) reply(handler(event));
                  });
  }

  core::Status flush(milliseconds limit) override {
    const core::Error late{core::Code::timeout, link_->state().detail +
                                                    "; not everything was sent within " +
                                                    std::to_string(limit.count()) + " ms"};
    const auto end = std::chrono::steady_clock::now() + limit;
    if (!link_->outbox().wait_until_empty(limit)) return late;
    const auto session = link_->session();
    if (!session) return late;
    const auto left =
        std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    return session->flush(std::max(left, milliseconds(1)));
  }

 private:
  core::Result<std::unique_ptr<Subscription>> listen(const wire::TopicFilter& filter,
                                                     Delivery delivery, bool answers,
                                                     Receiver::Take take) {
    auto receiver = std::make_shared<Receiver>(filter, delivery, std::move(take), context_);
    if (auto status = link_->add(receiver, answers); !status) {
      link_->remove(receiver);
      return status.error();
    }
    return std::unique_ptr<Subscription>(
        std::make_unique<ReceiverSubscription<NatsLink>>(link_, std::move(receiver)));
  }

  const std::shared_ptr<NatsLink> link_;
  const core::Context context_;
};

}  // namespace

core::Result<std::unique_ptr<Bus>> connect_nats_bus(const Address& address,
                                                    const ConnectOptions& options,
                                                    const core::Context& context) {
  auto link = std::make_shared<NatsLink>(address, options.inspects, context);
  if (address.url.host.empty()) {
    return core::Error{core::Code::bad_input, "the bus URL '" + address.shown + "' has no host"};
  }
  if (!options.keep_trying) {
    if (auto status = link->connect(options.limit); !status) return status.error();
  } else if (auto status = NatsSession::check(address); !status) {
    return status.error();
  }
  link->start();
  return std::unique_ptr<Bus>(std::make_unique<NatsBus>(std::move(link), context));
}

}  // namespace fovea::bus
