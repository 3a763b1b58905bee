#include "site/devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "site/device_classes.h"
#include "testing/fake_clock.h"
#include "testing/fake_model.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class DevicesTest : public ::testing::Test {
 protected:
  Devices::FrameNote frame(const std::string& id, uint64_t sequence,
                           const std::string& instance = {}) {
    auto made = std::make_shared<core::EncodedFrame>(clock_.now(), sequence);
    made->size = {640, 360};
    return devices_.on_frame(id, made, instance);
  }

  // A second of frames, ten of them, by a camera whose clock is `gap` ahead of ours.
  void second_of_frames(const std::string& id, std::chrono::microseconds gap) {
    for (int i = 0; i < 10; ++i) {
      clock_.advance(80ms);
      auto made = std::make_shared<core::EncodedFrame>(clock_.now() + gap, ++sequence_);
      made->size = {640, 360};
      clock_.advance(20ms);  // on its way
      devices_.on_frame(id, made, {}, made->captured);
    }
  }

  void device_result(const std::string& id, std::vector<wire::ClassShare> classes) {
    auto result = std::make_shared<DeviceResult>();
    result->result.captured = clock_.now();
    result->result.model_name = "own";
    result->result.classes = std::move(classes);
    result->classes = devices_.learn_device_classes(id, result->result);
    devices_.on_result(id, result, true);
  }

  uint64_t sequence_ = 0;
  testing::FakeClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  Devices devices_{{core::Log(core::make_null_sink(), "test"), clock_, *metrics_},
                   {{"known", {{"hall", {1, 2, 3}, -1}}}}};
};

TEST_F(DevicesTest, FirstFrameMakesTheDevice) {
  EXPECT_EQ(frame("yard", 1).seen, Devices::Seen::added);
  EXPECT_EQ(frame("yard", 2).seen, Devices::Seen::known);
  const auto view = devices_.view("yard");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->state, DeviceState::live);
  EXPECT_EQ(view->size, (core::Size{640, 360}));
  EXPECT_EQ(view->frames, 2u);
  EXPECT_FALSE(devices_.view("other"));
}

TEST_F(DevicesTest, AClockThatJumpsIsToldInsteadOfNonsense) {
  for (const auto jump : {std::chrono::microseconds(1h), std::chrono::microseconds(-1h)}) {
    second_of_frames("yard", 0us);
    auto view = *devices_.view("yard");
    EXPECT_EQ(view.clock_gap_s, std::nullopt);
    EXPECT_NEAR(*view.last_frame_age_ms, 20, 0.1);
    for (int i = 0; i < 4; ++i) second_of_frames("yard", jump);  // on the device
    view = *devices_.view("yard");
    ASSERT_TRUE(view.clock_gap_s);
    EXPECT_NEAR(*view.clock_gap_s, std::chrono::duration<double>(jump).count(), 1);
    EXPECT_THAT(view.detail, HasSubstr("clocks differ: the camera's clock is 60 min"));
    EXPECT_THAT(view.detail, HasSubstr(jump > 0us ? "ahead of" : "behind"));
    EXPECT_EQ(view.state, DeviceState::live);
    EXPECT_LT(*view.last_frame_age_ms, 1000) << "since it arrived";
    for (int i = 0; i < 4; ++i) second_of_frames("yard", 0us);
    EXPECT_EQ(devices_.view("yard")->clock_gap_s, std::nullopt) << "set right again";
    clock_.jump(jump);  // on the site; the camera's clock stays
    for (int i = 0; i < 4; ++i) second_of_frames("yard", -jump);
    view = *devices_.view("yard");
    ASSERT_TRUE(view.clock_gap_s);
    EXPECT_NEAR(*view.clock_gap_s, -std::chrono::duration<double>(jump).count(), 1);
    EXPECT_EQ(view.state, DeviceState::live);
    for (int i = 0; i < 4; ++i) second_of_frames("yard", 0us);
  }
}

