#include <deque>

#include "codec/h264_units.h"
#include "codec/video_codec.h"
#include "core/json.h"
#include "site/http_api_fixture.h"
#include "testing/json.h"
#include "testing/process.h"
#include "wire/command_event.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using core::Json;
using testing::wait_until;

constexpr int group_frames = 5;
constexpr const char* h264_of_gate =
    R"({"type":"subscribe","devices":{"gate":{"frames":true,"h264":true,"results":false}}})";
constexpr const char* jpeg_of_gate =
    R"({"type":"subscribe","devices":{"gate":{"frames":true,"results":false}}})";

// The access units of an encoder's stream, a key frame each fifth.
std::vector<core::Buffer> make_units() {
  const std::string text = testing::run_command({"ffmpeg",
                                                 "-v",
                                                 "error",
                                                 "-f",
                                                 "lavfi",
                                                 "-i",
                                                 "testsrc=size=32x16:rate=10",
                                                 "-t",
                                                 "2",
                                                 "-c:v",
                                                 "libx264",
                                                 "-pix_fmt",
                                                 "yuv420p",
                                                 "-tune",
                                                 "zerolatency",
                                                 "-g",
                                                 std::to_string(group_frames),
                                                 "-slices",
                                                 "1",
                                                 "-x264opts",
                                                 "repeat-headers=1:scenecut=0",
                                                 "-f",
                                                 "h264",
                                                 "-"});
  const core::Bytes stream(text.begin(), text.end());
  std::vector<core::Buffer> units;
  core::Bytes unit;
  codec::NalReader reader(stream);
  while (const auto nal = reader.next()) {
    unit.insert(unit.end(), {0, 0, 0, 1});
    unit.insert(unit.end(), nal->bytes.begin(), nal->bytes.end());
    if (nal->type > uint8_t(codec::NalType::key_slice)) continue;
    units.emplace_back(std::exchange(unit, {}));
  }
  return units;
}

struct Frame {
  uint64_t sequence = 0;
  bool key = false;
  std::string codec;
  uint64_t skipped = 0;
  std::string payload;
};

class LiveVideoTest : public HttpApiFixture {
 protected:
  static void SetUpTestSuite() { units() = make_units(); }
  static std::vector<core::Buffer>& units() {
    static std::vector<core::Buffer> units;
    return units;
  }

  // The next frame of device `gate`; waits until the site has it.
  void send() {
    core::EncodedFrame frame(clock_.now(), sent_ + 1);
    frame.codec = core::Codec::h264;
    frame.key = sent_ % group_frames == 0;
    frame.reference = frame.key ? 0 : sent_;
    frame.data = units().at(sent_++);
    frame.size = {32, 16};
    auto& publisher = publishers_["gate"];
    if (!publisher) publisher = *bus_->live_publisher({"plant", "gate"});
    ASSERT_TRUE(publisher->try_publish(wire::make_frame_event({"plant", "gate"}, frame)));
    ASSERT_TRUE(wait_until([&] {
      const auto newest = site_->frame("gate");
      return newest && newest->sequence == sent_;
    }));
  }

  // Empty codec: none came in time.
  static Frame next_frame(net::WebSocketClient& client, std::chrono::milliseconds limit = 20s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
      const auto message = client.receive(std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now() + 1ms));
      if (!message) return {};
      if (message->text) continue;
      const std::string data(message->data.text());
      size_t length = 0;
      for (size_t i = 0; i < 4; ++i) length |= size_t(uint8_t(data[i])) << (8 * i);
      const auto header = testing::json(data.substr(4, length));
      if (header["type"] != "frame") continue;
      return {header["sequence"].get<uint64_t>(), header["key"].get<bool>(),
              header["codec"].get<std::string>(), header["skipped"].get<uint64_t>(),
              data.substr(4 + length)};
    }
    return {};
  }
  static void ack(net::WebSocketClient& client, uint64_t sequence) {
    ASSERT_TRUE(
        client.send_text(Json{{"type", "ack"}, {"device", "gate"}, {"sequence", sequence}}.dump()));
  }

  uint64_t sent_ = 0;
};

TEST_F(LiveVideoTest, WhoJoinsLateGetsTheWholeGroupAtOnceAndThenEachFrame) {
  start();
  for (int i = 0; i < 8; ++i) send();
  const auto viewer = watch();
  ASSERT_TRUE(viewer->send_text(h264_of_gate));
  for (uint64_t expected = 6; expected <= 8; ++expected) {
    const Frame frame = next_frame(*viewer);
    EXPECT_EQ(frame.sequence, expected);
    EXPECT_EQ(frame.codec, "h264");
    EXPECT_EQ(frame.key, expected == 6);
    EXPECT_EQ(frame.payload, units()[expected - 1].text()) << "as the camera sent it";
    ack(*viewer, frame.sequence);
  }
  for (uint64_t expected = 9; expected <= 15; ++expected) {
    send();
    const Frame frame = next_frame(*viewer);
    EXPECT_EQ(frame.sequence, expected);
    EXPECT_EQ(frame.skipped, 0u);
    ack(*viewer, frame.sequence);
  }
}

TEST_F(LiveVideoTest, AViewerThatIsSlowGoesOnWithAKeyFrame) {
  start();
  send();
  const auto viewer = watch();
  ASSERT_TRUE(viewer->send_text(h264_of_gate));
  ASSERT_EQ(next_frame(*viewer).sequence, 1u);
  send();
  ASSERT_EQ(next_frame(*viewer).sequence, 2u);
  for (int i = 3; i <= 7; ++i) send();  // no credit for these; 6 is a key frame
  EXPECT_EQ(next_frame(*viewer, 300ms).codec, "");
  ack(*viewer, 1);
  const Frame key = next_frame(*viewer);
  EXPECT_EQ(key.sequence, 6u);
  EXPECT_TRUE(key.key);
  EXPECT_EQ(key.skipped, 3u);
  ack(*viewer, 2);
  EXPECT_EQ(next_frame(*viewer).sequence, 7u);
}

