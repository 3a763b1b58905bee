// What only the NATS adapter has: credentials, TLS, headers, and strangers on the same server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "bus/bus.h"
#include "core/limits.h"
#include "testing/nats_server.h"
#include "testing/raw_socket.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::bus {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::NatsServer;
using ::testing::Not;
using testing::wait_until;

wire::Event make_alert(uint64_t number) {
  wire::Event event;
  event.topic = {"plant", "cam1", wire::Kind::alert};
  event.content_type = "application/json";
  event.attributes = {{"specversion", "1.0"},
                      {"id", std::to_string(number)},
                      {"source", "/plant/cam1"},
                      {"type", "fovea.alert.v1"}};
  event.payload = core::Buffer(std::string("{}"));
  return event;
}

class NatsBusTest : public ::testing::Test {
 protected:
  core::Result<std::unique_ptr<Bus>> connect(const std::string& url) {
    return connect_bus(url, {.limit = 10s}, context_.context());
  }
  // A message as a stranger would send it, straight to the server's socket.
  static std::string message(const std::string& subject, const std::string& headers,
                             const std::string& payload) {
    const std::string head = "NATS/1.0\r\n" + headers + "\r\n";
    return "HPUB " + subject + " " + std::to_string(head.size()) + " " +
           std::to_string(head.size() + payload.size()) + "\r\n" + head + payload + "\r\n";
  }

  testing::TestContext context_;
};

TEST_F(NatsBusTest, SignsInWithUserAndPasswordAndHidesThem) {
  const NatsServer server({.user = "cam", .password = "s3cret"});
  const auto bus = connect(server.url());
  ASSERT_TRUE(bus) << bus.error().message;
  EXPECT_THAT((*bus)->state().detail, HasSubstr("nats://***@127.0.0.1"));
  EXPECT_THAT((*bus)->state().detail, Not(HasSubstr("s3cret")));

  const auto port = std::to_string(server.port());
  const auto wrong = connect("nats://cam:wr0ng@127.0.0.1:" + port);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, core::Code::denied);
  EXPECT_THAT(wrong.error().message, Not(HasSubstr("wr0ng")));
  EXPECT_EQ(connect("nats://127.0.0.1:" + port).error().code, core::Code::denied);
}

TEST_F(NatsBusTest, KeepsTryingAfterRefusedCredentials) {
  const NatsServer server({.user = "cam", .password = "s3cret"});
  const std::string url = "nats://cam:wr0ng@127.0.0.1:" + std::to_string(server.port());
  const auto bus = connect_bus(url, {.keep_trying = true}, context_.context());
  ASSERT_TRUE(bus);
  EXPECT_TRUE(wait_until([&] {
    return (*bus)->state().detail.find("Authorization") != std::string::npos;
  })) << (*bus)->state().detail;
  EXPECT_EQ((*bus)->state().connection, Connection::reconnecting);
}

TEST_F(NatsBusTest, SignsInWithAToken) {
  const NatsServer server({.token = "t0ken"});
  EXPECT_TRUE(connect(server.url()));
  EXPECT_EQ(connect("nats://other@127.0.0.1:" + std::to_string(server.port())).error().code,
            core::Code::denied);
}

TEST_F(NatsBusTest, TrustsOnlyTheGivenCertificate) {
  const NatsServer server({.tls = true});
  const auto bus = connect(server.url());
  ASSERT_TRUE(bus) << bus.error().message;
  ASSERT_TRUE((*bus)->publish(make_alert(1)));
  EXPECT_TRUE((*bus)->flush(10s));
  const auto untrusted = connect("tls://127.0.0.1:" + std::to_string(server.port()));
  EXPECT_FALSE(untrusted);
}

TEST_F(NatsBusTest, SaysWhatIsWrongWithAUrl) {
  const auto message_of = [&](const std::string& url) {
    const auto bus = connect(url);
    EXPECT_FALSE(bus) << url;
    if (bus) return std::string();
    EXPECT_EQ(bus.error().code, core::Code::bad_input) << url;
    return bus.error().message;
  };
  EXPECT_THAT(message_of("localhost:4222"), HasSubstr("nats://host:4222"));
  EXPECT_THAT(message_of("mqtt://u:secret@h"), HasSubstr("memory://, nats://, tls://"));
  EXPECT_THAT(message_of("nats://host:99999"), HasSubstr("1 to 65535"));
  EXPECT_THAT(message_of("nats://"), HasSubstr("no host"));
  EXPECT_THAT(message_of("nats://u:secret@h?colour=red"), HasSubstr("unknown option 'colour'"));
  EXPECT_THAT(message_of("nats://u:secret@h?colour=red"), Not(HasSubstr("secret")));
  EXPECT_THAT(message_of("tls://h?ca=/nowhere.pem"), HasSubstr("tls://h"));
}