TEST_F(DevicesTest, TimesThatStandStillAreAFaultThatIsCountedAndOverByItself) {
  const auto stamp = clock_.now();
  std::vector<std::string> news;
  const auto second = [&](bool stands) {
    for (int i = 0; i < 10; ++i) {
      clock_.advance(100ms);
      const auto captured = stands ? stamp : clock_.now();
      const auto made = std::make_shared<core::EncodedFrame>(captured, ++sequence_);
      const auto note = devices_.on_frame("yard", made, {}, clock_.now());
      if (!note.times_news.empty()) news.push_back(note.times_news);
      EXPECT_TRUE(!note.times_wrong || note.clocks_differ) << "no latency can be told";
    }
  };
  for (int i = 0; i < 20; ++i) second(true);
  auto view = *devices_.view("yard");
  EXPECT_EQ(view.time_fault, TimeFault::still);
  EXPECT_EQ(view.state, DeviceState::live);
  EXPECT_THAT(view.detail, HasSubstr("its capture times stand still"));
  EXPECT_THAT(view.detail, Not(HasSubstr("clocks differ")));
  EXPECT_LT(*view.last_frame_age_ms, 1000) << "since it arrived";
  EXPECT_EQ(view.last_result_age_ms, std::nullopt);
  EXPECT_NEAR(view.counters.at("frames_time_wrong"), 170, 2);
  EXPECT_TRUE(devices_.has_wrong_times("yard"));
  for (int i = 0; i < 5; ++i) second(false);
  view = *devices_.view("yard");
  EXPECT_EQ(view.time_fault, TimeFault::none);
  EXPECT_EQ(view.detail, "live");
  EXPECT_FALSE(devices_.has_wrong_times("yard"));
  EXPECT_EQ(news, (std::vector{in_words(TimeFault::still), in_words(TimeFault::none)}));
}

TEST_F(DevicesTest, RefusesMoreThanTheLimit) {
  for (size_t i = 0; i < core::limits::devices_max; ++i) {
    ASSERT_EQ(frame("d" + std::to_string(i), 1).seen, Devices::Seen::added);
  }
  EXPECT_EQ(frame("one-more", 1).seen, Devices::Seen::refused);
  EXPECT_EQ(devices_.expect("one-more"), Devices::Seen::refused);
  EXPECT_EQ(frame("d0", 2).seen, Devices::Seen::known) << "the others go on";
  EXPECT_EQ(devices_.views().size(), core::limits::devices_max);
}

TEST_F(DevicesTest, CountsGapsInTheSequence) {
  for (const uint64_t sequence : {5, 6, 9, 10, 20}) frame("yard", sequence);
  EXPECT_EQ(devices_.view("yard")->counters.at("frames_lost"), 2 + 9);
}

TEST_F(DevicesTest, ARestartedCameraIsNoSecondCamera) {
  for (uint64_t i = 100; i < 110; ++i) frame("yard", i, "first");
  for (uint64_t i = 1; i < 10; ++i) EXPECT_FALSE(frame("yard", i, "second").second_publisher);
  const auto view = devices_.view("yard");
  EXPECT_EQ(view->counters.at("publisher_changes"), 1);
  EXPECT_EQ(view->counters.at("frames_lost"), 0);
  EXPECT_THAT(view->detail, Not(HasSubstr("two cameras")));
}

TEST_F(DevicesTest, TwoCamerasWithOneNameAreNoticedBySequence) {
  int noticed = 0;
  for (uint64_t i = 0; i < 20; ++i) {
    noticed += frame("yard", 1000 + i).second_publisher;
    noticed += frame("yard", 5 + i).second_publisher;
    clock_.advance(50ms);
  }
  EXPECT_EQ(noticed, 1) << "said once, while it lasts";
  EXPECT_THAT(devices_.view("yard")->detail, HasSubstr("two cameras publish under this name"));
  EXPECT_LT(devices_.view("yard")->counters.at("frames_lost"), 1000);

  for (uint64_t i = 0; i < 20; ++i) {
    clock_.advance(1s);
    frame("yard", 2000 + i);
  }
  EXPECT_THAT(devices_.view("yard")->detail, Not(HasSubstr("two cameras")));
}

TEST_F(DevicesTest, TwoCamerasWithOneNameAreNoticedByInstance) {
  bool noticed = false;
  for (uint64_t i = 1; i < 5; ++i) {
    noticed |= frame("yard", 2 * i, "a").second_publisher;
    noticed |= frame("yard", 2 * i + 1, "b").second_publisher;
  }
  EXPECT_TRUE(noticed);
}

TEST_F(DevicesTest, TellsEachChangeOfStateOnce) {
  frame("yard", 1);
  auto changes = devices_.judge_all();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].to, DeviceState::live);
  EXPECT_TRUE(devices_.judge_all().empty());
  clock_.advance(3s);
  changes = devices_.judge_all();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].to, DeviceState::stale);
  clock_.advance(10s);
  EXPECT_EQ(devices_.judge_all().at(0).to, DeviceState::away);
  frame("yard", 2);
  EXPECT_EQ(devices_.judge_all().at(0).to, DeviceState::live);
}

