#include "site/bus_accounts.h"

#include <gmock/gmock.h>

#include <fstream>
#include <mutex>

#include "bus/bus.h"
#include "site/state_store.h"
#include "testing/nats_server.h"
#include "testing/raw_socket.h"
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

wire::Event make_event(const std::string& device, const std::string& number,
                       wire::Kind kind = wire::Kind::status) {
  wire::Event event;
  event.topic = {"plant", device, kind};
  event.content_type = "application/json";
  event.attributes = {{"specversion", "1.0"},
                      {"id", number},
                      {"source", "/plant/" + device},
                      {"type", std::string("fovea.") + wire::to_string(kind) + ".v1"}};
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
  (void)yard->publish(make_event("gate", "forged"));
  (void)yard->publish(make_event("elsewhere", "forged"));
  (void)yard->publish(make_event("yard", "forged", wire::Kind::alert));
  (void)yard->publish(make_event("yard", "true"));
  (void)yard->flush(10s);
  (void)gate->publish(make_event("gate", "true"));
  const auto done = [&] {
    std::lock_guard lock(mutex);
    return heard.size() >= 2;
  };
  ASSERT_TRUE(testing::wait_until(done));
  std::lock_guard lock(mutex);
  EXPECT_THAT(heard, ::testing::UnorderedElementsAre("yard true", "gate true"));
}

// A client that keeps to nobody's manners but NATS' own.
class RawClient {
 public:
  RawClient(int port, const std::string& user, const std::string& password) : socket_(port) {
    EXPECT_TRUE(socket_.send("CONNECT {\"verbose\":false,\"headers\":true,\"user\":\"" + user +
                             "\",\"pass\":\"" + password + "\"}\r\n"));
    EXPECT_EQ(answers("").find("-ERR"), std::string::npos);
  }
  // What the server says to these lines, up to its answer to a ping behind them.
  std::string answers(const std::string& lines) {
    socket_.received().clear();
    socket_.send(lines + "PING\r\n");
    EXPECT_TRUE(socket_.receive_until("PONG\r\n"));
    return socket_.received();
  }
  bool may_publish(const std::string& subject) {
    return answers("PUB " + subject + " 0\r\n\r\n").find("-ERR") == std::string::npos;
  }
  bool may_hear(const std::string& subject) {
    const std::string number = std::to_string(++number_);
    const bool may =
        answers("SUB " + subject + " " + number + "\r\n").find("-ERR") == std::string::npos;
    (void)answers("UNSUB " + number + "\r\n");
    return may;
  }

 private:
  testing::RawSocket socket_;
  int number_ = 0;
};

// Every subject that is not the device's own to publish on.
std::vector<std::string> subjects_of_others() {
  std::vector<std::string> subjects = {"fovea.plant.yard.alert",
                                       "fovea.plant.yard.command",
                                       "fovea.plant.yard-main.status",
                                       "fovea.plant.yard-main.result",
                                       "fovea.plant.yard-main.mask",
                                       "fovea.plant.yard-main.command",
                                       "fovea.plant.yard-main.alert",
                                       "fovea.plant.yard",
                                       "fovea.plant.yard.frame.x",
                                       "fovea.plant.x",
                                       "fovea.plant",
                                       "fovea.x",
                                       "x",
                                       "request.fovea.plant.gate.command",
                                       "$JS.API.INFO",
                                       "$JS.API.STREAM.CREATE.x",
                                       "$SYS.REQ.SERVER.PING",
                                       "$SYS.ACCOUNT.plant.CONNECT",
                                       "_INBOX.plant.abc.1",
                                       "_INBOX.plant=gate.abc.1",
                                       "_INBOX.abc",
                                       "_INBOX.plant=yard.abc"};
  for (const char* owner : {"fovea.plant.gate", "fovea.plant.gate-main", "fovea.plant.yard2",
                            "fovea.north.yard", "fovea.north.gate"}) {
    for (const char* kind : {"frame", "mask", "result", "status", "alert", "command"}) {
      subjects.push_back(std::string(owner) + "." + kind);
    }
  }
  return subjects;
}

TEST_F(BusAccountsTest, OnARealServerNoSubjectOfOthersTakesWhatADeviceSends) {
  for (const char* device : {"", "yard", "gate"}) put(device);
  const auto users = folder_.write("users.conf", *accounts_->nats_users());
  const testing::NatsServer server({.users_file = users.string()});
  RawClient yard(server.port(), "plant.yard", passwords_["yard"]);
  for (const auto& subject : subjects_of_others()) {
    EXPECT_FALSE(yard.may_publish(subject)) << subject;
  }
  for (const char* own :
       {"yard.frame", "yard.mask", "yard.result", "yard.status", "yard-main.frame"}) {
    EXPECT_TRUE(yard.may_publish(std::string("fovea.plant.") + own)) << own;
  }
}

// nats-server lets who hears a message answer it where allow_responses is on, and looks at no reply
// subject before: who can send a message to itself could so publish anything.
TEST_F(BusAccountsTest, OnARealServerAReplySubjectOpensNoOther) {
  for (const char* device : {"", "yard", "gate"}) put(device);
  const auto users = folder_.write("users.conf", *accounts_->nats_users());
  const testing::NatsServer server({.users_file = users.string()});
  RawClient site(server.port(), "plant", passwords_[""]);
  (void)site.answers("SUB fovea.plant.> 1\r\n");
  RawClient yard(server.port(), "plant.yard", passwords_["yard"]);
  for (const char* heard :
       {"fovea.plant.yard.command", "fovea.plant.yard-main.command", "_INBOX.plant=yard.x"}) {
    (void)yard.answers("SUB " + std::string(heard) + " 7\r\n");
  }
  for (const auto& subject : subjects_of_others()) {
    for (const char* to : {"yard.command", "yard.status", "yard.frame", "yard-main.command"}) {
      (void)yard.answers("PUB fovea.plant." + std::string(to) + " " + subject + " 0\r\n\r\n");
    }
    // The site itself sends the device something that it may answer.
    (void)site.answers("PUB fovea.plant.yard.command " + subject + " 0\r\n\r\n");
    EXPECT_FALSE(yard.may_publish(subject)) << subject;
  }
  EXPECT_EQ(site.answers("").find("MSG fovea.plant.gate"), std::string::npos);
}

