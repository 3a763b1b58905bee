#include "rtsp/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <thread>

#include "core/log_sinks.h"
#include "rtsp/packet_fixture.h"
#include "testing/scripted_server.h"
#include "testing/temporary_directory.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::rtsp {
namespace {

using core::Code;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

constexpr const char* sdp =
    "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n";

std::string described(const std::string& text, const std::string& headers = "") {
  return "200 OK\r\n" + headers + "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" +
         text;
}

// A camera that does what a camera should, but for what a test changes.
class Camera {
 public:
  Camera() : server_([this](const std::string& request) { return answer(request); }) {}

  // What follows "RTSP/1.0 " in the answer to a method; the number of the request is put in.
  void say(const std::string& method, const std::string& rest) {
    const std::lock_guard lock(mutex_);
    says_[method] = rest;
  }
  // In place of an answer: these bytes; empty: the connection ends.
  void break_at(const std::string& method, const std::string& bytes) {
    const std::lock_guard lock(mutex_);
    breaks_[method] = bytes;
  }
  // Everybody needs this header; others get the challenge.
  void ask_for(const std::string& challenge, const std::string& header) {
    const std::lock_guard lock(mutex_);
    challenge_ = challenge;
    wanted_ = header;
  }

  std::string url(const std::string& credentials = "", const std::string& path = "/live") const {
    return "rtsp://" + credentials + "127.0.0.1:" + std::to_string(server_.port()) + path;
  }
  int connections() const { return server_.connections(); }
  std::string requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  std::optional<std::string> answer(const std::string& request) {
    if (request.empty()) return "";
    const std::lock_guard lock(mutex_);
    requests_ += request;
    const std::string method = request.substr(0, request.find(' '));
    if (const auto broken = breaks_.find(method); broken != breaks_.end()) {
      if (broken->second.empty()) return std::nullopt;
      return broken->second;
    }
    const size_t at = request.find("CSeq: ");
    const std::string number = request.substr(at, request.find('\r', at) - at) + "\r\n";
    std::string rest = "200 OK\r\nSession: 7\r\n\r\n";
    if (const auto said = says_.find(method); said != says_.end()) rest = said->second;
    if (!challenge_.empty() && request.find(wanted_) == std::string::npos) {
      rest = "401 Unauthorized\r\nWWW-Authenticate: " + challenge_ + "\r\n\r\n";
    }
    const size_t line = rest.find("\r\n") + 2;
    return "RTSP/1.0 " + rest.substr(0, line) + number + rest.substr(line);
  }

  mutable std::mutex mutex_;  // guards all but the server
  std::map<std::string, std::string> says_{
      {"OPTIONS", "200 OK\r\nPublic: DESCRIBE, SETUP, PLAY, GET_PARAMETER\r\n\r\n"},
      {"DESCRIBE", described(sdp)},
      {"SETUP",
       "200 OK\r\nTransport: RTP/AVP/TCP;unicast;interleaved=4-5\r\nSession: 7;timeout=2\r\n\r\n"},
      {"PLAY",
       "200 OK\r\nSession: 7\r\n\r\n" + packet(9, rtp) + packet(4, rtp) + packet(5, "rtcp")},
  };
  std::map<std::string, std::string> breaks_;
  std::string challenge_, wanted_;
  std::string requests_;
  fovea::testing::ScriptedServer server_;  // last: it calls
};

class RtspClient : public ::testing::Test {
 protected:
  Wait wait(std::chrono::milliseconds limit = 10s, std::stop_token stop = {}) {
    return {clock_, clock_.steady() + limit, std::move(stop)};
  }
  core::Result<std::unique_ptr<Client>> open(const std::string& url,
                                             std::chrono::milliseconds limit = 10s) {
    return Client::open(url, context_.context(), wait(limit));
  }
  // The first packet, or what is wrong.
  std::string outcome(const std::string& url, std::chrono::milliseconds limit = 10s) {
    auto client = open(url, limit);
    if (!client) return client.error().message;
    auto size = (*client)->read_packet(packet_, wait(limit));
    return size ? "a packet" : size.error().message;
  }
  core::Error error_of(const std::string& url, std::chrono::milliseconds limit = 10s) {
    auto client = open(url, limit);
    EXPECT_FALSE(client) << url;
    return client ? core::Error{} : client.error();
  }