TEST_F(DevicesTest, SaysWhoIsThereWithoutGuessing) {
  devices_.expect("hall");
  for (const char* id : {"hall", "nobody"}) {
    EXPECT_FALSE(devices_.presence(id)) << id << " may still come";
  }
  frame("yard", 7);
  ASSERT_TRUE(devices_.presence("yard"));
  EXPECT_FALSE(devices_.presence("yard")->away);
  EXPECT_EQ(devices_.presence("yard")->sequence, 7u);
  clock_.advance(3s);
  EXPECT_FALSE(devices_.presence("yard")->away) << "stale";
  clock_.advance(10s);
  for (const char* id : {"hall", "nobody", "yard"}) {
    ASSERT_TRUE(devices_.presence(id)) << id;
    EXPECT_TRUE(devices_.presence(id)->away) << id;
    EXPECT_THAT(devices_.presence(id)->detail, HasSubstr("away since")) << id;
  }
  EXPECT_THAT(devices_.presence("nobody")->detail, HasSubstr("no picture has come yet"));
  EXPECT_EQ(devices_.presence("nobody")->sequence, 0u);
  EXPECT_EQ(devices_.presence("yard")->sequence, 7u) << "its last picture";
  devices_.mark("yard", "", true);
  EXPECT_TRUE(devices_.presence("yard")->away);
  EXPECT_EQ(devices_.presence("yard")->sequence, 0u) << "is not shown while it is paused";
  EXPECT_FALSE(devices_.view("nobody")) << "nobody was added by asking";
}

TEST_F(DevicesTest, ShowsInTheMetricsWhoIsLiveUntilItIsForgotten) {
  const auto live = [&](const std::string& id) -> std::optional<double> {
    for (const auto& sample : metrics_->samples()) {
      if (sample.name == "fovea_device_live" && sample.labels.at("device") == id) {
        return sample.value;
      }
    }
    return std::nullopt;
  };
  devices_.expect("hall");
  frame("yard", 1);
  devices_.judge_all();
  EXPECT_EQ(live("hall"), 0) << "connecting";
  EXPECT_EQ(live("yard"), 1);
  EXPECT_EQ(live("gate"), std::nullopt);
  clock_.advance(3s);
  devices_.judge_all();
  EXPECT_EQ(live("yard"), 0) << "stale";
  frame("yard", 2);
  devices_.judge_all();
  EXPECT_EQ(live("yard"), 1);
  clock_.advance(60s);
  devices_.judge_all();
  EXPECT_EQ(live("yard"), 0) << "away";
  devices_.forget("yard");
  EXPECT_EQ(live("yard"), std::nullopt);
  EXPECT_EQ(live("hall"), 0) << "the others stay";
  frame("yard", 1);
  devices_.judge_all();
  EXPECT_EQ(live("yard"), 1) << "it has come back";
}

TEST_F(DevicesTest, APausedDeviceIsAliveAndUnseen) {
  EXPECT_EQ(devices_.drop_paused("yard"), std::nullopt);
  frame("yard", 1);
  ASSERT_NE(devices_.frame("yard"), nullptr);
  devices_.mark("yard", "Hof", true);
  EXPECT_TRUE(devices_.is_paused("yard"));
  EXPECT_EQ(devices_.frame("yard"), nullptr) << "it would pass for a picture of now";
  clock_.advance(20s);
  EXPECT_EQ(devices_.drop_paused("yard"), Devices::Seen::known);
  EXPECT_EQ(devices_.drop_paused("gate"), std::nullopt);
  auto view = *devices_.view("yard");
  EXPECT_TRUE(view.paused);
  EXPECT_EQ(view.name, "Hof");
  EXPECT_EQ(view.state, DeviceState::live);
  EXPECT_THAT(view.detail, HasSubstr("paused"));
  EXPECT_EQ(view.counters.at("frames_dropped_paused"), 1);
  EXPECT_EQ(view.frames, 2);
  device_result("yard", {{0, "floor", 1, {}}});
  EXPECT_EQ(devices_.result("yard"), nullptr) << "one that was under way";
  clock_.advance(600s);
  view = *devices_.view("yard");
  EXPECT_EQ(view.state, DeviceState::away);
  EXPECT_THAT(view.detail, HasSubstr("paused"));
  EXPECT_THAT(view.detail, HasSubstr("away since"));
  devices_.mark("yard", "Hof", false);
  frame("yard", 2);
  EXPECT_NE(devices_.frame("yard"), nullptr);
  EXPECT_FALSE(devices_.view("yard")->paused);
}

TEST_F(DevicesTest, WhoIsPausedFromBeforeShowsNothingWhenItComes) {
  devices_.mark("yard", "", true);
  EXPECT_FALSE(devices_.view("yard"));
  EXPECT_EQ(devices_.drop_paused("yard"), Devices::Seen::added);
  EXPECT_TRUE(devices_.view("yard")->paused);
}

