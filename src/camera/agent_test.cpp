#include "camera/agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

#include "bus/bus.h"
#include "camera/truth.h"
#include "codec/jpeg.h"
#include "codec/png.h"
#include "codec/video_codec.h"
#include "core/limits.h"
#include "core/thread.h"
#include "testing/fake_clock.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"
#include "wire/command_event.h"

namespace fovea::camera {
namespace {

using core::Code;
using core::Error;
using fovea::testing::wait_until;

core::Image grey_image(core::Size size = {32, 16}) {
  return {core::PixelFormat::gray8, size,
          core::Bytes(core::image_bytes(core::PixelFormat::gray8, size), 128)};
}

// A source by plan: `count` pictures, then `end`. `hang` blocks in a call and ignores its stop.
struct Plan {
  int count = 1'000'000;
  Error end{Code::io, "the cable was cut"};
  std::chrono::milliseconds pace{5};
  std::atomic<bool>* hang = nullptr;
  std::shared_ptr<const video::GroundTruth> truth;
};

class PlannedSource final : public video::Source {
 public:
  PlannedSource(Plan plan, const core::Clock& clock) : plan_(std::move(plan)), clock_(clock) {}

  core::Result<video::Picture> next(std::stop_token stop) override {
    while (plan_.hang && *plan_.hang) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // hangs
    }
    if (shown_++ >= plan_.count) return plan_.end;
    if (!core::sleep_for(plan_.pace, stop)) return Error{Code::closed, "stopped"};
    return video::Picture{clock_.now(), grey_image(), plan_.truth};
  }
  std::string description() const override { return "planned"; }

 private:
  const Plan plan_;
  const core::Clock& clock_;
  int shown_ = 0;
};

// The memory bus with credit that a test takes away.
class CreditBus final : public bus::Bus {
 public:
  CreditBus(bus::Bus& inner, const std::atomic<bool>& open) : inner_(inner), open_(open) {}
  bus::Capabilities capabilities() const override { return inner_.capabilities(); }
  bus::BusState state() const override { return inner_.state(); }
  core::Status publish(const wire::Event& event) override { return inner_.publish(event); }
  core::Result<std::unique_ptr<bus::LivePublisher>> live_publisher(
      const core::StreamId& stream) override {
    auto publisher = inner_.live_publisher(stream);
    if (!publisher) return publisher.error();
    return std::unique_ptr<bus::LivePublisher>(
        std::make_unique<Publisher>(std::move(*publisher), open_));
  }
  core::Result<std::unique_ptr<bus::Subscription>> subscribe(const wire::TopicFilter& filter,
                                                             bus::Delivery delivery,
                                                             bus::Handler handler) override {
    return inner_.subscribe(filter, delivery, std::move(handler));
  }
  core::Result<wire::Event> request(const wire::Event& event,
                                    std::chrono::milliseconds limit) override {
    return inner_.request(event, limit);
  }
  core::Result<std::unique_ptr<bus::Subscription>> answer(const wire::TopicFilter& filter,
                                                          bus::RequestHandler handler) override {
    return inner_.answer(filter, std::move(handler));
  }
  core::Status flush(std::chrono::milliseconds limit) override { return inner_.flush(limit); }

 private:
  class Publisher final : public bus::LivePublisher {
   public:
    Publisher(std::unique_ptr<bus::LivePublisher> inner, const std::atomic<bool>& open)
        : inner_(std::move(inner)), open_(open) {}
    core::Status try_publish(const wire::Event& event) override {
      return inner_->try_publish(event);
    }
    int in_flight() const override { return open_ ? 0 : core::limits::frames_in_flight_max; }

