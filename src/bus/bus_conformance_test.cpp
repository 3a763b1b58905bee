// What every broker's adapter must do. A new adapter adds one line to brokers().
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

#include "bus/bus.h"
#include "core/limits.h"
#include "testing/nats_server.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

// nats.c 3.4.1 forgets a message that it had read in part when its connection closes: one per
// connection at most, and nothing of ours.
extern "C" const char* __lsan_default_suppressions();  // NOLINT: the name is the sanitizer's
extern "C" const char* __lsan_default_suppressions() { return "leak:natsBuf_Create"; }  // NOLINT

// Nor is what it does with its own mutexes when a connection closes while a request waits.
extern "C" const char* __tsan_default_suppressions();  // NOLINT: the name is the sanitizer's
extern "C" const char* __tsan_default_suppressions() { return "mutex:libnats.so"; }  // NOLINT

namespace fovea::bus {
namespace {

using namespace std::chrono_literals;
using testing::wait_until;

// A broker under test, with the means to take it away.
class Broker {
 public:
  virtual ~Broker() = default;
  virtual std::string url() const = 0;
  virtual void kill() {}
  virtual void restart() {}
  virtual void pause() {}
  virtual void resume() {}
};

class MemoryBroker final : public Broker {
 public:
  // A name of its own for each test: the bus lives as long as somebody is connected.
  std::string url() const override {
    return std::string("memory://") +
           ::testing::UnitTest::GetInstance()->current_test_info()->name();
  }
};

class NatsBroker final : public Broker {
 public:
  std::string url() const override { return server_.url(); }
  void kill() override { server_.kill(); }
  void restart() override { server_.restart(); }
  void pause() override { server_.process().pause(); }
  void resume() override { server_.process().resume(); }

 private:
  testing::NatsServer server_{{.max_payload_bytes = 8u << 20}};
};

struct BrokerKind {
  std::string name;
  std::unique_ptr<Broker> (*start)();
  bool can_die = true;
};

// Every broker; a bus inside the process cannot go away.
std::vector<BrokerKind> brokers() {
  return {
      {.name = "memory",
       .start = [] { return std::unique_ptr<Broker>(std::make_unique<MemoryBroker>()); },
       .can_die = false},
      {.name = "nats",
       .start = [] { return std::unique_ptr<Broker>(std::make_unique<NatsBroker>()); }},
  };
}

std::vector<BrokerKind> mortal_brokers() {
  auto list = brokers();
  std::erase_if(list, [](const BrokerKind& kind) { return !kind.can_die; });
  return list;
}

// Collects what a subscription delivers.
class Inbox {
 public:
  Handler handler() {
    return [this](const wire::Event& event) {
      std::lock_guard lock(mutex_);
      events_.push_back(event);
    };
  }
  size_t size() const {
    std::lock_guard lock(mutex_);
    return events_.size();
  }
  std::vector<wire::Event> events() const {
    std::lock_guard lock(mutex_);
    return events_;
  }
  std::vector<std::string> values(const std::string& attribute) const {
    std::vector<std::string> list;
    for (const auto& event : events()) list.push_back(event.attributes.at(attribute));
    return list;
  }
  bool wait_for(size_t count) const {
    return wait_until([&] { return size() >= count; });
  }

 private:
  mutable std::mutex mutex_;
  std::vector<wire::Event> events_;
};

// Holds a handler until it is opened.
class Gate {
 public:
  void open() { open_ = true; }
  void wait() {
    ++waiting_;
    wait_until([&] { return open_.load(); });
  }
  bool is_waiting() const { return waiting_ > 0; }

