#include "site/bus_accounts.h"

#include <gmock/gmock.h>

#include <fstream>
#include <mutex>

#include "bus/bus.h"
#include "site/state_store.h"
#include "testing/nats_server.h"
#include "testing/temporary_directory.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"
#include "wire/command_event.h"

// nats.c reads and writes one TLS connection from two threads, as it always has; what OpenSSL does
// inside of that is not ours to mend.
extern "C" const char* __tsan_default_suppressions();   // NOLINT: the name is the sanitizer's
extern "C" const char* __tsan_default_suppressions() {  // NOLINT
  return "called_from_lib:libssl.so\ncalled_from_lib:libcrypto.so\nmutex:libnats.so";
}

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

wire::Event make_alert(const std::string& device, const std::string& number) {
  wire::Event event;
  event.topic = {"plant", device, wire::Kind::alert};
  event.content_type = "application/json";
  event.attributes = {{"specversion", "1.0"},
                      {"id", number},
                      {"source", "/plant/" + device},
                      {"type", "fovea.alert.v1"}};
  event.payload = core::Buffer(std::string("{}"));
  return event;
}

class BusAccountsTest : public ::testing::Test {
 protected:
  BusAccountsTest() {
    const auto database = prepare_state((folder_ / "state").string());
    EXPECT_TRUE(database);
    accounts_ = *BusAccounts::open(*database, "plant", clock_);
  }
  // Makes the account and returns how its owner reaches `server`.
  std::string url(const std::string& device, int port) {
    const auto& password = passwords_.at(device);
    return "nats://" + accounts_->user_of(device) + ":" + password +
           "@127.0.0.1:" + std::to_string(port);
  }
  void put(const std::string& device) { passwords_[device] = *accounts_->put(device); }
  std::unique_ptr<bus::Bus> connect(const std::string& url) {
    auto bus = bus::connect_bus(url, {.limit = 10s}, context_.context());
    EXPECT_TRUE(bus) << bus.error().message;
    return *std::move(bus);
  }

  core::SystemClock clock_;
  testing::TestContext context_;
  testing::TemporaryDirectory folder_;
  std::unique_ptr<BusAccounts> accounts_;
  std::map<std::string, std::string> passwords_;
};

TEST_F(BusAccountsTest, OnARealServerADevicePublishesOnlyAsItself) {
  for (const char* device : {"", "yard", "gate"}) put(device);
  const auto users = folder_.write("users.conf", *accounts_->nats_users());
  const testing::NatsServer server({.users_file = users.string()});
  const auto site = connect(url("", server.port()));
  const auto yard = connect(url("yard", server.port()));
  const auto gate = connect(url("gate", server.port()));

  std::mutex mutex;
  std::vector<std::string> heard;
  const auto subscription =
      site->subscribe({.site = "plant"}, bus::Delivery::ordered, [&](const wire::Event& event) {
        std::lock_guard lock(mutex);
        heard.push_back(event.topic.device + " " + event.attributes.at("id"));
      });
  ASSERT_TRUE(subscription);
  ASSERT_TRUE(site->flush(10s));

  // Yard claims to be gate, and then the whole site; the last of its own comes after both.
  (void)yard->publish(make_alert("gate", "forged"));
  (void)yard->publish(make_alert("elsewhere", "forged"));
  (void)yard->publish(make_alert("yard", "true"));
  (void)yard->flush(10s);
  (void)gate->publish(make_alert("gate", "true"));
  const auto done = [&] {
    std::lock_guard lock(mutex);
    return heard.size() >= 2;
  };
  ASSERT_TRUE(testing::wait_until(done));
  std::lock_guard lock(mutex);
  EXPECT_THAT(heard, ::testing::UnorderedElementsAre("yard true", "gate true"));
}

