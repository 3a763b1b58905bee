#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/jpeg.h"
#include "codec/png.h"
#include "core/limits.h"
#include "site/site.h"
#include "testing/fake_model.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::wait_until;

core::Buffer grey_jpeg(core::Size size) {
  const auto bytes = core::image_bytes(core::PixelFormat::gray8, size);
  return *codec::JpegEncoder().encode({core::PixelFormat::gray8, size, core::Bytes(bytes, 128)},
                                      80);
}

// A site with an honest device, "yard", and one that attacks it, "evil".
class HostileDevice : public ::testing::Test {
 protected:
  HostileDevice() {
    static std::atomic<int> number = 0;
    options_.bus_url = "memory://hostile-device-" + std::to_string(++number);
    bus_ = *bus::connect_bus(options_.bus_url, {}, context_.context());
    options_.name = "plant";
    options_.plan.defaults.model = {"fake", Origin::flag};
    options_.plan.defaults.results_from.value = ResultsFrom::device;  // for its masks
    options_.load_model = [](const std::string&) {
      return core::Result<std::shared_ptr<const infer::LoadedModel>>(
          std::make_shared<testing::FakeModel>(testing::FakeModelPlan{}));
    };
    site_ = *open_site(options_, *bus_, context_.context());
    EXPECT_TRUE(site_->start());
    EXPECT_TRUE(wait_until([&] { return site_->ready(); }));
    EXPECT_TRUE(has_result("yard", grey_jpeg({64, 32})));
  }

  void send(const std::string& device, const core::Buffer& jpeg) {
    const core::EncodedFrame frame(context_.context().clock.now(), ++sequence_,
                                   {core::Codec::jpeg, true, {64, 32}, jpeg});
    auto& publisher = publishers_[device];
    if (!publisher) publisher = *bus_->live_publisher({"plant", device});
    EXPECT_TRUE(
        publisher->try_publish(wire::make_frame_event({"plant", device}, frame, frame.captured)));
  }
  // Sends until a result of a frame comes that was sent now.
  bool has_result(const std::string& device, const core::Buffer& jpeg) {
    const uint64_t before = sequence_;
    return wait_until([&] {
      send(device, jpeg);
      std::this_thread::sleep_for(2ms);  // their rate
      const auto result = site_->result(device);
      return result && result->result.frame_sequence > before;
    });
  }
  double rejected(const std::string& kind, const std::string& reason) const {
    return context_.value("fovea_rejected_total", {{"kind", kind}, {"reason", reason}});
  }

  testing::TestContext context_;
  SiteOptions options_;
  std::unique_ptr<bus::Bus> bus_;
  std::map<std::string, std::unique_ptr<bus::LivePublisher>> publishers_;
  uint64_t sequence_ = 0;
  std::unique_ptr<Site> site_;
};

TEST_F(HostileDevice, AScanBombIsRefusedAtTheDoorInWordsAndCounted) {
  const auto small = grey_jpeg({16, 16});
  core::Bytes bomb(small.data(), small.data() + small.size());
  for (int i = 0; i < 100; ++i) bomb.insert(bomb.end(), {0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0});
  for (int i = 0; i < 20; ++i) send("evil", core::Buffer(bomb));
  ASSERT_TRUE(wait_until([&] {
    const auto evil = site_->device("evil");
    return evil && !evil->error.empty();
  }));
  EXPECT_GE(rejected("frame", "header"), 1);
  EXPECT_THAT(site_->device("evil")->error, HasSubstr("bad picture: a JPEG of more than 20 scans"));
  EXPECT_FALSE(site_->frame("evil")) << "viewers do not get it either";
  EXPECT_TRUE(has_result("yard", grey_jpeg({64, 32})));
}

TEST_F(HostileDevice, ALargePictureIsDecodedBesideAndItsTimeIsCounted) {
  EXPECT_TRUE(has_result("evil", grey_jpeg({2600, 1700})));
  EXPECT_GT(context_.value("fovea_decode_seconds_total", {{"device", "evil"}}), 0);
  EXPECT_GT(site_->device("evil")->counters.at("decode_seconds"), 0);
  EXPECT_TRUE(has_result("yard", grey_jpeg({64, 32})));
}

TEST_F(HostileDevice, WhatIsBeyondTheLimitIsShownButNotInferred) {
  const core::Size size{6000, 4500};  // 25.7 megapixels
  ASSERT_TRUE(wait_until([&] {
    send("evil", grey_jpeg(size));
    const auto evil = site_->device("evil");
    return evil && !evil->error.empty();
  }));
  EXPECT_GE(rejected("frame", "unsupported"), 1);
  EXPECT_THAT(site_->device("evil")->error,
              HasSubstr("6000x4500 is larger than the 24 megapixels"));
  EXPECT_TRUE(site_->frame("evil"));
  EXPECT_FALSE(site_->result("evil"));
  EXPECT_TRUE(has_result("yard", grey_jpeg({64, 32})));
}

// 16 megapixels of zeros in some kilobytes, of a frame of 640x360: the rules' thread would decode
// it.
TEST_F(HostileDevice, AMaskIsNoLargerThanItsFrame) {
  const auto send_mask = [&](core::Size size, core::Size frame) {
    const auto bytes = core::image_bytes(core::PixelFormat::gray8, size);
    wire::Mask mask{1, context_.context().clock.now(), frame, {0, 0, 64, 32}, {}};
    mask.png = *codec::encode_png({core::PixelFormat::gray8, size, core::Bytes(bytes, 1)});
    EXPECT_TRUE(bus_->publish(wire::make_mask_event({"plant", "evil"}, mask)));
  };
  ASSERT_TRUE(has_result("evil", grey_jpeg({64, 32})));
  send_mask({4096, 4096}, {640, 360});
  ASSERT_TRUE(wait_until([&] { return rejected("mask", "content") == 1; }));
  send_mask({4096, 4096}, {4096, 4096});
  ASSERT_TRUE(wait_until([&] { return rejected("mask", "content") == 2; })) << "nor ever so large";
  send_mask({1024, 1024}, {640, 360});
  EXPECT_TRUE(wait_until([&] {
    return site_->mask("evil")->mask.frame == core::Size{640, 360};
  })) << "a network's size";
  EXPECT_EQ(rejected("mask", "content"), 2);
}

}  // namespace
}  // namespace fovea::site