 private:
  std::atomic<bool> open_ = false;
  std::atomic<int> waiting_ = 0;
};

wire::Event make_event(const std::string& device, wire::Kind kind, uint64_t number,
                       size_t bytes = 100) {
  wire::Event event;
  event.topic = {"plant", device, kind};
  event.content_type = "application/octet-stream";
  event.attributes = {{"specversion", "1.0"},
                      {"id", std::to_string(number)},
                      {"source", "/plant/" + device},
                      {"type", std::string("fovea.") + wire::to_string(kind) + ".v1"},
                      {"note", "Grüße, \"100 %\""}};
  core::Bytes payload(bytes);
  std::iota(payload.begin(), payload.end(), static_cast<uint8_t>(number));
  event.payload = core::Buffer(std::move(payload));
  return event;
}

std::vector<std::string> numbers(uint64_t first, uint64_t last) {
  std::vector<std::string> list;
  for (uint64_t number = first; number <= last; ++number) list.push_back(std::to_string(number));
  return list;
}

class BusConformance : public ::testing::TestWithParam<BrokerKind> {
 protected:
  std::unique_ptr<Bus> connect(const ConnectOptions& options = {}) {
    auto bus = connect_bus(broker_->url(), options, context_.context());
    EXPECT_TRUE(bus) << bus.error().message;
    return std::move(*bus);
  }
  std::unique_ptr<Subscription> subscribe(Bus& bus, const wire::TopicFilter& filter,
                                          Delivery delivery, Handler handler) {
    auto subscription = bus.subscribe(filter, delivery, std::move(handler));
    EXPECT_TRUE(subscription) << subscription.error().message;
    return std::move(*subscription);
  }
  std::unique_ptr<LivePublisher> live_publisher(Bus& bus, const std::string& device) {
    auto publisher = bus.live_publisher({"plant", device});
    EXPECT_TRUE(publisher) << publisher.error().message;
    return std::move(*publisher);
  }
  bool is_away(const Bus& bus) { return bus.state().connection == Connection::reconnecting; }

  testing::TestContext context_;
  std::unique_ptr<Broker> broker_ = GetParam().start();
};

TEST_P(BusConformance, CarriesAnEventUnchanged) {
  const auto sender = connect();
  const auto receiver = connect();
  Inbox inbox;
  const auto subscription =
      subscribe(*receiver, {.site = "plant"}, Delivery::ordered, inbox.handler());
  const auto sent = make_event("cam1", wire::Kind::result, 7);
  ASSERT_TRUE(sender->publish(sent));
  ASSERT_TRUE(inbox.wait_for(1));
  auto received = inbox.events().at(0);
  EXPECT_EQ(received.topic, sent.topic);
  EXPECT_EQ(received.content_type, sent.content_type);
  EXPECT_EQ(received.payload.text(), sent.payload.text());
  received.attributes.erase("publisher");
  received.attributes.erase("publication");
  EXPECT_EQ(received.attributes, sent.attributes);
}

TEST_P(BusConformance, KeepsTheOrder) {
  const auto bus = connect();
  Inbox inbox;
  const auto subscription = subscribe(*bus, {}, Delivery::ordered, inbox.handler());
  for (uint64_t number = 1; number <= 500; ++number) {
    ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, number)));
  }
  ASSERT_TRUE(inbox.wait_for(500));
  EXPECT_EQ(inbox.values("id"), numbers(1, 500));
  EXPECT_EQ(inbox.values("publication"), numbers(1, 500));
  EXPECT_EQ(subscription->missed(), 0u);
}

TEST_P(BusConformance, FansOut) {
  const auto bus = connect();
  const auto other = connect();
  Inbox inboxes[3];
  const auto first = subscribe(*bus, {}, Delivery::ordered, inboxes[0].handler());
  const auto second = subscribe(*bus, {}, Delivery::newest, inboxes[1].handler());
  const auto third = subscribe(*other, {}, Delivery::ordered, inboxes[2].handler());
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::alert, 1)));
  for (const auto& inbox : inboxes) EXPECT_TRUE(inbox.wait_for(1));
}

