#include "ffmpeg/rtsp_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "core/limits.h"
#include "testing/process.h"
#include "testing/rtsp_server.h"
#include "testing/scripted_server.h"
#include "testing/temporary_directory.h"
#include "testing/test_context.h"

namespace fovea::ffmpeg {
namespace {

using core::Code;
using ::testing::HasSubstr;

// Against a real RTSP server that plays a real video.
class RtspSourceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* data = std::getenv("FOVEA_DATA");
    if (!data) GTEST_SKIP() << "needs FOVEA_DATA";
    if (!fovea::testing::RtspServer::is_available())
      GTEST_SKIP() << "needs GStreamer's RTSP server";
    file_ = std::string(data) + "/videos/car-detection.mp4";
    server_ = std::make_unique<fovea::testing::RtspServer>(file_);
  }

  std::unique_ptr<video::Source> open(const std::string& url) {
    auto source = open_rtsp_source(url, {}, context_.context());
    EXPECT_TRUE(source);
    return std::move(*source);
  }
  core::Error error_of(const std::string& url) {
    auto picture = open(url)->next({});
    EXPECT_FALSE(picture) << url;
    return picture ? core::Error{} : picture.error();
  }

  fovea::testing::TestContext context_;
  std::string file_;
  std::unique_ptr<fovea::testing::RtspServer> server_;
};

TEST_F(RtspSourceTest, PicturesArrive) {
  auto source = open(server_->url());
  for (int i = 0; i < 10; ++i) {
    auto picture = source->next({});
    ASSERT_TRUE(picture) << picture.error().message;
    EXPECT_EQ(std::get<core::Image>(picture->content).size, (core::Size{768, 432}));
  }
}

TEST_F(RtspSourceTest, PasswordInTheUrl) {
  const fovea::testing::RtspServer closed(file_, "viewer", "s3cret");
  auto picture = open(closed.url("viewer:s3cret"))->next({});
  EXPECT_TRUE(picture) << picture.error().message;
  const auto refused = error_of(closed.url("viewer:wrong"));
  EXPECT_EQ(refused.code, Code::denied) << refused.message;
  EXPECT_THAT(refused.message, HasSubstr("refuses user or password"));
  EXPECT_THAT(refused.message, Not(HasSubstr("viewer:wrong")));
  const auto asked = error_of(closed.url());
  EXPECT_EQ(asked.code, Code::denied) << asked.message;
  EXPECT_THAT(asked.message, HasSubstr("asks for a user and a password"));
}

TEST_F(RtspSourceTest, ADigestAndMotionJpeg) {
  const fovea::testing::RtspServer closed("mjpeg:", "digest:viewer", "s3cret");
  auto source = open(closed.url("viewer:s3cret"));
  auto picture = source->next({});
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ(std::get<core::EncodedPicture>(picture->content).codec, core::Codec::jpeg);
  EXPECT_EQ(source->facts().codec, "mjpeg");
  EXPECT_TRUE(source->facts().notes.empty());
  EXPECT_EQ(error_of(closed.url("viewer:wrong")).code, Code::denied);
}

TEST_F(RtspSourceTest, EncryptedAndByWhomItIsVouchedFor) {
  const fovea::testing::TemporaryDirectory folder;
  const auto certificate = (folder / "cert.pem").string(), key = (folder / "key.pem").string();
  fovea::testing::run_command({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                               "2", "-subj", "/CN=camera", "-addext", "subjectAltName=IP:127.0.0.1",
                               "-keyout", key, "-out", certificate});
  const fovea::testing::RtspServer server("sound:", "", "", {certificate, key});
  auto source = open(server.url());
  auto picture = source->next({});
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_THAT(source->description(), HasSubstr("(encrypted, not verified)"));
  EXPECT_TRUE(source->facts().has_sound);
  ASSERT_EQ(source->facts().notes.size(), 1u);
  const std::string note = source->facts().notes[0];
  ASSERT_THAT(note, HasSubstr("#pin=sha256:"));
  const std::string pin = note.substr(note.find("#pin="), 12 + 64);

  source.reset();
  auto pinned = open(server.url() + pin);
  picture = pinned->next({});
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_THAT(pinned->description(), AllOf(HasSubstr("(encrypted)"), HasSubstr("#pin=")));
  EXPECT_TRUE(pinned->facts().notes.empty());
  pinned.reset();
  const auto other = error_of(server.url() + "#pin=sha256:" + std::string(64, '0'));
  EXPECT_EQ(other.code, Code::bad_input);
  EXPECT_THAT(other.message, HasSubstr("not the pinned one, but " + pin.substr(5)));

  ::setenv("SSL_CERT_FILE", certificate.c_str(), 1);
  auto verified = open(server.url());
  picture = verified->next({});
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_THAT(verified->description(), HasSubstr("(encrypted)"));
  verified.reset();
  // Vouched for, but as another host.
  auto by_name = open("rtsps://localhost" + server.url().substr(server.url().rfind(':')));
  picture = by_name->next({});
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_THAT(by_name->description(), HasSubstr("(encrypted, not verified)"));
  ::unsetenv("SSL_CERT_FILE");
}

