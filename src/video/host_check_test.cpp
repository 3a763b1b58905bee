#include "video/host_check.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

#include "core/loopback.h"

namespace fovea::video {
namespace {

using core::Code;
using ::testing::HasSubstr;

TEST(HostOf, IsFoundInEveryWayToWriteIt) {
  const std::tuple<const char*, const char*, int> cases[] = {
      {"rtsp://cam/stream", "cam", 554},
      {"rtsps://cam/stream", "cam", 322},
      {"rtsp://cam", "cam", 554},
      {"rtsp://10.0.0.7:8554/a/b?c=d", "10.0.0.7", 8554},
      {"rtsp://anna:p@ss:word@cam.lan:8554/x", "cam.lan", 8554},
      {"rtsp://anna:secret@[fd00::7]:8554/x", "fd00::7", 8554},
      {"rtsp://[::1]/x", "::1", 554},
      {"rtsp://anna:s#/?7@cam/y", "cam", 554},
  };
  for (const auto& [url, host, port] : cases) {
    const auto found = host_of(url);
    ASSERT_TRUE(found) << url;
    EXPECT_EQ(found->host, host) << url;
    EXPECT_EQ(found->port, port) << url;
  }
}

TEST(HostOf, WhatLeadsNowhereIsNone) {
  for (const char* url : {"", "cam", "rtsp://", "rtsp:///x", "rtsp://:554/x", "rtsp://u:p@/x",
                          "rtsp://cam:0/x", "rtsp://cam:65536/x", "rtsp://cam:x/y", "rtsp://cam:/x",
                          "rtsp://[::1/x", "rtsp://[::1]8554/x", "rtsp://cam:99999999999/x"}) {
    EXPECT_FALSE(host_of(url)) << url;
  }
}

// A listening socket of the loopback interface that accepts nobody.
class Listener {
 public:
  explicit Listener(int backlog) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address_);
    socklen_t length = sizeof(address_);
    EXPECT_EQ(::bind(descriptor_, generic, length), 0);
    EXPECT_EQ(::getsockname(descriptor_, generic, &length), 0);
    EXPECT_EQ(::listen(descriptor_, backlog), 0);
  }
  ~Listener() {
    for (const int client : clients_) ::close(client);
    ::close(descriptor_);
  }
  int port() const { return ntohs(address_.sin_port); }

  // The kernel drops whoever comes now, as a host does that is not there.
  void fill_up() {
    for (int i = 0; i < 4; ++i) {
      clients_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)::connect(clients_.back(), reinterpret_cast<sockaddr*>(&address_), sizeof(address_));
    }
  }

 private:
  int descriptor_ = -1;
  sockaddr_in address_{};
  std::vector<int> clients_;
};

class CheckHost : public ::testing::Test {
 protected:
  core::Status check(const std::string& host, int port, const std::stop_token& stop = {}) {
    return check_host({host, port}, std::chrono::milliseconds(400), clock_, stop);
  }
  core::SystemClock clock_;
};

TEST_F(CheckHost, WhoListensIsThere) {
  const Listener listener(1);
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const auto there = check(host, listener.port());
    EXPECT_TRUE(there) << host << ": " << there.error().message;
  }
}

TEST_F(CheckHost, AClosedPortIsRefused) {
  const auto refused = check("127.0.0.1", *core::find_free_port());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::closed);
  EXPECT_THAT(refused.error().message, HasSubstr("nothing listens on its port"));
}

TEST_F(CheckHost, SilenceEndsWithTheLimit) {
  Listener listener(0);
  listener.fill_up();
  const auto silent = check("127.0.0.1", listener.port());
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, Code::timeout);
  EXPECT_THAT(silent.error().message, HasSubstr("127.0.0.1 does not answer"));
}

TEST_F(CheckHost, AnUnknownName) {
  const auto unknown = check("no-such-camera.invalid", 554);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::not_found);
  EXPECT_THAT(unknown.error().message, HasSubstr("'no-such-camera.invalid'"));
}

}  // namespace
}  // namespace fovea::video