TEST_F(BusAccountsTest, OnARealServerADeviceHearsNobodyElse) {
  for (const char* device : {"", "yard", "gate"}) put(device);
  const auto users = folder_.write("users.conf", *accounts_->nats_users());
  const testing::NatsServer server({.users_file = users.string()});
  const auto site = connect(url("", server.port()));
  const auto yard = connect(url("yard", server.port()));
  std::atomic<int> others = 0;
  std::atomic<int> commands = 0;
  const auto count = [](std::atomic<int>& number) {
    return [&number](const wire::Event&) { ++number; };
  };
  const auto spied = yard->subscribe({.device = "gate"}, bus::Delivery::ordered, count(others));
  const auto own = yard->subscribe({.site = "plant", .device = "yard", .kind = wire::Kind::command},
                                   bus::Delivery::ordered, count(commands));
  (void)yard->flush(10s);
  ASSERT_TRUE(site->publish(make_alert("gate", "1")));
  auto command = make_alert("yard", "2");
  command.topic.kind = wire::Kind::command;
  command.attributes["type"] = "fovea.command.v1";
  ASSERT_TRUE(site->publish(command));
  EXPECT_TRUE(testing::wait_until([&] { return commands == 1; }));
  EXPECT_EQ(others, 0);
}

TEST_F(BusAccountsTest, OverTlsADeviceSendsItsFramesAndThoseOfItsLargeStream) {
  for (const char* device : {"", "yard", "gate"}) put(device);
  const auto users = folder_.write("users.conf", *accounts_->nats_users());
  const testing::NatsServer server({.users_file = users.string(), .tls = true});
  const auto over_tls = [&](const std::string& device) {
    const std::string plain = url(device, server.port());
    return "tls" + plain.substr(plain.find(':')) + "?ca=" + server.ca().string();
  };
  const auto site = connect(over_tls(""));
  const auto yard = connect(over_tls("yard"));
  std::mutex mutex;
  std::vector<std::string> heard;
  const auto subscription = site->subscribe({.site = "plant", .kind = wire::Kind::frame},
                                            bus::Delivery::newest, [&](const wire::Event& event) {
                                              std::lock_guard lock(mutex);
                                              heard.push_back(event.topic.device);
                                            });
  ASSERT_TRUE(subscription);
  ASSERT_TRUE(site->flush(10s));
  std::atomic<int> commands = 0;
  const auto own =
      yard->subscribe({.site = "plant", .device = "yard-main", .kind = wire::Kind::command},
                      bus::Delivery::ordered, [&](const wire::Event&) { ++commands; });
  ASSERT_TRUE(yard->flush(10s));
  for (const char* device : {"gate", "yard", "yard-main"}) {
    core::EncodedFrame frame(context_.context().clock.now(), 1);
    frame.size = {16, 16};
    frame.data = core::Buffer(std::string("jpeg"));
    auto publisher = yard->live_publisher({"plant", device});
    ASSERT_TRUE(publisher);
    ASSERT_TRUE((*publisher)->try_publish(wire::make_frame_event({"plant", device}, frame)));
    (void)yard->flush(10s);
  }
  ASSERT_TRUE(testing::wait_until([&] {
    std::lock_guard lock(mutex);
    return heard.size() >= 2;
  }));
  ASSERT_TRUE(
      site->publish(wire::make_command_event({{"plant", "yard-main"}, clock_.now(), "keyframe"})));
  EXPECT_TRUE(testing::wait_until([&] { return commands == 1; }));
  std::lock_guard lock(mutex);
  EXPECT_THAT(heard, ::testing::UnorderedElementsAre("yard", "yard-main"));
}

TEST_F(BusAccountsTest, WrongAndOldPasswordsAreRefused) {
  put("yard");
  const std::string old = passwords_["yard"];
  put("yard");
  const auto users = folder_.write("users.conf", *accounts_->nats_users());
  const testing::NatsServer server({.users_file = users.string()});
  const auto refused =
      bus::connect_bus("nats://plant.yard:" + old + "@127.0.0.1:" + std::to_string(server.port()),
                       {.limit = 10s}, context_.context());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::Code::denied);
  EXPECT_THAT(refused.error().message, Not(HasSubstr(old)));
}

TEST_F(BusAccountsTest, KeepsHashesOnlyAndForgets) {
  put("yard");
  EXPECT_THAT(*accounts_->nats_users(), Not(HasSubstr(passwords_["yard"])));
  EXPECT_EQ(accounts_->list()->size(), 1u);
  EXPECT_EQ(accounts_->put("no.dots").error().code, core::Code::bad_input);
  EXPECT_THAT(accounts_->put("yard-main").error().message, HasSubstr("large streams"));
  EXPECT_EQ(accounts_->remove("gate").error().code, core::Code::not_found);
  ASSERT_TRUE(accounts_->remove("yard"));
  EXPECT_THAT(*accounts_->nats_users(), Not(HasSubstr("yard")));
}

}  // namespace
}  // namespace fovea::site