TEST(MaskedUrlTest, HidesUserPasswordAndToken) {
  EXPECT_EQ(masked_url("nats://u:p@h:1?ca=f"), "nats://***@h:1?ca=f");
  EXPECT_EQ(masked_url("nats://u:p@ss@h"), "nats://***@h");
  EXPECT_EQ(masked_url("nats://token@h"), "nats://***@h");
  EXPECT_EQ(masked_url("nats://h?credentials=a@b"), "nats://h?credentials=a@b");
  EXPECT_EQ(masked_url("nats://h:4222?credentials=a@b"), "nats://h:4222?credentials=a@b");
  EXPECT_EQ(masked_url("nats://cam:s3?cret@h"), "nats://***@h");
  EXPECT_EQ(masked_url("memory://"), "memory://");
}

TEST_F(NatsBusTest, RefusesHostileMessagesCountsThemAndGoesOn) {
  const NatsServer server;
  const auto bus = connect(server.url());
  ASSERT_TRUE(bus) << bus.error().message;
  std::mutex mutex;
  std::vector<std::string> ids;
  const auto subscription = (*bus)->subscribe({}, Delivery::ordered, [&](const wire::Event& event) {
    std::lock_guard lock(mutex);
    ids.push_back(event.attributes.at("id"));
  });
  ASSERT_TRUE(subscription);

  const std::string subject = "fovea.plant.cam1.alert";
  const std::string good =
      "ce-specversion: 1.0\r\nCe-Id: stranger\r\nce-source: /plant/cam1\r\n"
      "ce-type: fovea.alert.v1\r\ncontent-type: application/json\r\n";
  std::string thousands;
  for (int i = 0; i < 5000; ++i) thousands += "ce-x" + std::to_string(i) + ": 1\r\n";
  std::string text = "CONNECT {\"verbose\":false,\"headers\":true}\r\n";
  text += "PUB " + subject + " 2\r\n{}\r\n";         // no headers
  text += message(subject, "nonsense\r\n", "{}");    // no header line
  text += message(subject, good + thousands, "{}");  // thousands
  text += message(subject, good + "ce-note: " + std::string(5000, 'x') + "\r\n", "{}");  // huge
  text += message(subject, good + "ce-note: %0A%1B[31m\r\n", "{}");                      // control
  text += message(subject, good + "ce-note: 100%\r\n", "{}");     // bad encoding
  text += message(subject, good + "ce-UPPER_case: x\r\n", "{}");  // bad name
  text += message("fovea.plant.cam2.alert", good, "{}");          // wrong source
  text += message("fovea.pl\xc3\xa4nt.cam1.alert", good, "{}");   // wrong topic
  text += message("fovea.plant.cam1.rumour", good, "{}");         // unknown kind
  constexpr int hostile = 10;
  text += message(subject, good, "{}");
  testing::RawSocket stranger(server.port());
  ASSERT_TRUE(stranger.connected());
  stranger.send(text);

  ASSERT_TRUE(wait_until([&] { return (*subscription)->delivered() == 1; }));
  EXPECT_EQ((*subscription)->rejected(), uint64_t(hostile));
  EXPECT_EQ(context_.value("fovea_rejected_total", {{"kind", "event"}}), hostile);
  EXPECT_GE(context_.value("fovea_rejected_total", {{"reason", "attributes"}}), 4);
  EXPECT_EQ(context_.value("fovea_rejected_total", {{"reason", "source"}}), 1);
  EXPECT_EQ(context_.value("fovea_rejected_total", {{"reason", "topic"}}), 2);
  ASSERT_TRUE((*bus)->publish(make_alert(2)));
  ASSERT_TRUE(wait_until([&] { return (*subscription)->delivered() == 2; }));
  std::lock_guard lock(mutex);
  EXPECT_EQ(ids, (std::vector<std::string>{"stranger", "2"}));
}

TEST_F(NatsBusTest, RespectsTheServersLimitWithBothNumbers) {
  const NatsServer server({.max_payload_bytes = 10'000});
  const auto bus = connect(server.url());
  ASSERT_TRUE(bus);
  EXPECT_EQ((*bus)->capabilities().payload_bytes_max, 10'000u);
  auto event = make_alert(1);
  event.payload = core::Buffer(std::string(10'000, ' '));
  const auto status = (*bus)->publish(event);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("accepts 10000"));
  EXPECT_THAT(status.error().message, HasSubstr("takes 101"));
}

}  // namespace
}  // namespace fovea::bus