TEST_P(BusConformance, FiltersBySiteDeviceAndKind) {
  const auto bus = connect();
  Inbox results, of_cam1, elsewhere, everything;
  const auto a =
      subscribe(*bus, {"plant", "", wire::Kind::result}, Delivery::ordered, results.handler());
  const auto b = subscribe(*bus, {"plant", "cam1", {}}, Delivery::ordered, of_cam1.handler());
  const auto c = subscribe(*bus, {"office", "", {}}, Delivery::ordered, elsewhere.handler());
  const auto d = subscribe(*bus, {}, Delivery::ordered, everything.handler());
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, 1)));
  ASSERT_TRUE(bus->publish(make_event("cam2", wire::Kind::result, 2)));
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::alert, 3)));
  ASSERT_TRUE(everything.wait_for(3));
  ASSERT_TRUE(results.wait_for(2));
  ASSERT_TRUE(of_cam1.wait_for(2));
  EXPECT_EQ(results.values("id"), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(of_cam1.values("id"), (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(elsewhere.size(), 0u);
}

TEST_P(BusConformance, CarriesPayloadsUpToTheLimitAndRefusesLargerOnes) {
  const auto bus = connect();
  Inbox inbox;
  const auto subscription = subscribe(*bus, {}, Delivery::ordered, inbox.handler());
  const auto publisher = live_publisher(*bus, "cam1");
  const size_t limit = bus->capabilities().payload_bytes_max;
  ASSERT_GT(limit, 1u << 20);
  const auto largest = make_event("cam1", wire::Kind::frame, 1, limit - 1024);
  ASSERT_TRUE(publisher->try_publish(largest));
  ASSERT_TRUE(inbox.wait_for(1));
  EXPECT_EQ(inbox.events()[0].payload.text(), largest.payload.text());

  const auto refused = publisher->try_publish(make_event("cam1", wire::Kind::frame, 2, limit + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::Code::bad_input);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr(std::to_string(limit)));
  EXPECT_EQ(bus->publish(make_event("cam1", wire::Kind::mask, 3, limit + 1)).error().code,
            core::Code::bad_input);
  ASSERT_TRUE(publisher->try_publish(make_event("cam1", wire::Kind::frame, 4)));
  EXPECT_TRUE(inbox.wait_for(2)) << "the bus must go on";
}

TEST_P(BusConformance, RefusesToPublishWhatIsNoEvent) {
  const auto bus = connect();
  auto event = make_event("cam1", wire::Kind::result, 1);
  event.attributes["source"] = "/plant/cam2";
  EXPECT_EQ(bus->publish(event).error().code, core::Code::bad_input);
  event = make_event("cam1", wire::Kind::result, 1);
  event.topic.device = "cam1.>";
  EXPECT_EQ(bus->publish(event).error().code, core::Code::bad_input);
}

TEST_P(BusConformance, ASlowSubscriberGetsTheNewestOfEachStream) {
  const auto bus = connect();
  Gate gate;
  Inbox inbox, quick;
  const auto slow = subscribe(*bus, {}, Delivery::newest, [&](const wire::Event& event) {
    gate.wait();
    inbox.handler()(event);
  });
  const auto reference = subscribe(*bus, {}, Delivery::ordered, quick.handler());
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::status, 1)));
  ASSERT_TRUE(wait_until([&] { return gate.is_waiting(); }));
  for (uint64_t number = 2; number <= 200; ++number) {
    ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::status, number)));
    ASSERT_TRUE(bus->publish(make_event("cam2", wire::Kind::status, number)));
  }
  ASSERT_TRUE(quick.wait_for(399)) << "one slow subscriber must not hold up another";
  ASSERT_TRUE(wait_until([&] { return slow->dropped() >= 396; }));
  gate.open();
  ASSERT_TRUE(inbox.wait_for(3));
  EXPECT_EQ(inbox.values("id"), (std::vector<std::string>{"1", "200", "200"}));
  EXPECT_EQ(slow->dropped(), 396u);
  EXPECT_EQ(slow->delivered(), 3u);
}