TEST_F(BusAccountsTest, OnARealServerNobodyHearsAnothersAnswers) {
  for (const char* device : {"", "yard", "gate"}) put(device);
  const auto users = folder_.write("users.conf", *accounts_->nats_users());
  const testing::NatsServer server({.users_file = users.string()});
  RawClient yard(server.port(), "plant.yard", passwords_["yard"]);
  for (const char* own : {"fovea.plant.yard.command", "fovea.plant.yard-main.command",
                          "_INBOX.plant=yard.>", "_INBOX.plant=yard.abc.*"}) {
    EXPECT_TRUE(yard.may_hear(own)) << own;
  }
  for (const char* others :
       {">", "*.>", "fovea.>", "fovea.plant.>", "fovea.plant.*.command", "fovea.plant.gate.command",
        "fovea.plant.gate.>", "fovea.plant.yard.>", "fovea.plant.yard.frame", "_INBOX.>",
        "_INBOX.*.x.y", "_INBOX.plant.>", "_INBOX.plant=gate.>", "$JS.>", "$SYS.>",
        "fovea.north.yard.command"}) {
    EXPECT_FALSE(yard.may_hear(others)) << others;
  }
  RawClient site(server.port(), "plant", passwords_[""]);
  for (const char* own : {"fovea.plant.>", "_INBOX.plant.>"})
    EXPECT_TRUE(site.may_hear(own)) << own;
  for (const char* others :
       {">", "_INBOX.>", "_INBOX.plant=yard.>", "fovea.>", "fovea.north.>", "$JS.>", "$SYS.>"}) {
    EXPECT_FALSE(site.may_hear(others)) << others;
  }
  EXPECT_FALSE(site.may_publish("fovea.north.yard.command"));
  EXPECT_FALSE(site.may_publish("$JS.API.INFO"));
}

TEST_F(BusAccountsTest, OnARealServerSitesOfOneStateAreApart) {
  put("");
  put("yard");
  const auto north =
      *BusAccounts::open(*prepare_state((folder_ / "state").string()), "north", clock_);
  const std::string password = *north->put("");
  const auto users = folder_.write("users.conf", *north->nats_users());
  const testing::NatsServer server({.users_file = users.string()});
  RawClient yard(server.port(), "plant.yard", passwords_["yard"]);
  RawClient other(server.port(), "north", password);
  EXPECT_FALSE(other.may_hear("fovea.plant.>"));
  testing::RawSocket stranger(server.port());
  stranger.send("CONNECT {\"verbose\":false}\r\nPING\r\n");
  EXPECT_TRUE(stranger.receive_until("Authorization Violation")) << stranger.received();
}

// With no account left, nats-server would let everybody in.
TEST_F(BusAccountsTest, AFileWithoutAccountsOpensNothing) {
  const auto users = folder_.write("users.conf", *accounts_->nats_users());
  const testing::NatsServer server({.users_file = users.string()});
  testing::RawSocket stranger(server.port());
  stranger.send("CONNECT {\"verbose\":false}\r\nPING\r\n");
  EXPECT_TRUE(stranger.receive_until("Authorization Violation")) << stranger.received();
}

// As the program before this one wrote it.
std::string old_file(const std::string& site, const std::string& device, const std::string& hash) {
  return "# Written by 'fovea device'; changes here are lost.\nauthorization {\n  users = [\n"
         "    {\n      user: \"" +
         site + "." + device + "\"\n      password: \"" + hash +
         "\"\n      permissions { publish: { allow: [\"fovea." + site + "." + device +
         ".>\"] }, subscribe: { allow: [\"fovea." + site + "." + device +
         ".command\"] }, allow_responses: true }\n    }\n  ]\n}\n";
}

TEST_F(BusAccountsTest, AnOldFileIsWrittenAnewAndPasswordsStay) {
  put("yard");
  const std::string hash = accounts_->list()->front().hash;
  const auto file = folder_.write("nats-users.conf", old_file("plant", "yard", hash)).string();
  ASSERT_TRUE(*accounts_->write(file));
  EXPECT_FALSE(*accounts_->write(file)) << "nothing is new";
  std::ifstream in(file);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_THAT(text, HasSubstr(hash));
  EXPECT_THAT(text, Not(HasSubstr("authorization {")));
  EXPECT_THAT(text, Not(HasSubstr("allow_responses")));
  const testing::NatsServer server({.users_file = file});
  RawClient yard(server.port(), "plant.yard", passwords_["yard"]);
  EXPECT_TRUE(yard.may_publish("fovea.plant.yard.frame"));
}

TEST_F(BusAccountsTest, AFileOfAnotherStateIsLeftAlone) {
  put("yard");
  const auto file = folder_.write("nats-users.conf", old_file("north", "gate", "x")).string();
  const auto written = accounts_->write(file);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, core::Code::denied);
  EXPECT_THAT(written.error().message, HasSubstr("'north'"));
  std::ifstream in(file);
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>(in), {}}), old_file("north", "gate", "x"));
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
  ASSERT_TRUE(site->publish(make_event("gate", "1")));
  ASSERT_TRUE(site->publish(make_event("yard", "2", wire::Kind::command)));
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