TEST_F(LiveVideoTest, OfAPausedDeviceNobodyGetsTheOldPictures) {
  start();
  for (int i = 0; i < 3; ++i) send();
  ASSERT_EQ(call("PATCH", "/api/v1/devices/gate", "Content-Type: application/json\r\n",
                 R"({"paused":true})")
                .status,
            200);
  const auto viewer = watch();
  ASSERT_TRUE(viewer->send_text(h264_of_gate));
  EXPECT_EQ(next_frame(*viewer, 300ms).codec, "");
  EXPECT_TRUE(site_->newest_group("gate").empty());
}

TEST_F(LiveVideoTest, ALostFrameIsCountedAndNobodyGetsWhatBuildsOnIt) {
  start();
  send();
  send();
  ++sent_;  // lost on the way
  for (int i = 4; i <= 6; ++i) send();
  EXPECT_EQ(site_->device("gate")->counters.at("frames_dropped_key"), 2);
  EXPECT_EQ(site_->newest_group("gate").size(), 1u);
  EXPECT_EQ(site_->device("gate")->codec, core::Codec::h264);
  EXPECT_EQ(get("/api/v1/devices/gate").json()["codec"], "h264");
}

TEST_F(LiveVideoTest, WhatSaysItIsVideoAndIsNotIsRefused) {
  start();
  core::EncodedFrame frame(clock_.now(), 1);
  frame.codec = core::Codec::h264;
  frame.size = {32, 16};
  frame.data = core::Buffer(std::string("no start code"));
  auto publisher = *bus_->live_publisher({"plant", "gate"});
  ASSERT_TRUE(publisher->try_publish(wire::make_frame_event({"plant", "gate"}, frame)));
  ASSERT_TRUE(wait_until([&] {
    const auto device = site_->device("gate");
    return device && device->error.find("no picture") != std::string::npos;
  }));
}

TEST_F(LiveVideoTest, TheLargeStreamIsForViewersOnlyAndIsAskedFor) {
  start();
  std::atomic<int> asked = 0;
  const auto commands = *bus_->subscribe({"plant", "cam1", wire::Kind::command},
                                         bus::Delivery::ordered, [&](const wire::Event& event) {
                                           const auto command = wire::parse_command_event(event);
                                           if (command && command->word == "main") ++asked;
                                         });
  run_until_result("cam1");
  auto large = *bus_->live_publisher({"plant", "cam1-main"});
  const auto send_large = [&](uint64_t sequence, bool says_whose = true) {
    core::EncodedFrame frame(clock_.now(), sequence);
    frame.size = {32, 16};
    frame.data = jpeg_;
    auto event = wire::make_frame_event({"plant", "cam1-main"}, frame);
    if (says_whose) event.attributes["mainof"] = "cam1";
    EXPECT_TRUE(large->try_publish(event));
  };
  send_large(1);
  ASSERT_TRUE(wait_until([&] { return context_.value("fovea_rejected_total") > 0; }))
      << "cam1 has not said that it has one";
  send_large(1, false);
  ASSERT_TRUE(wait_until([&] { return context_.value("fovea_rejected_total") > 1; }))
      << "a large stream of nobody's would be a second device";
  wire::CameraStatus status;
  status.stream = {"plant", "cam1"};
  status.time = clock_.now();
  status.state = "live";
  status.main = "cam1-main";
  ASSERT_TRUE(bus_->publish(wire::make_status_event(status)));
  ASSERT_TRUE(wait_until([&] { return site_->device("cam1")->main == "cam1-main"; }));
  EXPECT_EQ(asked, 0);
  const auto viewer = watch();
  ASSERT_TRUE(viewer->send_text(
      R"({"type":"subscribe","devices":{"cam1-main":{"frames":true,"results":false}}})"));
  ASSERT_TRUE(wait_until([&] { return asked > 0; }));
  send_large(2);
  EXPECT_EQ(next_frame(*viewer).sequence, 2u);
  EXPECT_EQ(site_->devices().size(), 1u) << "it is no device of its own";
}

// Where the build can decode: the pictures themselves.
TEST_F(LiveVideoTest, WhoTakesNoH264GetsJpegOfTheSameFrames) {
  if (!codec::open_h264_decoder(1u << 20, context_.context()))
    GTEST_SKIP() << "a build without FFmpeg";
  start();
  for (int i = 0; i < 3; ++i) send();
  const auto viewer = watch();
  ASSERT_TRUE(viewer->send_text(jpeg_of_gate));
  Frame frame;
  ASSERT_TRUE(wait_until([&] {
    if (sent_ < units().size()) send();
    frame = next_frame(*viewer, 100ms);
    return !frame.codec.empty();
  }));
  EXPECT_EQ(frame.codec, "jpeg");
  EXPECT_GE(frame.sequence, 4u);
  const core::Bytes jpeg(frame.payload.begin(), frame.payload.end());
  EXPECT_EQ(codec::read_jpeg_info(jpeg)->size, (core::Size{32, 16}));
  EXPECT_GT(context_.value("fovea_site_jpeg_encoded_total"), 0);
  const auto still = get("/devices/gate/frame.jpg");
  EXPECT_EQ(still.status, 200);
  ASSERT_TRUE(wait_until([&] { return site_->result("gate") != nullptr; })) << "and is inferred";
}

}  // namespace
}  // namespace fovea::site