   private:
    const std::unique_ptr<bus::LivePublisher> inner_;
    const std::atomic<bool>& open_;
  };
  bus::Bus& inner_;
  const std::atomic<bool>& open_;
};

class AgentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto bus = bus::connect_bus("memory://agent-test", {}, context_.context());
    ASSERT_TRUE(bus) << bus.error().message;
    bus_ = std::move(*bus);
    auto subscription =
        bus_->subscribe({}, bus::Delivery::ordered, [this](const wire::Event& event) {
          std::lock_guard lock(mutex_);
          events_.push_back(event);
        });
    ASSERT_TRUE(subscription);
    subscription_ = std::move(*subscription);
  }

  std::unique_ptr<Agent> start(AgentOptions options, Agent::OpenSource open_source) {
    return std::make_unique<Agent>(std::move(options), *bus_, context_.context(),
                                   std::move(open_source));
  }
  std::unique_ptr<Agent> start(const Plan& plan, AgentOptions options = camera("cam")) {
    return start(std::move(options), [plan](const auto&, const auto&, const auto& context) {
      return core::Result<std::unique_ptr<video::Source>>(
          std::make_unique<PlannedSource>(plan, context.clock));
    });
  }
  static AgentOptions camera(const std::string& name) {
    AgentOptions options;
    options.stream = {"site", name};
    options.source = "planned:1";
    return options;
  }

  std::vector<wire::Event> events(wire::Kind kind, const std::string& device = "cam") {
    std::lock_guard lock(mutex_);
    std::vector<wire::Event> found;
    for (const auto& event : events_) {
      if (event.topic.kind == kind && event.topic.device == device) found.push_back(event);
    }
    return found;
  }
  bool has_frames(size_t count, const std::string& device = "cam") {
    return wait_until([&] { return events(wire::Kind::frame, device).size() >= count; });
  }

  fovea::testing::TestContext context_;
  std::mutex mutex_;  // guards events_
  std::vector<wire::Event> events_;
  std::unique_ptr<bus::Bus> bus_;
  std::unique_ptr<bus::Subscription> subscription_;
};

TEST_F(AgentTest, FramesAreNumberedStampedJpeg) {
  auto agent = start(Plan{});
  ASSERT_TRUE(has_frames(5));
  agent.reset();
  uint64_t expected = 0;
  for (const auto& event : events(wire::Kind::frame)) {
    auto frame = wire::parse_frame_event(event);
    ASSERT_TRUE(frame) << frame.error().message;
    EXPECT_EQ(frame->sequence, ++expected);
    EXPECT_EQ(frame->size, (core::Size{32, 16}));
    EXPECT_TRUE(codec::read_jpeg_info(frame->data.span()));
    auto published = wire::published_time(event);
    ASSERT_TRUE(published);
    EXPECT_GE(*published, frame->captured);
    EXPECT_FALSE(event.attributes.at("instance").empty());
  }
}

TEST_F(AgentTest, TellsItsStatus) {
  auto agent = start(Plan{});
  ASSERT_TRUE(has_frames(3));
  agent.reset();
  ASSERT_TRUE(wait_until([&] {
    const auto all = events(wire::Kind::status);
    return !all.empty() && wire::parse_status_event(all.back())->state == "stopped";
  }));
  std::vector<std::string> states;
  for (const auto& event : events(wire::Kind::status)) {
    states.push_back(wire::parse_status_event(event)->state);
  }
  EXPECT_THAT(states, ::testing::Contains("live"));
  EXPECT_EQ(wire::parse_status_event(events(wire::Kind::status).back())->source, "planned:1");
}

TEST_F(AgentTest, WithoutCreditPicturesAreDroppedAndCounted) {
  std::atomic<bool> open = false;
  CreditBus bus(*bus_, open);
  Agent agent(camera("cam"), bus, context_.context(),
              [](const auto&, const auto&, const auto& context) {
                return core::Result<std::unique_ptr<video::Source>>(
                    std::make_unique<PlannedSource>(Plan{}, context.clock));
              });
  ASSERT_TRUE(wait_until([&] { return agent.status().dropped >= 3; }));
  EXPECT_EQ(agent.status().published, 0u);
  open = true;
  ASSERT_TRUE(has_frames(2));
  // The numbers of dropped pictures are missing at the receiver.
  EXPECT_GT(wire::parse_frame_event(events(wire::Kind::frame).front())->sequence, 3u);
  EXPECT_EQ(context_.value("fovea_camera_dropped_total", {{"device", "cam"}}),
            double(agent.status().dropped));
}