TEST_P(BusConformance, InterCodedFramesWaitBehindTheirKeyFrame) {
  const auto bus = connect();
  Gate gate;
  Inbox inbox, quick;
  const auto slow = subscribe(*bus, {}, Delivery::newest, [&](const wire::Event& event) {
    gate.wait();
    inbox.handler()(event);
  });
  const auto reference = subscribe(*bus, {}, Delivery::ordered, quick.handler());
  size_t published = 0;
  const auto publish = [&](const std::string& device, uint64_t number, bool key) {
    auto event = make_event(device, wire::Kind::status, number);
    event.attributes["keyframe"] = key ? "true" : "false";
    ASSERT_TRUE(bus->publish(event));
    ++published;
  };
  publish("cam1", 1, true);
  ASSERT_TRUE(wait_until([&] { return gate.is_waiting(); }));
  // Two streams; the second key frame of the first makes what waits of it worthless.
  for (uint64_t number = 2; number <= 9; ++number) {
    publish("cam1", number, number == 7);
    publish("cam2", number + 100, number == 2);
  }
  // More than may wait.
  const size_t most = core::limits::inter_coded_waiting_max;
  for (uint64_t number = 0; number <= most + 1; ++number)
    publish("cam3", 1000 + number, number == 0);
  ASSERT_TRUE(quick.wait_for(published));
  ASSERT_TRUE(wait_until([&] { return slow->dropped() >= 5 + most + 1; }));
  gate.open();
  ASSERT_TRUE(inbox.wait_for(13));
  std::map<std::string, std::vector<std::string>> got;
  const auto ids = inbox.values("id");
  const auto sources = inbox.values("source");
  for (size_t i = 0; i < ids.size(); ++i) got[sources[i]].push_back(ids[i]);
  EXPECT_EQ(got["/plant/cam1"], (std::vector<std::string>{"1", "7", "8", "9"}));
  EXPECT_EQ(got["/plant/cam2"],
            (std::vector<std::string>{"102", "103", "104", "105", "106", "107", "108", "109"}));
  EXPECT_EQ(got["/plant/cam3"], (std::vector<std::string>{std::to_string(1000 + most + 1)}));
  EXPECT_EQ(slow->dropped(), 5 + most + 1);
}

TEST_P(BusConformance, ASlowOrderedSubscriberLosesTheOldestAndCountsThem) {
  const auto bus = connect();
  Gate gate;
  Inbox inbox, quick;
  const auto slow = subscribe(*bus, {}, Delivery::ordered, [&](const wire::Event& event) {
    gate.wait();
    inbox.handler()(event);
  });
  const auto reference = subscribe(*bus, {}, Delivery::ordered, quick.handler());
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, 0)));
  ASSERT_TRUE(wait_until([&] { return gate.is_waiting(); }));
  const size_t capacity = core::limits::ordered_queue_capacity;
  for (uint64_t number = 1; number <= capacity + 50; ++number) {
    ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, number)));
    // The others' queues are bounded, too: give them time.
    if (number % 200 == 0) {
      ASSERT_TRUE(quick.wait_for(number));
    }
  }
  ASSERT_TRUE(quick.wait_for(capacity + 51));
  ASSERT_TRUE(wait_until([&] { return slow->dropped() >= 50; }));
  gate.open();
  ASSERT_TRUE(inbox.wait_for(capacity + 1));
  EXPECT_EQ(slow->dropped(), 50u);
  EXPECT_EQ(slow->missed(), 50u) << "the hole shows in the publisher's count";
  EXPECT_EQ(inbox.values("id")[1], "51");
  EXPECT_EQ(inbox.values("id").back(), std::to_string(capacity + 50));
}

TEST_P(BusConformance, AnswersQuestions) {
  const auto asking = connect();
  const auto answering = connect();
  auto answerer = answering->answer({"plant", "cam1", wire::Kind::command},
                                    [](const wire::Event& question) -> core::Result<wire::Event> {
                                      if (question.attributes.at("id") == "2") {
                                        return core::Error{core::Code::busy, "not now"};
                                      }
                                      auto answer = make_event("cam1", wire::Kind::command, 1);
                                      answer.payload = core::Buffer(std::string("done"));
                                      return answer;
                                    });
  ASSERT_TRUE(answerer) << answerer.error().message;
  const auto answer = asking->request(make_event("cam1", wire::Kind::command, 1), 20s);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->payload.text(), "done");
  EXPECT_EQ(answer->topic, (wire::Topic{"plant", "cam1", wire::Kind::command}));
  const auto refused = asking->request(make_event("cam1", wire::Kind::command, 2), 20s);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::Code::busy);
  EXPECT_EQ(refused.error().message, "not now");
}

TEST_P(BusConformance, SaysWhenNobodyAnswersAndWhenItTakesTooLong) {
  const auto bus = connect();
  Inbox inbox;
  const auto listener = subscribe(*bus, {}, Delivery::ordered, inbox.handler());
  const auto nobody = bus->request(make_event("cam1", wire::Kind::command, 1), 20s);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, core::Code::not_found) << "who only listens does not answer";

  Gate gate;
  auto answerer = bus->answer({}, [&](const wire::Event& event) -> core::Result<wire::Event> {
    gate.wait();
    return event;
  });
  ASSERT_TRUE(answerer);
  const auto late = bus->request(make_event("cam1", wire::Kind::command, 2), 50ms);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, core::Code::timeout);
  gate.open();
}

