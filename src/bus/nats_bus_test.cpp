// What only the NATS adapter has: credentials, TLS, headers, and strangers on the same server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <fstream>
#include <mutex>
#include <thread>

#include "bus/bus.h"
#include "bus/certificate_option.h"
#include "bus/nats_greeting.h"
#include "core/base64.h"
#include "core/limits.h"
#include "core/loopback.h"
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
  const std::string red = "nats://u:secret@127.0.0.1?colour=red";
  EXPECT_THAT(message_of(red), HasSubstr("unknown option 'colour'"));
  EXPECT_THAT(message_of(red), Not(HasSubstr("secret")));
  EXPECT_THAT(message_of("tls://127.0.0.1?ca=/nowhere.pem"), HasSubstr("tls://127.0.0.1"));
  EXPECT_THAT(message_of("tls://127.0.0.1?ca=MII" + std::string(400, 'B')), HasSubstr("cut off"));
  EXPECT_THAT(message_of("nats://hub.local"), HasSubstr("--bus-open true"));
}

// The certificate of the server as an address carries it.
std::string certificate_in_url(const NatsServer& server) {
  std::ifstream file(server.ca());
  std::string base64;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("-----")) base64 += line;
  }
  return certificate_option(*core::base64_decode(base64));
}

TEST_F(NatsBusTest, TheAddressAloneSaysWhomToTrust) {
  const NatsServer server({.tls = true});
  const NatsServer other({.tls = true});
  const std::string address = "tls://127.0.0.1:" + std::to_string(server.port()) + "?ca=";
  const auto bus = connect(address + certificate_in_url(server));
  ASSERT_TRUE(bus) << bus.error().message;
  EXPECT_TRUE((*bus)->flush(10s));
  EXPECT_THAT((*bus)->state().detail, HasSubstr("?ca=(certificate)"));
  EXPECT_FALSE(connect(address + certificate_in_url(other)));
  const std::string name = "tls://localhost.localdomain:" + std::to_string(server.port()) + "?ca=";
  EXPECT_FALSE(connect_bus(name + certificate_in_url(server), {.limit = 5s, .open = BusOpen::yes},
                           context_.context()))
      << "it is not the server of that name";
}

bool warns(const Bus& bus, const std::string& what) {
  const auto warnings = bus.state().warnings;
  return std::ranges::any_of(warnings, [&](const auto& each) { return each.what == what; });
}

TEST_F(NatsBusTest, FindsThatTheServerLetsStrangersIn) {
  NatsServer server({.extra = "accounts { plant { users: [ { user: cam, password: s3cret },\n"
                              "  { user: guest, password: x } ] } }\nno_auth_user: guest\n"});
  const std::string url = "nats://cam:s3cret@127.0.0.1:" + std::to_string(server.port());
  const auto bus = connect_bus(url, {.limit = 10s, .inspects = true}, context_.context());
  ASSERT_TRUE(bus) << bus.error().message;
  ASSERT_TRUE(wait_until([&] { return warns(**bus, "strangers"); }));
  EXPECT_EQ(context_.value("fovea_bus_open", {{"what", "strangers"}}), 1);
  server.reconfigure("authorization { users: [ { user: cam, password: s3cret } ] }\n");
  EXPECT_TRUE(wait_until([&] { return !warns(**bus, "strangers"); }))
      << "each connection looks anew";
  EXPECT_EQ(context_.value("fovea_bus_open", {{"what", "strangers"}}), 0);
}

// CVE-2023-47090, as it was found with Debian 12's own server.
TEST_F(NatsBusTest, FindsTheHoleOfOldServers) {
  const NatsServer server({.extra =
                               "authorization { users: [ { user: cam, password: s3cret } ] }\n"
                               "accounts { $SYS { users: [ { user: sys, password: x } ] } }\n"});
  const auto greeting = read_greeting("127.0.0.1", server.port(), 10s);
  ASSERT_TRUE(greeting) << greeting.error().message;
  const std::string url = "nats://cam:s3cret@127.0.0.1:" + std::to_string(server.port());
  const auto bus = connect_bus(url, {.limit = 10s, .inspects = true}, context_.context());
  if (!has_known_hole(greeting->version)) GTEST_SKIP() << "this nats-server is mended";
  if (!bus) {  // these let in nobody but strangers
    EXPECT_TRUE(connect("nats://127.0.0.1:" + std::to_string(server.port())));
    return;
  }
  EXPECT_TRUE(wait_until([&] { return warns(**bus, "strangers") && warns(**bus, "old_server"); }));
}

// Accepts and closes, for ever.
class ClosingServer {
 public:
  ClosingServer()
      : port_(*core::find_free_port()), thread_([this](const std::stop_token& stop) {
          const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
          const int yes = 1;
          ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
          sockaddr_in address{};
          address.sin_family = AF_INET;
          address.sin_port = htons(static_cast<uint16_t>(port_));
          address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
          (void)::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
          ::listen(listener, 8);
          while (!stop.stop_requested()) serve_one(listener);
          ::close(listener);
        }) {}
  int port() const { return port_; }
  int served() const { return served_; }