TEST_F(AgentTest, OverASlowLinkItSendsLessSaysSoAndRecovers) {
  std::atomic<bool> open = true;
  CreditBus bus(*bus_, open);
  fovea::testing::FakeClock clock;
  const core::Context context{context_.context().log, clock, context_.metrics()};
  // Each picture takes a tenth of a second of the clock's time.
  class SteppingSource final : public video::Source {
   public:
    explicit SteppingSource(fovea::testing::FakeClock& clock) : clock_(clock) {}
    core::Result<video::Picture> next(std::stop_token stop) override {
      if (!core::sleep_for(std::chrono::milliseconds(1), stop)) return Error{Code::closed, "stop"};
      clock_.advance(std::chrono::milliseconds(100));
      return video::Picture{clock_.now(), grey_image(), nullptr};
    }
    std::string description() const override { return "stepping"; }

   private:
    fovea::testing::FakeClock& clock_;
  };
  Agent agent(camera("cam"), bus, context, [&clock](const auto&, const auto&, const auto&) {
    return core::Result<std::unique_ptr<video::Source>>(std::make_unique<SteppingSource>(clock));
  });
  ASSERT_TRUE(has_frames(3));
  EXPECT_EQ(agent.status().adaptation, "");
  open = false;
  ASSERT_TRUE(wait_until([&] {
    return agent.status().adaptation.find("one picture of") != std::string::npos;
  })) << agent.status().adaptation;
  const auto last_words = [&] {
    const auto all = events(wire::Kind::status);
    return all.empty() ? std::string() : wire::parse_status_event(all.back())->adaptation;
  };
  EXPECT_TRUE(wait_until([&] { return !last_words().empty(); })) << "the status says so";
  open = true;
  ASSERT_TRUE(wait_until([&] {
    const auto frames = events(wire::Kind::frame);
    return wire::parse_frame_event(frames.back())->size == core::Size{16, 8};
  })) << "half the size";
  EXPECT_TRUE(
      wait_until([&] { return agent.status().adaptation.empty() && last_words().empty(); }));
  EXPECT_GT(context_.value("fovea_camera_adaptations_total"), 8);
  EXPECT_GT(context_.value("fovea_camera_left_out_total"), 0);
}

// H.264 as a camera's own encoder makes it, as far as the agent looks: a key frame each tenth.
class H264Source final : public video::Source {
 public:
  explicit H264Source(const core::Clock& clock) : clock_(clock) {}
  core::Result<video::Picture> next(std::stop_token stop) override {
    if (!core::sleep_for(std::chrono::milliseconds(2), stop)) return Error{Code::closed, "stop"};
    core::EncodedPicture frame;
    frame.codec = core::Codec::h264;
    frame.size = {64, 32};
    frame.number = ++number_;
    frame.key = number_ % 10 == 1;
    frame.data = core::Buffer("unit " + std::to_string(number_));
    return video::Picture{clock_.now(), std::move(frame), nullptr};
  }
  std::string description() const override { return "an H.264 camera"; }

 private:
  const core::Clock& clock_;
  uint64_t number_ = 0;
};

TEST_F(AgentTest, OfPassedH264NoFrameGoesOutWithoutItsForerunner) {
  std::atomic<bool> open = true;
  CreditBus bus(*bus_, open);
  Agent agent(camera("cam"), bus, context_.context(),
              [](const auto&, const auto& options, const auto& context) {
                EXPECT_TRUE(video::passes_h264(options));
                return core::Result<std::unique_ptr<video::Source>>(
                    std::make_unique<H264Source>(context.clock));
              });
  ASSERT_TRUE(has_frames(25));
  open = false;
  ASSERT_TRUE(wait_until([&] { return agent.status().dropped > 3; }));
  open = true;
  const size_t before = events(wire::Kind::frame).size();
  ASSERT_TRUE(has_frames(before + 25));
  uint64_t last = 0;
  int keys = 0;
  for (const auto& event : events(wire::Kind::frame)) {
    const auto frame = wire::parse_frame_event(event);
    ASSERT_TRUE(frame) << frame.error().message;
    EXPECT_EQ(frame->codec, core::Codec::h264);
    EXPECT_GT(frame->sequence, last);
    if (!frame->key) {
      EXPECT_EQ(frame->reference, last);
    }
    keys += frame->key ? 1 : 0;
    last = frame->sequence;
  }
  EXPECT_GE(keys, 4);
  EXPECT_THAT(agent.status().detail, ::testing::HasSubstr("H.264 as it comes"));
  EXPECT_EQ(agent.status().adaptation, "") << "what is passed cannot be made less";
}