TEST_P(BusConformance, EndsASubscriptionWhileItsHandlerIsBusy) {
  const auto bus = connect();
  std::atomic<bool> running = false;
  std::atomic<int> calls = 0;
  auto subscription = subscribe(*bus, {}, Delivery::ordered, [&](const wire::Event&) {
    running = true;
    ++calls;
    std::this_thread::sleep_for(50ms);  // slow on purpose
    running = false;
  });
  for (uint64_t number = 1; number <= 20; ++number) {
    ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, number)));
  }
  ASSERT_TRUE(wait_until([&] { return calls > 0; }));
  subscription.reset();
  EXPECT_FALSE(running);
  const int calls_at_end = calls;
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, 21)));
  ASSERT_TRUE(bus->flush(20s));
  EXPECT_EQ(calls, calls_at_end);
}

TEST_P(BusConformance, ClosesWhileOthersArePublishing) {
  auto bus = connect();
  const auto other = connect();
  Inbox inbox;
  auto subscription = subscribe(*bus, {}, Delivery::newest, inbox.handler());
  std::jthread traffic([&](std::stop_token stop) {
    for (uint64_t number = 1; !stop.stop_requested(); ++number) {
      if (!other->publish(make_event("cam1", wire::Kind::status, number, 10'000))) break;
    }
  });
  ASSERT_TRUE(inbox.wait_for(10));
  auto publisher = live_publisher(*bus, "cam2");
  for (uint64_t number = 1; number <= 10; ++number) {
    (void)publisher->try_publish(make_event("cam2", wire::Kind::frame, number, 100'000));
  }
  const auto begin = std::chrono::steady_clock::now();
  subscription.reset();
  publisher.reset();
  bus.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST_P(BusConformance, FreesTheCreditOfLiveFrames) {
  const auto bus = connect();
  Inbox inbox;
  const auto subscription = subscribe(*bus, {}, Delivery::ordered, inbox.handler());
  const auto publisher = live_publisher(*bus, "cam1");
  for (uint64_t number = 1; number <= 50; ++number) {
    const auto frame = make_event("cam1", wire::Kind::frame, number, 50'000);
    ASSERT_TRUE(wait_until([&] { return publisher->try_publish(frame).has_value(); }));
    EXPECT_LE(publisher->in_flight(), core::limits::frames_in_flight_max);
  }
  EXPECT_TRUE(inbox.wait_for(50));
  EXPECT_EQ(inbox.values("id"), numbers(1, 50));
  EXPECT_TRUE(wait_until([&] { return publisher->in_flight() == 0; }));
}

// --- what needs a broker that can go away ------------------------------------------------------

class BusOutage : public BusConformance {};

TEST_P(BusOutage, ComesBackWithinThreeSecondsAndSaysSo) {
  const auto bus = connect();
  const auto other = connect();
  Inbox inbox;
  const auto subscription = subscribe(*bus, {}, Delivery::ordered, inbox.handler());
  EXPECT_EQ(bus->state().connection, Connection::connected);
  broker_->kill();
  ASSERT_TRUE(wait_until([&] { return is_away(*bus) && is_away(*other); }));
  EXPECT_THAT(bus->state().detail, ::testing::HasSubstr("trying again"));
  ASSERT_TRUE(wait_until(
      [&] { return bus->state().detail.find("connection refused") != std::string::npos; }));
  broker_->restart();
  const auto returned = std::chrono::steady_clock::now();
  ASSERT_TRUE(wait_until([&] { return !is_away(*bus) && !is_away(*other); }));
  EXPECT_LT(std::chrono::steady_clock::now() - returned, 3s);
  ASSERT_TRUE(other->publish(make_event("cam1", wire::Kind::result, 1)));
  EXPECT_TRUE(inbox.wait_for(1)) << "subscriptions must survive";
  EXPECT_GE(context_.value("fovea_bus_reconnects_total"), 2);
}

TEST_P(BusOutage, KeepsOrderedEventsInBoundsAndInOrder) {
  const auto bus = connect();
  Inbox inbox;
  const auto subscription = subscribe(*bus, {}, Delivery::ordered, inbox.handler());
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, 1)));
  ASSERT_TRUE(inbox.wait_for(1));
  broker_->kill();
  ASSERT_TRUE(wait_until([&] { return is_away(*bus); }));
  const size_t capacity = core::limits::ordered_queue_capacity;
  for (uint64_t number = 2; number <= capacity + 101; ++number) {
    ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, number)));
  }
  EXPECT_EQ(context_.value("fovea_bus_dropped_total", {{"place", "outbox"}}), 100);
  EXPECT_EQ(bus->flush(100ms).error().code, core::Code::timeout);
  broker_->restart();
  ASSERT_TRUE(inbox.wait_for(capacity + 1));
  auto expected = numbers(102, capacity + 101);
  expected.insert(expected.begin(), "1");
  EXPECT_EQ(inbox.values("id"), expected);
  EXPECT_EQ(subscription->missed(), 100u);
}

TEST_P(BusOutage, SendsNoStaleFrames) {
  const auto bus = connect();
  const auto publisher = live_publisher(*bus, "cam1");
  Inbox inbox;
  const auto subscription = subscribe(*bus, {}, Delivery::ordered, inbox.handler());
  ASSERT_TRUE(publisher->try_publish(make_event("cam1", wire::Kind::frame, 1)));
  ASSERT_TRUE(inbox.wait_for(1));
  broker_->kill();
  ASSERT_TRUE(wait_until([&] { return is_away(*bus); }));
  for (uint64_t number = 2; number <= 100; ++number) {
    const auto status = publisher->try_publish(make_event("cam1", wire::Kind::frame, number));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, core::Code::busy);
  }
  EXPECT_EQ(publisher->in_flight(), 0);
  broker_->restart();
  const auto fresh = make_event("cam1", wire::Kind::frame, 101);
  ASSERT_TRUE(wait_until([&] { return publisher->try_publish(fresh).has_value(); }));
  ASSERT_TRUE(inbox.wait_for(2));
  EXPECT_EQ(inbox.values("id"), (std::vector<std::string>{"1", "101"}));
}