 private:
  void serve_one(int listener) {
    pollfd waiting{listener, POLLIN, 0};
    if (::poll(&waiting, 1, 50) != 1) return;
    const int peer = ::accept(listener, nullptr, nullptr);
    const std::string info =
        "INFO {\"server_id\":\"X\",\"version\":\"2.9.10\",\"headers\":true,"
        "\"max_payload\":1048576}\r\n";
    ::send(peer, info.data(), info.size(), MSG_NOSIGNAL);
    char buffer[4096];
    std::string heard;
    while (heard.find("PING") == std::string::npos) {
      const ssize_t count = ::recv(peer, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      heard.append(buffer, size_t(count));
    }
    ::send(peer, "PONG\r\n", 6, MSG_NOSIGNAL);
    ++served_;
    std::this_thread::sleep_for(5ms);  // the client has read it
    ::close(peer);
  }

  const int port_;
  std::atomic<int> served_ = 0;
  std::jthread thread_;
};

TEST_F(NatsBusTest, AServerThatAcceptsAndClosesIsAskedLessAndLessOften) {
  const ClosingServer server;
  const std::string url = "nats://127.0.0.1:" + std::to_string(server.port());
  const auto bus = connect_bus(url, {.keep_trying = true}, context_.context());
  ASSERT_TRUE(bus);
  ASSERT_TRUE(wait_until([&] { return server.served() >= 1; }));
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(wait_until([&] { return server.served() >= 6; }));
  EXPECT_GT(std::chrono::steady_clock::now() - begin, 1500ms);
  EXPECT_TRUE(wait_until([&] {
    return (*bus)->state().detail.find("ends each connection") != std::string::npos;
  })) << (*bus)->state().detail;
}

TEST(MaskedUrlTest, HidesUserPasswordAndToken) {
  EXPECT_EQ(masked_url("nats://u:p@h:1?ca=f"), "nats://***@h:1?ca=f");
  EXPECT_EQ(masked_url("nats://u:p@ss@h"), "nats://***@h");
  EXPECT_EQ(masked_url("nats://token@h"), "nats://***@h");
  EXPECT_EQ(masked_url("nats://h?credentials=a@b"), "nats://h?credentials=a@b");
  EXPECT_EQ(masked_url("nats://h:4222?credentials=a@b"), "nats://h:4222?credentials=a@b");
  EXPECT_EQ(masked_url("nats://cam:s3?cret@h"), "nats://***@h");
  EXPECT_EQ(masked_url("memory://"), "memory://");
  EXPECT_EQ(masked_url("tls://u:p@h?cert=c&ca=" + std::string(300, 'M') + "&key=k"),
            "tls://***@h?cert=c&ca=(certificate)&key=k");
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
  EXPECT_GE(context_.value("fovea_rejected_total", {{"reason", "attributes"}}), 3);
  EXPECT_EQ(context_.value("fovea_rejected_total", {{"reason", "headers"}}), 3);
  EXPECT_EQ(context_.value("fovea_rejected_total", {{"reason", "source"}}), 1);
  EXPECT_EQ(context_.value("fovea_rejected_total", {{"reason", "topic"}}), 2);
  ASSERT_TRUE((*bus)->publish(make_alert(2)));
  ASSERT_TRUE(wait_until([&] { return (*subscription)->delivered() == 2; }));
  std::lock_guard lock(mutex);
  EXPECT_EQ(ids, (std::vector<std::string>{"stranger", "2"}));
}

// Parsing three quarters of a million headers took 0.1 s, on the thread that all cameras share, and
// before anybody knew whose they are. What is compared with is what as many bytes cost in one line.
TEST_F(NatsBusTest, HeadersWithoutEndAreNotParsed) {
  const NatsServer server({.max_payload_bytes = 8u << 20});
  const auto bus = connect(server.url());
  ASSERT_TRUE(bus) << bus.error().message;
  const auto subscription = (*bus)->subscribe({}, Delivery::ordered, [](const wire::Event&) {});
  ASSERT_TRUE(subscription);
  std::string headers;
  for (int i = 0; i < 740'000; ++i) headers += std::to_string(100'000 + i) + ":1\r\n";
  testing::RawSocket stranger(server.port());
  ASSERT_TRUE(stranger.send("CONNECT {\"verbose\":false,\"headers\":true}\r\n"));
  const auto refused = [&] {
    return context_.value("fovea_rejected_total", {{"reason", "headers"}});
  };
  const auto seconds_of = [&](const std::string& flood) {
    constexpr int messages = 10;
    const auto before = std::clock();
    const auto due = refused() + messages;
    for (int i = 0; i < messages; ++i) EXPECT_TRUE(stranger.send(flood));
    EXPECT_TRUE(wait_until([&] { return refused() == due; }));
    return double(std::clock() - before) / CLOCKS_PER_SEC;
  };
  const std::string one_line = "x:" + std::string(headers.size() - 4, '1') + "\r\n";
  const double line = seconds_of(message("fovea.plant.evil.frame", one_line, "x"));
  const double many = seconds_of(message("fovea.plant.evil.frame", headers, "x"));
  EXPECT_LT(many, 4 * line + 0.1) << "of a processor: reading and sending is all of it";
  ASSERT_TRUE((*bus)->publish(make_alert(1)));
  ASSERT_TRUE(wait_until([&] { return (*subscription)->delivered() == 1; }));
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