TEST_F(RtspSourceTest, UnknownPathAndNobodyThere) {
  const auto unknown = error_of(server_->url({}, "/elsewhere"));
  EXPECT_EQ(unknown.code, Code::not_found) << unknown.message;
  EXPECT_THAT(unknown.message, HasSubstr("check the path"));
  server_->kill();
  const auto refused = error_of(server_->url());
  EXPECT_EQ(refused.code, Code::io) << refused.message;
  EXPECT_THAT(refused.message, HasSubstr("connection refused"));
}

TEST_F(RtspSourceTest, ACutEndsItAndTheServerComesBack) {
  auto source = open(server_->url());
  ASSERT_TRUE(source->next({}));
  server_->kill();
  core::Result<video::Picture> picture = core::Error{};
  do {
    picture = source->next({});
  } while (picture);
  EXPECT_EQ(picture.error().code, Code::io) << picture.error().message;
  server_->restart();
  auto again = open(server_->url())->next({});
  EXPECT_TRUE(again) << again.error().message;
}

// Who comes in the middle waits for longer than a silence may last.
TEST_F(RtspSourceTest, AKeyFrameEveryEightSeconds) {
  const auto wait_for_a_key_frame = [this](bool passes) {
    const fovea::testing::RtspServer server("rare-keys:");
    video::SourceOptions options;
    options.passes_h264 = passes;
    auto source = open_rtsp_source(server.url(), options, context_.context());
    ASSERT_TRUE(source);
    const auto start = context_.context().clock.steady();
    auto picture = (*source)->next({});
    ASSERT_TRUE(picture) << picture.error().message;
    EXPECT_GT(context_.context().clock.steady() - start, video::silence_max);
    const auto* frame = std::get_if<core::EncodedPicture>(&picture->content);
    EXPECT_EQ(frame != nullptr, passes);
    EXPECT_TRUE(!frame || frame->key);
  };
  const std::jthread other([&] { wait_for_a_key_frame(true); });
  wait_for_a_key_frame(false);
}

TEST_F(RtspSourceTest, SilenceIsATimeout) {
  auto source = open(server_->url());
  ASSERT_TRUE(source->next({}));
  server_->process().pause();
  core::Result<video::Picture> picture = core::Error{};
  do {
    picture = source->next({});
  } while (picture);
  EXPECT_EQ(picture.error().code, Code::timeout) << picture.error().message;
  server_->process().resume();
}

// Of one picture, of which the last fragment never comes (RFC 6184, 5.8; RFC 7798, 4.4.3; RFC
// 6416): FFmpeg would join them until memory ends.
struct Endless {
  const char* name;
  const char* codec;
  std::string first, next;  // what begins a fragment's payload
};

std::string fragments_of(const Endless& endless, size_t bytes) {
  constexpr size_t piece = 60'000;
  std::string packets;
  uint16_t number = 0;
  while (packets.size() < bytes) {
    std::string rtp("\x80\x60", 2);
    rtp += {char(number >> 8), char(number & 255)};
    rtp += std::string("\0\0\0\1\0\0\0\2", 8);
    rtp += number == 0 ? endless.first : endless.next;
    rtp.resize(piece, 'x');
    packets += std::string("$\0", 2) + char(piece >> 8) + char(piece & 255) + rtp;
    ++number;
  }
  return packets;
}

class EndlessPictureTest : public ::testing::TestWithParam<Endless> {};

TEST_P(EndlessPictureTest, IsRefused) {
  const std::string sdp = std::string("v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 ") +
                          GetParam().codec + "/90000\r\na=control:track1\r\n";
  const std::string flood = fragments_of(GetParam(), 2 * core::limits::frame_bytes_max);
  const fovea::testing::ScriptedServer camera([&](const std::string& request) {
    const size_t at = request.find("CSeq: ");
    if (at == std::string::npos) return std::string();
    const std::string begin =
        "RTSP/1.0 200 OK\r\n" + request.substr(at, request.find('\r', at) - at) + "\r\n";
    if (request.starts_with("DESCRIBE")) {
      return begin + "Content-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
    }
    if (request.starts_with("SETUP")) {
      return begin + "Session: 7\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n";
    }
    return begin + "Session: 7\r\n\r\n" + (request.starts_with("PLAY") ? flood : "");
  });
  fovea::testing::TestContext context;
  video::SourceOptions options;
  options.passes_h264 = false;
  auto source = open_rtsp_source("rtsp://127.0.0.1:" + std::to_string(camera.port()) + "/x",
                                 options, context.context());
  ASSERT_TRUE(source);
  const auto picture = (*source)->next({});
  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().code, Code::bad_input);
  EXPECT_THAT(picture.error().message, HasSubstr("sends one picture of more than 16 MiB"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, EndlessPictureTest,
                         ::testing::Values(Endless{"h264", "H264", "\x7c\x85", "\x7c\x05"},
                                           Endless{"h265", "H265", "\x62\x01\x93", "\x62\x01\x13"},
                                           Endless{"mpeg4", "MP4V-ES", std::string("\0\0\1\xb6", 4),
                                                   "x"}),
                         [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace fovea::ffmpeg