// Where the build can encode.
TEST_F(AgentTest, TheNextFrameIsAKeyFrameWhenTheSiteAsks) {
  if (!codec::open_h264_encoder({.size = {32, 16}}, context_.context())) {
    GTEST_SKIP() << "a build without FFmpeg";
  }
  AgentOptions options = camera("cam");
  options.codec = FrameCodec::h264;
  options.adapt = false;
  // The encoder makes a key frame of its own after 2 s of pictures, which is 40 s of this source.
  options.source_options.fps = core::limits::camera_fps_max;
  // All are captured a second after the first: by the clock, too, no key frame is due.
  class SecondLater final : public video::Source {
   public:
    core::Result<video::Picture> next(std::stop_token stop) override {
      if (!core::sleep_for(std::chrono::milliseconds(20), stop)) return Error{Code::closed, "stop"};
      const core::Timestamp noon(std::chrono::seconds(1'795'521'600));
      return video::Picture{noon + std::chrono::seconds(shown_++ > 0 ? 1 : 0), grey_image(),
                            nullptr};
    }
    std::string description() const override { return "a second later"; }

   private:
    int shown_ = 0;
  };
  auto agent = start(options, [](const auto&, const auto&, const auto&) {
    return core::Result<std::unique_ptr<video::Source>>(std::make_unique<SecondLater>());
  });
  const auto keys = [&] {
    size_t count = 0;
    for (const auto& event : events(wire::Kind::frame)) {
      count += wire::parse_frame_event(event)->key ? 1 : 0;
    }
    return count;
  };
  ASSERT_TRUE(has_frames(5));
  EXPECT_EQ(keys(), 1u);
  ASSERT_TRUE(bus_->publish(wire::make_command_event(
      {{"site", "cam"}, context_.context().clock.now(), wire::command_keyframe})));
  EXPECT_TRUE(wait_until([&] { return keys() == 2; }));
  const size_t before = events(wire::Kind::frame).size();
  ASSERT_TRUE(has_frames(before + 3));
  EXPECT_EQ(keys(), 2u) << "one for the asking";
}

TEST_F(AgentTest, TheLargeStreamIsSentWhileItIsAskedFor) {
  AgentOptions options = camera("cam");
  options.main_source = "planned:large";
  options.codec = FrameCodec::jpeg;
  std::atomic<int> opened = 0;
  auto agent = start(options, [&](const std::string& spec, const auto&, const auto& context) {
    if (spec == "planned:large") ++opened;
    return core::Result<std::unique_ptr<video::Source>>(
        std::make_unique<PlannedSource>(Plan(), context.clock));
  });
  ASSERT_TRUE(has_frames(5));
  EXPECT_EQ(opened, 0) << "nobody looks";
  ASSERT_TRUE(bus_->publish(
      wire::make_command_event({{"site", "cam"}, context_.context().clock.now(), "main"})));
  ASSERT_TRUE(wait_until([&] { return events(wire::Kind::frame, "cam-main").size() > 3; }));
  EXPECT_EQ(events(wire::Kind::frame, "cam-main").back().attributes.at("mainof"), "cam");
  EXPECT_EQ(opened, 1);
  EXPECT_TRUE(events(wire::Kind::status, "cam-main").empty()) << "its device speaks for it";
  ASSERT_TRUE(wait_until([&] {
    const auto all = events(wire::Kind::status);
    return !all.empty() && wire::parse_status_event(all.back())->main == "cam-main";
  }));
  const auto before = std::chrono::steady_clock::now();
  agent.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
}

TEST_F(AgentTest, PrivacyAreasOrJpegAskTheSourceForPictures) {
  for (const bool area : {false, true}) {
    AgentOptions options = camera(area ? "area" : "jpeg");
    if (area) {
      options.privacy = *parse_privacy({"0,0 0.5,0 0.5,0.5"});
    } else {
      options.codec = FrameCodec::jpeg;
    }
    std::atomic<int> asked = 0;
    auto agent = start(options, [&](const auto&, const auto& source_options, const auto& context) {
      EXPECT_FALSE(video::passes_h264(source_options));
      ++asked;
      return core::Result<std::unique_ptr<video::Source>>(
          std::make_unique<PlannedSource>(Plan(), context.clock));
    });
    ASSERT_TRUE(wait_until([&] { return asked > 0; }));
  }
}

TEST_F(AgentTest, PrivacyAreasAreBlackInPassedJpegAndToldInTheStatus) {
  class JpegSource final : public video::Source {
   public:
    explicit JpegSource(const core::Clock& clock) : clock_(clock) {}
    core::Result<video::Picture> next(std::stop_token stop) override {
      if (!core::sleep_for(std::chrono::milliseconds(5), stop)) return Error{Code::closed, "stop"};
      core::EncodedPicture frame;
      frame.size = {64, 32};
      frame.data = *codec::JpegEncoder().encode(grey_image(frame.size), 80);
      return video::Picture{clock_.now(), std::move(frame), nullptr};
    }
    std::string description() const override { return "a JPEG camera"; }

   private:
    const core::Clock& clock_;
  };
  AgentOptions options = camera("cam");
  options.privacy = *parse_privacy({"0.5,0 1,0 1,1 0.5,1"});
  auto agent = start(options, [](const auto&, const auto&, const auto& context) {
    return core::Result<std::unique_ptr<video::Source>>(
        std::make_unique<JpegSource>(context.clock));
  });
  ASSERT_TRUE(has_frames(3));
  for (const auto& event : events(wire::Kind::frame)) {
    const auto grey = codec::JpegDecoder().decode(event.payload.span(), core::PixelFormat::gray8);
    ASSERT_TRUE(grey);
    for (int y = 0; y < 32; ++y) {
      for (int x = 32; x < 64; ++x) ASSERT_LE(grey->pixels.data()[y * 64 + x], 16) << x << "," << y;
    }
    EXPECT_NEAR(grey->pixels.data()[16 * 64 + 8], 128, 8);
  }
  EXPECT_GE(context_.value("fovea_camera_reencoded_total"), 3);
  ASSERT_TRUE(wait_until([&] {
    const auto all = events(wire::Kind::status);
    return !all.empty() && wire::parse_status_event(all.back())->state == "live";
  }));
  const auto status = wire::parse_status_event(events(wire::Kind::status).back());
  EXPECT_EQ(status->privacy, options.privacy);
  EXPECT_THAT(status->detail,
              ::testing::HasSubstr("1 privacy area blacked out (its JPEG is decod"));
}

TEST_F(AgentTest, ADamagedJpegIsLeftOutAndARowOfThemEndsTheSource) {
  class DamagedSource final : public video::Source {
   public:
    DamagedSource(const core::Clock& clock, std::atomic<bool>& only_damaged)
        : clock_(clock), only_damaged_(only_damaged) {}
    core::Result<video::Picture> next(std::stop_token stop) override {
      if (!core::sleep_for(std::chrono::milliseconds(2), stop)) return Error{Code::closed, "stop"};
      core::EncodedPicture frame;
      frame.size = {64, 32};
      frame.data = *codec::JpegEncoder().encode(grey_image(frame.size), 80);
      if (only_damaged_ || ++count_ % 3 == 0) {
        frame.data = core::Bytes(frame.data.data(), frame.data.data() + frame.data.size() - 20);
      }
      return video::Picture{clock_.now(), std::move(frame), nullptr};
    }
    std::string description() const override { return "a JPEG camera"; }

   private:
    const core::Clock& clock_;
    std::atomic<bool>& only_damaged_;
    int count_ = 0;
  };
  AgentOptions options = camera("cam");
  options.privacy = *parse_privacy({"0.5,0 1,0 1,1 0.5,1"});
  std::atomic<bool> only_damaged = false;
  std::atomic<int> opened = 0;
  auto agent = start(options, [&](const auto&, const auto&, const auto& context) {
    ++opened;
    return core::Result<std::unique_ptr<video::Source>>(
        std::make_unique<DamagedSource>(context.clock, only_damaged));
  });
  ASSERT_TRUE(has_frames(10));
  EXPECT_EQ(opened, 1);
  EXPECT_GE(agent->status().dropped, 3u);
  only_damaged = true;
  EXPECT_TRUE(wait_until([&] { return opened >= 2; })) << "nothing comes of it any more";
}

TEST_F(AgentTest, AFailingSourceIsOpenedAgainAndNumbersGoOn) {
  Plan plan;
  plan.count = 3;
  auto agent = start(plan);
  ASSERT_TRUE(has_frames(7));
  const auto frames = events(wire::Kind::frame);
  for (size_t i = 0; i < 7; ++i) EXPECT_EQ(wire::parse_frame_event(frames[i])->sequence, i + 1);
  EXPECT_GE(agent->status().restarts, 2u);
  bool told = false;
  for (const auto& event : events(wire::Kind::status)) {
    const auto status = wire::parse_status_event(event);
    told = told || (status->state == "failed" &&
                    status->detail.find("the cable was cut; trying again in") == 0);
  }
  EXPECT_TRUE(told);
  EXPECT_FALSE(agent->outcome());
}

TEST_F(AgentTest, AHangingSourceDoesNotTouchTheOther) {
  std::atomic<bool> hang = false;
  Plan hanging;
  hanging.hang = &hang;
  auto stuck = start(hanging, camera("stuck"));
  ASSERT_TRUE(has_frames(1, "stuck"));
  hang = true;
  auto healthy = start(Plan{}, camera("healthy"));
  EXPECT_TRUE(has_frames(20, "healthy"));
  const size_t before = events(wire::Kind::frame, "stuck").size();
  healthy.reset();  // ends although the other hangs
  // Its reporter still speaks for the one that hangs.
  EXPECT_TRUE(wait_until(
      [&] {
        const auto all = events(wire::Kind::status, "stuck");
        return !all.empty() &&
               wire::parse_status_event(all.back())->detail.find("hangs") != std::string::npos;
      },
      std::chrono::seconds(40)));
  stuck->abandon();
  EXPECT_FALSE(stuck->has_ended());
  hang = false;
  EXPECT_TRUE(wait_until([&] { return stuck->has_ended(); }));
  EXPECT_EQ(events(wire::Kind::frame, "stuck").size(), before) << "it may be another's stream now";
}

TEST_F(AgentTest, OnceEndsWithTheSource) {
  Plan plan;
  plan.count = 4;
  plan.end = {Code::closed, "the end"};
  auto options = camera("cam");
  options.once = true;
  auto agent = start(plan, options);
  ASSERT_TRUE(wait_until([&] { return agent->outcome().has_value(); }));
  EXPECT_TRUE(*agent->outcome());
  EXPECT_EQ(agent->status().published, 4u);

  plan.end = {Code::io, "broken"};
  auto failing = start(plan, options);
  ASSERT_TRUE(wait_until([&] { return failing->outcome().has_value(); }));
  ASSERT_FALSE(*failing->outcome());
  EXPECT_EQ(failing->outcome()->error().message, "broken");
}

TEST_F(AgentTest, ABadSourceEndsItOnlyWhereAPersonLooks) {
  auto options = camera("cam");
  options.source = "folder:/nonexistent";
  auto patient = start(options, video::open_source);
  EXPECT_TRUE(wait_until([&] { return patient->status().restarts >= 1; }));
  EXPECT_FALSE(patient->outcome());
  options.ends_on_bad_source = true;
  auto impatient = start(options, video::open_source);
  ASSERT_TRUE(wait_until([&] { return impatient->outcome().has_value(); }));
  EXPECT_EQ(impatient->outcome()->error().code, Code::not_found);
}

TEST_F(AgentTest, PublishesGroundTruthAsADeviceDoes) {
  auto truth = std::make_shared<video::GroundTruth>();
  core::Bytes map(32 * 16, 0);
  for (size_t i = 0; i < map.size() / 4; ++i) map[i] = 1;
  truth->class_map = {core::PixelFormat::gray8, {32, 16}, std::move(map)};
  truth->boxes = {{9, 1.0, {1, 2, 3, 4}}};
  Plan plan;
  plan.truth = truth;
  auto options = camera("cam");
  options.publish_truth = true;
  auto agent = start(plan, options);
  ASSERT_TRUE(wait_until([&] { return events(wire::Kind::result).size() >= 2; }));
  const auto mask_event = events(wire::Kind::mask).front();
  EXPECT_EQ(mask_event.attributes.at("producer"), "device");
  auto mask = wire::parse_mask_event(mask_event);
  ASSERT_TRUE(mask);
  EXPECT_EQ(codec::decode_png(mask->png.span())->pixels.text(), truth->class_map.pixels.text());
  auto result = wire::parse_result_event(events(wire::Kind::result).front());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->model_name, truth_model_name);
  EXPECT_EQ(result->frame_sequence, mask->frame_sequence);
  ASSERT_EQ(result->classes.size(), 2u);
  EXPECT_EQ(result->classes[1].share, 0.25);
  ASSERT_EQ(result->boxes.size(), 1u);
  EXPECT_EQ(result->boxes[0].label, "person");
}

TEST(BackoffTest, DoublesUpToTheLastWithJitter) {
  Backoff backoff(1);
  double expected = 250;
  for (int i = 0; i < 12; ++i) {
    const double wait = double(backoff.next().count());
    EXPECT_GE(wait, expected * 0.79);
    EXPECT_LE(wait, expected * 1.21);
    expected = std::min(2 * expected, 10'000.0);
  }
  backoff.reset();
  EXPECT_LE(backoff.next().count(), 302);
}

}  // namespace
}  // namespace fovea::camera