TEST_P(BusOutage, NeverBlocksACameraWhileTheBrokerHangs) {
  const auto bus = connect();
  const auto publisher = live_publisher(*bus, "cam1");
  broker_->pause();
  int accepted = 0;
  const auto frame = make_event("cam1", wire::Kind::frame, 1, 4u << 20);
  const auto begin = std::chrono::steady_clock::now();
  for (int attempt = 0; attempt < 200; ++attempt) {
    if (publisher->try_publish(frame)) ++accepted;
    EXPECT_LE(publisher->in_flight(), core::limits::frames_in_flight_max);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_LE(accepted, core::limits::frames_in_flight_max);
  broker_->resume();
  const auto fresh = make_event("cam1", wire::Kind::frame, 1000);
  EXPECT_TRUE(wait_until([&] { return publisher->try_publish(fresh).has_value(); }));
}

TEST_P(BusOutage, ConnectsInTheBackgroundWhenAsked) {
  broker_->kill();
  const auto refused = connect_bus(broker_->url(), {.limit = 2s}, context_.context());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::Code::io);
  const auto bus = connect({.keep_trying = true});
  Inbox inbox;
  const auto subscription = subscribe(*bus, {}, Delivery::ordered, inbox.handler());
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, 1)));
  EXPECT_TRUE(is_away(*bus));
  broker_->restart();
  EXPECT_TRUE(inbox.wait_for(1));
  EXPECT_TRUE(bus->flush(20s));
}

TEST_P(BusOutage, ClosesWhileTheBrokerIsAway) {
  auto bus = connect();
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, 1)));
  broker_->kill();
  ASSERT_TRUE(wait_until([&] { return is_away(*bus); }));
  ASSERT_TRUE(bus->publish(make_event("cam1", wire::Kind::result, 2)));
  const auto begin = std::chrono::steady_clock::now();
  bus.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

std::string name_of(const ::testing::TestParamInfo<BrokerKind>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Brokers, BusConformance, ::testing::ValuesIn(brokers()), name_of);
INSTANTIATE_TEST_SUITE_P(Brokers, BusOutage, ::testing::ValuesIn(mortal_brokers()), name_of);

}  // namespace
}  // namespace fovea::bus