  core::SystemClock clock_;
  fovea::testing::TestContext context_;
  std::array<uint8_t, 65536> packet_{};
  Camera camera_;
};

TEST_F(RtspClient, PlaysAndSaysGoodBye) {
  camera_.say("DESCRIBE", described(sdp, "Content-Base: rtsp://10.9.9.9/live/\r\n"));
  {
    auto client = open(camera_.url("u:s3cret@"));
    ASSERT_TRUE(client) << client.error().message;
    EXPECT_EQ((*client)->video().codec, "H264");
    EXPECT_EQ((*client)->security(), Security::plain);
    EXPECT_TRUE((*client)->notes().empty());
    // The stray packet between them is counted.
    EXPECT_EQ(*(*client)->read_packet(packet_, wait()), rtp.size());
    EXPECT_EQ(*(*client)->read_packet(packet_, wait()), 4u);
    EXPECT_EQ(context_.value("fovea_rtsp_stray_packets_total"), 1);
  }
  EXPECT_TRUE(fovea::testing::wait_until(
      [&] { return camera_.requests().find("TEARDOWN") != std::string::npos; }));
  // Of another host's address the path is taken, and nobody was asked for a password.
  EXPECT_THAT(camera_.requests(), HasSubstr("SETUP " + camera_.url("", "/live/track1 RTSP/1.0")));
  EXPECT_THAT(camera_.requests(), HasSubstr("PLAY " + camera_.url("", "/live/ RTSP/1.0")));
  EXPECT_THAT(camera_.requests(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(camera_.requests(), Not(HasSubstr("10.9.9.9")));
  EXPECT_EQ(camera_.connections(), 1);
}

TEST_F(RtspClient, SignsInByADigest) {
  camera_.ask_for("Digest realm=\"cam\", nonce=\"abc\", algorithm=\"SHA-256\"",
                  "algorithm=SHA-256");
  EXPECT_EQ(outcome(camera_.url("viewer:s3cret@")), "a packet");
  EXPECT_THAT(camera_.requests(), Not(HasSubstr("s3cret")));
  camera_.ask_for("Digest realm=\"cam\", nonce=\"abc\"", "never right");
  const auto refused = error_of(camera_.url("viewer:s3cret@"));
  EXPECT_EQ(refused.code, Code::denied);
  EXPECT_THAT(refused.message, HasSubstr("refuses user or password"));
  EXPECT_THAT(refused.message, Not(HasSubstr("s3cret")));
  EXPECT_THAT(error_of(camera_.url()).message, HasSubstr("asks for a user and a password"));
  camera_.ask_for("Digest realm=\"cam\", nonce=\"abc\", algorithm=SHA-3", "never right");
  EXPECT_THAT(error_of(camera_.url("u:p@")).message, HasSubstr("'SHA-3'"));
}

TEST_F(RtspClient, APlainPasswordIsTold) {
  camera_.ask_for("Basic realm=\"cam\"", "Authorization: Basic dTpw");
  auto client = open(camera_.url("u:p@"));
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_THAT((*client)->notes(), ::testing::ElementsAre(HasSubstr("wants the password itself")));
}

// Somebody in between cuts the connection and asks the next one for the password itself.
TEST_F(RtspClient, WhoAskedForADigestGetsNoPasswordOnAnyLaterConnection) {
  video::SourceHistory history;
  const auto open = [&] {
    return Client::open(camera_.url("u:p@"), context_.context(), wait(), &history);
  };
  camera_.ask_for("Digest realm=\"cam\", nonce=\"abc\"", "Authorization: Digest");
  ASSERT_TRUE(open());
  camera_.ask_for("Basic realm=\"cam\"", "Authorization: Basic");
  const auto later = open();
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().code, Code::denied);
  EXPECT_THAT(later.error().message, HasSubstr("somebody may be in between"));
  EXPECT_THAT(camera_.requests(), Not(HasSubstr("Authorization: Basic")));
  camera_.ask_for("Digest realm=\"cam\", nonce=\"def\"", "Authorization: Digest");
  EXPECT_TRUE(open()) << "it is the camera again";
}

// Who asks for it need not let a video come about, after which a note could be read.
TEST_F(RtspClient, APlainPasswordIsLoggedBeforeItIsSent) {
  const auto tail = std::make_shared<core::LogTail>(10);
  const fovea::testing::TemporaryDirectory folder;
  const core::Context context{
      {core::make_file_sink(core::Level::info, {(folder / "log").string(), 1 << 20, 2}, tail),
       "camera"},
      clock_,
      context_.metrics()};
  camera_.ask_for("Basic realm=\"cam\"", "never right");
  video::SourceHistory history;
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(Client::open(camera_.url("u:s3cret@"), context, wait(), &history));
  }
  ASSERT_EQ(tail->lines().size(), 1u) << "once for a camera";
  EXPECT_THAT(tail->lines()[0].message, HasSubstr("wants the password itself"));
  EXPECT_THAT(tail->lines()[0].message, Not(HasSubstr("s3cret")));
}

TEST_F(RtspClient, ARedirectionElsewhereIsToldAndNotFollowed) {
  const Camera other;
  for (const std::string& target :
       {other.url("u:s3cret@"), std::string("rtsp://10.0.0.1/x"), std::string("rtsps://127.0.0.1/"),
        std::string("file:///etc/passwd"), std::string("rtsp://")}) {
    camera_.say("DESCRIBE", "302 Moved\r\nLocation: " + target + "\r\n\r\n");
    const auto told = error_of(camera_.url());
    EXPECT_EQ(told.code, Code::bad_input) << target;
    EXPECT_THAT(told.message, HasSubstr("sends us on to"));
    EXPECT_THAT(told.message, Not(HasSubstr("s3cret")));
  }
  EXPECT_EQ(other.connections(), 0);
  camera_.say("DESCRIBE", "301 Moved\r\nLocation: " + other.url() + "\r\n\r\n");
  EXPECT_THAT(error_of(camera_.url()).message, HasSubstr(other.url()));
}

TEST_F(RtspClient, ARedirectionWithinTheCameraIsFollowedTwice) {
  camera_.say("DESCRIBE", "302 Moved\r\nLocation: " + camera_.url("", "/again") + "\r\n\r\n");
  EXPECT_THAT(error_of(camera_.url()).message, HasSubstr("again and again"));
  EXPECT_EQ(camera_.connections(), 1);
  EXPECT_THAT(camera_.requests(), HasSubstr("DESCRIBE " + camera_.url("", "/again")));
}

TEST_F(RtspClient, EveryStatusHasItsWords) {
  const std::tuple<const char*, Code, const char*> cases[] = {
      {"461 Unsupported Transport", Code::bad_input, "offers no RTP over TCP; switch it on"},
      {"404 Not Found", Code::not_found, "check the path"},
      {"403 Forbidden", Code::denied, "refuses user or password"},
      {"400 Bad Request", Code::bad_input, "answers SETUP with 400 Bad Request"},
      {"500 Oh\x1b[31m no", Code::bad_input, "control characters"},
      {"503 Too many viewers", Code::io, "answers SETUP with 503 Too many viewers"},
      {"200 OK\r\nTransport: RTP/AVP;unicast;client_port=1-2", Code::bad_input, "RTP over TCP"},
      {"200 OK\r\nTransport: RTP/AVP/TCP;interleaved=300-301", Code::bad_input, "channels"},
  };
  for (const auto& [status, code, words] : cases) {
    camera_.say("SETUP", std::string(status) + "\r\n\r\n");
    const auto told = error_of(camera_.url());
    EXPECT_EQ(told.code, code) << status << ": " << told.message;
    EXPECT_THAT(told.message, HasSubstr(words));
  }
}

TEST_F(RtspClient, AHostileDescriptionIsRefused) {
  std::string many = "v=0\r\n";
  for (int i = 0; i < 10000; ++i) many += "m=video 0\r\n";
  const std::tuple<std::string, Code, const char*> cases[] = {
      {"v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 X-QT/90000\r\n", Code::unsupported, "X-QT"},
      {"v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 theora/90000\r\n", Code::unsupported, "THEORA"},
      {many, Code::bad_input, "more than 32"},
      {std::string(sdp) + "a=control:file:///etc/passwd\r\n", Code::bad_input, "file:///etc"},
      {"", Code::bad_input, "no video"},
  };
  for (const auto& [text, code, words] : cases) {
    camera_.say("DESCRIBE", described(text));
    const auto told = error_of(camera_.url());
    EXPECT_EQ(told.code, code) << told.message;
    EXPECT_THAT(told.message, HasSubstr(words));
  }
}

TEST_F(RtspClient, WhateverAServerBreaksIsAnErrorInWords) {
  const std::string ok = "RTSP/1.0 200 OK\r\n";
  const std::tuple<const char*, std::string, const char*> cases[] = {
      {"OPTIONS", "", "has ended the stream"},
      {"DESCRIBE", ok + "X: " + std::string(1 << 20, 'y'), "headers without end"},
      {"DESCRIBE", ok + "Content-Length: 2147483648\r\n\r\n", "2147483648"},
      {"DESCRIBE", "\x80\x60 rubbish", "not RTSP"},
      {"DESCRIBE", "HTTP/1.1 200 OK\r\n\r\n", "HTTP"},
      {"DESCRIBE", ok + "X: a\rInjected: b\r\n\r\n", "control characters"},
      {"SETUP", "", "has ended the stream"},
      {"PLAY", std::string(100'000, 'j'), "nothing but what is not RTSP"},
      {"PLAY", "", "has ended the stream"},
      {"PLAY", "REDIRECT * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "has ended the stream"},
      {"PLAY", "RTSP/1.0 453 Not Enough Bandwidth\r\n\r\n", "answers PLAY with 453"},
  };
  for (const auto& [method, bytes, words] : cases) {
    Camera camera;
    camera.break_at(method, bytes);
    EXPECT_THAT(outcome(camera.url()), HasSubstr(words)) << method;
  }
}

TEST_F(RtspClient, SilenceEndsWithTheDeadline) {
  for (const std::string& never : {std::string("RTSP/1.0 200 OK\r\nX: y\r\n"), packet(0, rtp)}) {
    camera_.break_at("DESCRIBE", never);
    const auto told = error_of(camera_.url(), 300ms);
    EXPECT_EQ(told.code, Code::timeout) << told.message;
    EXPECT_THAT(told.message, HasSubstr("silent"));
  }
}

TEST_F(RtspClient, OneThatNeverPausesIsNotListenedToForEver) {
  std::string flood;
  for (int i = 0; i < 100'000; ++i) flood += packet(200, "x");
  camera_.break_at("PLAY", flood);
  auto client = open(camera_.url());
  ASSERT_TRUE(client) << client.error().message;
  const auto size = (*client)->read_packet(packet_, wait(200ms));
  ASSERT_FALSE(size);
  EXPECT_EQ(size.error().code, Code::timeout) << size.error().message;
}

TEST_F(RtspClient, AStopIsSeenAtOnce) {
  camera_.break_at("DESCRIBE", "RTSP/1.0 200 OK\r\n");
  std::stop_source stop;
  core::SteadyTime asked{};
  std::jthread asker([&] {
    fovea::testing::wait_until(
        [&] { return camera_.requests().find("DESCRIBE") != std::string::npos; });
    asked = clock_.steady();
    stop.request_stop();
  });
  const auto client = Client::open(camera_.url(), context_.context(), wait(20s, stop.get_token()));
  asker.join();
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, Code::closed);
  EXPECT_LT(clock_.steady() - asked, 200ms);
}

TEST_F(RtspClient, TheSessionIsKeptAlive) {
  camera_.say("GET_PARAMETER", "200 OK\r\nSession: 7\r\n\r\n" + packet(4, "alive"));
  auto client = open(camera_.url());
  ASSERT_TRUE(client) << client.error().message;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE((*client)->read_packet(packet_, wait()));
  // The camera's limit is 2 s, and the third packet is all that it says to the next request.
  auto size = (*client)->read_packet(packet_, wait());
  ASSERT_TRUE(size) << size.error().message;
  EXPECT_EQ(*size, 5u);
  camera_.say("GET_PARAMETER", "454 Session Not Found\r\n\r\n");
  do {
    size = (*client)->read_packet(packet_, wait());
  } while (size);
  EXPECT_THAT(size.error().message, HasSubstr("has ended the session"));
}

TEST_F(RtspClient, NobodyThereAndNoSuchHost) {
  int port = 0;
  {
    const fovea::testing::ScriptedServer gone([](const std::string&) { return std::nullopt; });
    port = gone.port();
  }
  const auto refused = error_of("rtsp://127.0.0.1:" + std::to_string(port) + "/x");
  EXPECT_EQ(refused.code, Code::io);
  EXPECT_THAT(refused.message, HasSubstr("connection refused; nothing listens there"));
  EXPECT_EQ(error_of("rtsp://no-such-camera.invalid/x").code, Code::not_found);
}

}  // namespace
}  // namespace fovea::rtsp
