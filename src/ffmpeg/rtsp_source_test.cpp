#include "ffmpeg/rtsp_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "testing/process.h"
#include "testing/rtsp_server.h"
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
  for (const bool passes : {true, false}) {
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
  }
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

}  // namespace
}  // namespace fovea::ffmpeg