TEST_F(DevicesTest, OnlyWhoIsAwayAndSilentCanBeForgotten) {
  EXPECT_EQ(devices_.may_forget("yard").error().code, core::Code::not_found);
  frame("yard", 1);
  EXPECT_EQ(devices_.may_forget("yard").error().code, core::Code::busy);
  devices_.forget("yard");
  ASSERT_TRUE(devices_.view("yard")) << "it is live";
  clock_.advance(60s);
  wire::CameraStatus status;
  status.stream = {"plant", "yard"};
  status.state = "failed";
  devices_.on_status(status);
  EXPECT_THAT(devices_.may_forget("yard").error().message, HasSubstr("still reports"));
  status.state = "stopped";
  devices_.on_status(status);
  EXPECT_TRUE(devices_.may_forget("yard")) << "its last word";
  clock_.advance(60s);
  ASSERT_TRUE(devices_.may_forget("yard"));
  DeviceMeters* const meters = devices_.meters("yard");
  devices_.forget("yard");
  EXPECT_FALSE(devices_.view("yard"));
  EXPECT_EQ(devices_.meters("yard"), meters) << "a session may still count for it";
  EXPECT_EQ(frame("yard", 1).seen, Devices::Seen::added);
}

TEST_F(DevicesTest, ShowsTheGravestFault) {
  frame("yard", 1);
  EXPECT_TRUE(devices_.set_fault("yard", Fault::frame, "bad picture"));
  EXPECT_TRUE(devices_.set_fault("yard", Fault::model, "no model"));
  EXPECT_FALSE(devices_.set_fault("yard", Fault::model, "no model")) << "nothing new";
  EXPECT_EQ(devices_.view("yard")->error, "no model");
  EXPECT_TRUE(devices_.set_fault("yard", Fault::model, ""));
  EXPECT_EQ(devices_.view("yard")->error, "bad picture");
  EXPECT_TRUE(devices_.set_fault("yard", Fault::frame, ""));
  EXPECT_EQ(devices_.view("yard")->error, "");
}

TEST_F(DevicesTest, ADeviceThatInfersItselfNeedsNoModel) {
  EXPECT_FALSE(frame("hall", 1).inferred_by_device);
  devices_.set_fault("hall", Fault::model, "no model");
  device_result("hall", {{2, "belt", 0.5, {}}, {0, "floor", 0.5, {}}});
  EXPECT_TRUE(frame("hall", 2).inferred_by_device);
  auto view = devices_.view("hall");
  EXPECT_TRUE(view->inferred_by_device);
  EXPECT_EQ(view->model, "own");
  EXPECT_EQ(view->error, "");
  ASSERT_EQ(view->classes->size(), 3u);
  EXPECT_EQ(view->classes->at(2).name, "belt");
  EXPECT_EQ(view->classes->at(1).name, "class 1");

  clock_.advance(6s);
  EXPECT_FALSE(frame("hall", 3).inferred_by_device) << "it has stopped doing so";
}

TEST_F(DevicesTest, ClassesOfKnownDeviceModelsAreNotGuessed) {
  frame("hall", 1);
  wire::FrameResult result;
  result.model_name = "known";
  result.classes = {{0, "renamed", 1, {}}, {200, "invented", 0, {}}};
  const auto classes = devices_.learn_device_classes("hall", result);
  ASSERT_EQ(classes->size(), 1u);
  EXPECT_EQ(classes->at(0).name, "hall");
}

TEST(DeviceClasses, HostileIndicesAreIgnored) {
  wire::FrameResult result;
  result.classes = {{-1, "a", 0, {}}, {255, "b", 0, {}}, {1 << 30, "c", 0, {}}, {254, "d", 0, {}}};
  EXPECT_EQ(extend_classes({}, result).size(), 255u);
}

TEST(DeviceClasses, ColoursAreVocs) {
  EXPECT_EQ(class_colour(0), (core::Colour{0, 0, 0}));
  EXPECT_EQ(class_colour(1), (core::Colour{128, 0, 0}));
  EXPECT_EQ(class_colour(15), (core::Colour{192, 128, 128}));  // person
}

TEST_F(DevicesTest, WhoseDecodingIsDearIsToldSo) {
  frame("yard", 1);
  devices_.set_model("yard",
                     std::make_shared<ServedModel>(ServedModel{
                         "fake", std::make_shared<testing::FakeModel>(testing::FakeModelPlan{}),
                         std::make_shared<core::ClassList>()}));
  devices_.on_cost("yard", 25, 12);
  EXPECT_THAT(devices_.view("yard")->detail, Not(HasSubstr("decode"))) << "as large cameras do";
  for (int i = 0; i < 50; ++i) devices_.on_cost("yard", 212, 12);
  EXPECT_THAT(devices_.view("yard")->detail, HasSubstr("take 211 ms to decode and 12 ms to infer"));
  for (int i = 0; i < 50; ++i) devices_.on_cost("yard", 2, 12);
  EXPECT_THAT(devices_.view("yard")->detail, Not(HasSubstr("decode")));
  devices_.on_cost("nobody", 1, 1);
}

}  // namespace
}  // namespace fovea::site
