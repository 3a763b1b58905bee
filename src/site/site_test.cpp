#include "site/site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>

#include "codec/jpeg.h"
#include "codec/png.h"
#include "core/queue.h"
#include "site/publisher.h"
#include "testing/fake_model.h"
#include "testing/temporary_directory.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::wait_until;

core::Buffer grey_jpeg(int width = 32, int height = 16) {
  const core::Image image{core::PixelFormat::rgb24,
                          {width, height},
                          core::Bytes(static_cast<size_t>(3 * width * height), 128)};
  return *codec::JpegEncoder().encode(image, 80);
}

// Keeps all that it is told, in order.
class Recorder final : public Observer {
 public:
  void on_frame(const std::string&, const FramePtr&) override { ++frames; }
  void on_mask(const std::string& device, const MaskPtr& mask) override {
    std::lock_guard lock(mutex_);
    told_.push_back(device + " mask " + std::to_string(mask->mask.frame_sequence));
  }
  void on_result(const std::string& device, const ResultPtr& result) override {
    std::lock_guard lock(mutex_);
    told_.push_back(device + " result " + std::to_string(result->result.frame_sequence));
    results_.push_back(result);
  }
  std::vector<std::string> told() const {
    std::lock_guard lock(mutex_);
    return told_;
  }
  std::vector<ResultPtr> results() const {
    std::lock_guard lock(mutex_);
    return results_;
  }
  std::atomic<int> frames = 0;

 private:
  mutable std::mutex mutex_;  // guards the lists
  std::vector<std::string> told_;
  std::vector<ResultPtr> results_;
};

class SiteTest : public ::testing::Test {
 protected:
  SiteTest() {
    // A bus of its own name per test: tests of one process may run after each other.
    static std::atomic<int> number = 0;
    options_.bus_url = "memory://site-test-" + std::to_string(++number);
    bus_ = *bus::connect_bus(options_.bus_url, {}, context_.context());
    options_.name = "plant";
    options_.plan.defaults.model = {"fake", Origin::flag};
    options_.plan.defaults.gating.value = false;  // every frame is a result; gate_test has it on
    options_.load_model = [this](const std::string& reference) { return load(reference); };
  }

  core::Result<std::shared_ptr<const infer::LoadedModel>> load(const std::string& reference) {
    if (reference.starts_with("missing")) {
      return core::Error{core::Code::not_found, "no file " + reference};
    }
    testing::FakeModelPlan plan;
    plan.name = reference;
    plan.predict = [this, reference, size = plan.size](
                       const core::Image&, core::Size frame) -> core::Result<infer::Prediction> {
      if (failure_ == 1) return core::Error{core::Code::internal, "out of memory"};
      if (failure_ == 2) throw std::runtime_error("thrown by the engine");
      if (reference == "throws") throw 7;        // no exception class of anybody's
      std::this_thread::sleep_for(infer_time_);  // a slow engine
      return testing::all_things(size, frame);
    };
    return std::shared_ptr<const infer::LoadedModel>(std::make_shared<testing::FakeModel>(plan));
  }

  void start() {
    auto opened = open_site(options_, *bus_, context_.context());
    ASSERT_TRUE(opened) << opened.error().message;
    site_ = *std::move(opened);
    site_->add_observer(recorder_);
    const auto started = site_->start();
    ASSERT_TRUE(started) << started.error().message;
    ASSERT_TRUE(wait_until([&] { return site_->ready(); }));
  }

  void send_frame(const std::string& device, uint64_t sequence, const core::Buffer& data) {
    core::EncodedFrame frame(clock_.now(), sequence);
    frame.size = {32, 16};
    frame.data = data;
    auto& publisher = publishers_[device];
    if (!publisher) publisher = *bus_->live_publisher({"plant", device});
    EXPECT_TRUE(
        publisher->try_publish(wire::make_frame_event({"plant", device}, frame, clock_.now())));
  }
  void send_frame(const std::string& device, uint64_t sequence) {
    send_frame(device, sequence, jpeg_);
  }

  // Sends frames until the device has a result by a model of this name.
  void run_until_model(const std::string& device, const std::string& model) {
    ASSERT_TRUE(wait_until([&] {
      send_frame(device, ++sequence_);
      std::this_thread::sleep_for(2ms);  // their rate
      const auto result = site_->result(device);
      return result && result->result.model_name == model;
    }));
  }

  static DeviceChange model_change(const std::string& model) {
    DeviceChange change;
    change.model = std::optional<std::string>(model);
    return change;
  }

  const core::Buffer jpeg_ = grey_jpeg();
  testing::TestContext context_;
  core::SystemClock clock_;
  std::atomic<int> failure_ = 0;  // of the fake engine: 1 fails, 2 throws
  std::chrono::milliseconds infer_time_{0};
  uint64_t sequence_ = 0;
  SiteOptions options_;
  Recorder recorder_;
  std::unique_ptr<bus::Bus> bus_;
  std::map<std::string, std::unique_ptr<bus::LivePublisher>> publishers_;
  std::unique_ptr<Site> site_;
};

TEST_F(SiteTest, AFrameBecomesAMaskAndAResult) {
  std::mutex mutex;
  std::vector<wire::Event> events;
  const auto keep = [&](const wire::Event& event) {
    std::lock_guard lock(mutex);
    events.push_back(event);
  };
  const auto masks =
      *bus_->subscribe({"plant", "yard", wire::Kind::mask}, bus::Delivery::ordered, keep);
  const auto results =
      *bus_->subscribe({"plant", "yard", wire::Kind::result}, bus::Delivery::ordered, keep);
  start();
  run_until_model("yard", "fake");
  ASSERT_TRUE(wait_until([&] {
    std::lock_guard lock(mutex);
    return events.size() >= 2;
  }));
  const auto result = site_->result("yard");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->result.stream, (core::StreamId{"plant", "yard"}));
  EXPECT_EQ(result->result.frame, (core::Size{32, 16}));
  ASSERT_EQ(result->result.classes.size(), 1u);
  EXPECT_EQ(result->result.classes[0].name, "thing");
  EXPECT_TRUE(wire::parse_result_json(result->json));
  const auto map = class_map_of(*site_->mask("yard"));
  ASSERT_TRUE(map);
  EXPECT_EQ(map->size, (core::Size{8, 8}));
  EXPECT_EQ(map->pixels.data()[0], 1);

  std::lock_guard lock(mutex);
  bool mask_seen = false;
  for (const auto& event : events) {
    EXPECT_EQ(event.attributes.at("producer"), "site");
    if (event.topic.kind != wire::Kind::mask) continue;
    const auto mask = wire::parse_mask_event(event);
    ASSERT_TRUE(mask) << mask.error().message;
    EXPECT_EQ(mask->area, (core::Area{0, 0, 32, 16}));
    EXPECT_TRUE(codec::decode_png(mask->png.span()));
    mask_seen = true;
  }
  EXPECT_TRUE(mask_seen);
}

TEST_F(SiteTest, ResultsComeOnceInOrderEachAfterItsMask) {
  options_.sessions = 3;
  start();
  for (const char* device : {"a", "b"}) run_until_model(device, "fake");
  for (uint64_t i = 1; i <= 300; ++i) {
    for (const char* device : {"a", "b"}) send_frame(device, sequence_ + i);
    if (i % 10 == 0) std::this_thread::sleep_for(1ms);  // their rate
  }
  const auto is_last = [&](const char* device) {
    return site_->result(device)->result.frame_sequence == sequence_ + 300;
  };
  ASSERT_TRUE(wait_until([&] { return is_last("a") && is_last("b"); }));
  site_->stop();
  std::map<std::string, uint64_t> last_result;
  std::map<std::string, uint64_t> last_mask;
  for (const auto& line : recorder_.told()) {
    const std::string device = line.substr(0, 1);
    const uint64_t sequence = std::stoull(line.substr(line.rfind(' ')));
    if (line.find("mask") != std::string::npos) {
      last_mask[device] = sequence;
    } else {
      EXPECT_GT(sequence, last_result[device]) << "doubled or out of order";
      EXPECT_EQ(sequence, last_mask[device]) << "not after its mask";
      last_result[device] = sequence;
    }
  }
}

TEST_F(SiteTest, AModelIsSwappedWithoutDroppingOrDoublingAResult) {
  start();
  run_until_model("yard", "fake");
  const uint64_t first = sequence_ + 1;
  uint64_t last = first;
  const auto send_and_wait = [&] {  // at the engine's pace, so that nothing is dropped in the queue
    send_frame("yard", last);
    ASSERT_TRUE(wait_until([&] { return site_->result("yard")->result.frame_sequence == last; }));
    ++last;
  };
  for (int i = 0; i < 50; ++i) send_and_wait();
  const auto device = site_->change_device("yard", model_change("other"));
  ASSERT_TRUE(device);
  EXPECT_EQ(device->settings.model.value, "other");  // the load itself may be over already
  for (int i = 0; i < 200 || site_->device("yard")->model != "other"; ++i) send_and_wait();
  send_and_wait();
  site_->stop();
  std::set<uint64_t> seen;
  std::set<std::string> models;
  for (const auto& result : recorder_.results()) {
    if (result->result.frame_sequence < first) continue;
    EXPECT_TRUE(seen.insert(result->result.frame_sequence).second) << "doubled";
    models.insert(result->result.model_name);
  }
  EXPECT_EQ(seen.size(), last - first) << "dropped";
  EXPECT_THAT(models, ElementsAre("fake", "other"));
}

TEST_F(SiteTest, AModelThatFailsToLoadLeavesTheOldOneRunning) {
  start();
  run_until_model("yard", "fake");
  ASSERT_TRUE(site_->change_device("yard", model_change("missing.onnx")));
  ASSERT_TRUE(wait_until([&] { return !site_->device("yard")->error.empty(); }));
  const auto device = *site_->device("yard");
  EXPECT_THAT(device.error, HasSubstr("no file missing.onnx"));
  EXPECT_THAT(device.error, HasSubstr("fake goes on"));
  EXPECT_FALSE(device.model_loading);
  EXPECT_EQ(device.model, "fake");
  const uint64_t before = device.results;
  send_frame("yard", ++sequence_);
  EXPECT_TRUE(wait_until([&] { return site_->device("yard")->results > before; }));

  DeviceChange reset;
  reset.model.emplace();
  ASSERT_TRUE(site_->change_device("yard", reset));
  EXPECT_TRUE(wait_until([&] { return site_->device("yard")->error.empty(); }));
}

TEST_F(SiteTest, WithoutAModelVideoIsShownAndTheDeviceSaysWhy) {
  options_.plan.defaults.model = {};
  options_.plan.no_model = "the catalog's file is not at hand";
  start();
  send_frame("yard", 1);
  ASSERT_TRUE(wait_until([&] {
    const auto device = site_->device("yard");
    return device && device->error == "no model: the catalog's file is not at hand";
  }));
  EXPECT_EQ(site_->device("yard")->state, DeviceState::live);
  EXPECT_TRUE(site_->frame("yard"));
  EXPECT_EQ(recorder_.frames, 1);
  EXPECT_FALSE(site_->result("yard"));
}

TEST_F(SiteTest, AnEngineThatFailsOrThrowsIsCountedAndRecovers) {
  start();
  run_until_model("yard", "fake");
  for (const auto& [how, words] :
       {std::pair{1, "out of memory"}, std::pair{2, "thrown by the engine"}}) {
    failure_ = how;
    send_frame("yard", ++sequence_);
    ASSERT_TRUE(wait_until([&, words = words] {
      return site_->device("yard")->error.find(words) != std::string::npos;
    }));
    failure_ = 0;
    send_frame("yard", ++sequence_);
    ASSERT_TRUE(wait_until([&] { return site_->device("yard")->error.empty(); }));
  }
  EXPECT_EQ(site_->device("yard")->counters.at("session_failures"), 2);
}

TEST_F(SiteTest, AnEngineThatThrowsForOneDeviceLeavesTheOthersAlone) {
  options_.plan.devices["bad"].model = {"throws", Origin::config};
  start();
  run_until_model("yard", "fake");
  ASSERT_TRUE(wait_until([&] {
    send_frame("bad", ++sequence_);
    send_frame("yard", ++sequence_);
    std::this_thread::sleep_for(2ms);  // their rate
    return site_->device("bad")->counters.at("session_failures") >= 5 &&
           site_->device("yard")->results >= 5;
  }));
  EXPECT_EQ(site_->device("bad")->error,
            "the engine failed: the engine threw something without words");
  EXPECT_EQ(site_->device("bad")->state, DeviceState::live) << "its video is still shown";
  EXPECT_FALSE(site_->result("bad"));
  EXPECT_EQ(site_->device("yard")->error, "");
  EXPECT_TRUE(site_->change_device("bad", model_change("fake")));
  run_until_model("bad", "fake");
  EXPECT_EQ(site_->device("bad")->error, "");
}

TEST_F(SiteTest, BadFramesAreCountedAndOthersGoOn) {
  start();
  const core::Bytes whole(jpeg_.data(), jpeg_.data() + jpeg_.size());
  core::Bytes cut(whole.begin(), whole.begin() + static_cast<long>(whole.size()) - 40);
  core::Bytes bomb = whole;  // 65535 x 65535 in the frame header
  for (size_t i = 0; i + 9 < bomb.size(); ++i) {
    if (bomb[i] == 0xff && bomb[i + 1] == 0xc0) std::fill_n(bomb.begin() + long(i) + 5, 4, 0xff);
  }
  const core::Buffer bad[] = {core::Bytes{1, 2, 3}, std::move(bomb), std::move(cut)};
  uint64_t bad_sequence = 0;
  for (const auto& data : bad) {
    const double before = context_.value("fovea_rejected_total", {{"kind", "frame"}});
    ASSERT_TRUE(wait_until([&] {
      send_frame("hostile", ++bad_sequence, data);
      send_frame("good", ++sequence_);
      std::this_thread::sleep_for(5ms);  // their rate
      return context_.value("fovea_rejected_total", {{"kind", "frame"}}) > before;
    }));
  }
  EXPECT_THAT(site_->device("hostile")->error, HasSubstr("bad picture"));
  EXPECT_GT(site_->device("hostile")->counters.at("frames_bad"), 2);
  EXPECT_FALSE(site_->result("hostile"));
  run_until_model("good", "fake");
  EXPECT_EQ(site_->device("good")->error, "");
}

TEST_F(SiteTest, TheSizeOfAFrameIsThePicturesOwn) {
  start();
  send_frame("yard", 1, grey_jpeg(64, 48));  // its event claims 32x16
  ASSERT_TRUE(wait_until([&] { return site_->frame("yard") != nullptr; }));
  EXPECT_EQ(site_->frame("yard")->size, (core::Size{64, 48}));
}

TEST_F(SiteTest, MasksAndResultsOfADeviceAreTaken) {
  options_.device_classes["ground-truth"] = {{"floor", {9, 9, 9}, -1}};
  options_.plan.own_results.insert("hall");
  start();
  wire::FrameResult result;
  result.stream = {"plant", "hall"};
  result.frame_sequence = 7;
  result.captured = clock_.now();
  result.model_name = "ground-truth";
  result.model_version = "1";
  result.frame = {32, 16};
  result.classes = {{0, "floor", 1, {}}};
  auto event = wire::make_result_event(result);
  event.attributes["producer"] = "device";
  ASSERT_TRUE(bus_->publish(event));
  ASSERT_TRUE(wait_until([&] { return site_->result("hall") != nullptr; }));
  send_frame("hall", 8);
  ASSERT_TRUE(wait_until([&] { return site_->frame("hall") != nullptr; }));
  const auto device = *site_->device("hall");
  EXPECT_TRUE(device.inferred_by_device);
  EXPECT_EQ(device.model, "ground-truth");
  EXPECT_EQ(device.classes->at(0).colour, (core::Colour{9, 9, 9}));
  EXPECT_EQ(device.error, "");
  EXPECT_EQ(recorder_.told(), std::vector<std::string>{"hall result 7"})
      << "the site infers nothing for it";
}

TEST_F(SiteTest, RulesAreToldThatADeviceGoesAndComesBack) {
  std::atomic<int> raised = 0, ended = 0;
  const auto subscription = bus_->subscribe(
      {"plant", "hall", wire::Kind::alert}, bus::Delivery::ordered, [&](const wire::Event& event) {
        const auto alert = wire::parse_alert_event(event);
        ASSERT_TRUE(alert) << alert.error().message;
        ++(alert->state == wire::AlertState::raised ? raised : ended);
      });
  ASSERT_TRUE(subscription);
  start();
  const auto live = [&] {
    send_frame("hall", ++sequence_);
    return context_.value("fovea_device_live", {{"device", "hall"}}) == 1;
  };
  ASSERT_TRUE(wait_until(live));
  ASSERT_TRUE(
      site_->rules().put("gone", R"({"device":"hall","operators":[{"away":{"for_s":0}}]})"));
  wire::CameraStatus status;
  status.stream = {"plant", "hall"};
  status.state = "stopped";  // else it takes ten seconds
  ASSERT_TRUE(wait_until([&] {
    status.time = clock_.now();
    EXPECT_TRUE(bus_->publish(wire::make_status_event(status)));
    return raised > 0;
  }));
  EXPECT_TRUE(site_->rules().list().at(0).status.raised);
  EXPECT_TRUE(wait_until([&] {
    return context_.value("fovea_device_live", {{"device", "hall"}}) == 0;
  }));
  EXPECT_TRUE(wait_until([&] { return live() && ended > 0; }));
}

// Every frame is stamped alike, as by a source without a clock: the rule's second passes anyway.
TEST_F(SiteTest, WhereTimesStandStillRulesGoByArrivalAndSaySo) {
  core::Latest<wire::Alert> told;
  const auto subscription = bus_->subscribe(
      {"plant", "hall", wire::Kind::alert}, bus::Delivery::ordered,
      [&](const wire::Event& event) { told.push(*wire::parse_alert_event(event)); });
  start();
  ASSERT_TRUE(site_->rules().put("seen", R"({"device":"hall","operators":[
      {"zone":{"polygon":[[0,0],[1,0],[1,1],[0,1]],"class":"thing"}},
      {"threshold":{"above":0.5,"for_s":1}}]})"));
  auto publisher = *bus_->live_publisher({"plant", "hall"});
  core::EncodedFrame frame(core::Timestamp(), 0, {core::Codec::jpeg, true, {32, 16}, jpeg_});
  std::optional<wire::Alert> alert;
  ASSERT_TRUE(wait_until([&] {
    ++frame.sequence;
    EXPECT_TRUE(
        publisher->try_publish(wire::make_frame_event({"plant", "hall"}, frame, clock_.now())));
    std::this_thread::sleep_for(20ms);  // their rate
    alert = told.try_pop();
    return alert.has_value();
  }));
  EXPECT_EQ(alert->time_source, wire::TimeSource::site);
  EXPECT_LT(clock_.now() - alert->time, 10s);
  EXPECT_GE(alert->time - alert->since, 1s);
  EXPECT_EQ(site_->device("hall")->time_fault, TimeFault::still);
  EXPECT_GT(context_.value("fovea_frames_time_wrong_total", {{"device", "hall"}}), 0);
  EXPECT_TRUE(std::ranges::any_of(site_->timeline().after(0), [](const TimelineEvent& event) {
    return event.device == "hall" && event.text.starts_with("its capture times stand still");
  }));
}

TEST_F(SiteTest, OverridesOutliveARestart) {
  const testing::TemporaryDirectory state;
  options_.state_dir = state / "s";
  start();
  run_until_model("yard", "fake");
  DeviceChange change = model_change("other");
  change.fps_max = std::optional<double>(50);
  ASSERT_TRUE(site_->change_device("yard", change));
  site_.reset();
  start();
  run_until_model("yard", "other");
  const auto settings = site_->device("yard")->settings;
  EXPECT_EQ(settings.model, (Chosen<std::string>{"other", Origin::state}));
  EXPECT_EQ(settings.fps_max, (Chosen<double>{50, Origin::state}));
  EXPECT_EQ(settings.weight.from, Origin::default_value);
}

TEST_F(SiteTest, ChangesOfUnknownDevicesAndBadValuesAreRefused) {
  start();
  run_until_model("yard", "fake");
  EXPECT_EQ(site_->change_device("nobody", model_change("x")).error().code, core::Code::not_found);
  DeviceChange change;
  change.weight = std::optional<double>(-1);
  EXPECT_EQ(site_->change_device("yard", change).error().code, core::Code::bad_input);
}

TEST_F(SiteTest, AReloadChangesModelsAndRates) {
  start();
  run_until_model("yard", "fake");
  ServicePlan plan = options_.plan;
  plan.devices["yard"].model = {"other", Origin::config};
  plan.devices["yard"].fps_max = {0.001, Origin::config};
  plan.devices["gate"] = plan.defaults;
  site_->apply(plan);
  ASSERT_TRUE(wait_until([&] { return site_->device("yard")->model == "other"; }));
  ASSERT_TRUE(wait_until([&] { return site_->device("gate").has_value(); }));
  EXPECT_EQ(site_->device("gate")->state, DeviceState::connecting);
  const auto before = site_->device("yard")->results;
  for (int i = 0; i < 10; ++i) {
    send_frame("yard", ++sequence_);
    std::this_thread::sleep_for(5ms);  // their rate
  }
  ASSERT_TRUE(
      wait_until([&] { return site_->device("yard")->counters.at("frames_dropped_rate") > 0; }));
  EXPECT_LE(site_->device("yard")->results, before + 1);
}

// The cameras offer many times what the engine can do: ages stay flat and all are served alike.
TEST_F(SiteTest, UnderOverloadAgesStayFlatAndAllAreServedAlike) {
  infer_time_ = 20ms;
  start();
  for (const char* device : {"a", "b", "c"}) run_until_model(device, "fake");
  const auto before = site_->devices();
  const auto end = std::chrono::steady_clock::now() + 3s;
  while (std::chrono::steady_clock::now() < end) {
    ++sequence_;
    for (const char* device : {"a", "b", "c"}) send_frame(device, sequence_);
    std::this_thread::sleep_for(5ms);  // their rate
  }
  const auto after = site_->devices();
  ASSERT_EQ(after.size(), 3u);
  uint64_t least = UINT64_MAX;
  uint64_t most = 0;
  for (size_t i = 0; i < 3; ++i) {
    const uint64_t served = after[i].results - before[i].results;
    least = std::min(least, served);
    most = std::max(most, served);
    // A queue that grew for 3 s would be seconds old; this allows for a machine that stalls.
    EXPECT_LT(*after[i].last_result_age_ms, 1500);
    EXPECT_GT(after[i].dropped_queue, 0u);
  }
  EXPECT_LE(most - least, 3u + most / 10);
  const auto system = site_->system();
  ASSERT_EQ(system.sessions.size(), 1u);
  EXPECT_GT(system.sessions[0].busy, 0.3);
  EXPECT_EQ(system.sessions[0].model, "fake");
}

TEST_F(SiteTest, StopsWithinOneInferenceWhileBusy) {
  infer_time_ = 50ms;
  start();
  run_until_model("yard", "fake");
  for (int i = 0; i < 10; ++i) send_frame("yard", ++sequence_);
  const auto begin = std::chrono::steady_clock::now();
  site_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_TRUE(site_->device("yard")) << "the API may still ask";
}

// The gate's own rules are in gate_test.cpp: here it is in its place.
TEST_F(SiteTest, FramesThatShowNothingNewRepeatTheLastResult) {
  options_.plan.defaults.gating.value = true;
  start();
  run_until_model("yard", "fake");
  ASSERT_TRUE(wait_until([&] {
    send_frame("yard", ++sequence_);
    std::this_thread::sleep_for(2ms);  // their rate
    const auto device = site_->device("yard");
    return device->gated >= 5 && !site_->result("yard")->result.inferred;
  }));
  const auto results = recorder_.results();
  for (size_t i = 1; i < results.size(); ++i) {
    EXPECT_GT(results[i]->result.frame_sequence, results[i - 1]->result.frame_sequence);
  }
  const auto repeated = site_->result("yard");
  EXPECT_NE(repeated->json.find("\"inferred\":false"), std::string::npos);
  EXPECT_NE(repeated->json.find("\"age_ms\":"), std::string::npos);
  EXPECT_EQ(repeated->result.classes.at(0).name, "thing");
  const auto device = *site_->device("yard");
  EXPECT_EQ(double(device.gated), context_.value("fovea_frames_gated_total", {{"device", "yard"}}));
  EXPECT_LT(site_->mask("yard")->mask.frame_sequence, repeated->result.frame_sequence);

  DeviceChange change;
  change.gating = std::optional<bool>(false);
  ASSERT_TRUE(site_->change_device("yard", change));
  EXPECT_EQ(site_->device("yard")->settings.gating, (Chosen<bool>{false, Origin::state}));
  const uint64_t inferred = device.results;
  ASSERT_TRUE(wait_until([&] {
    send_frame("yard", ++sequence_);
    std::this_thread::sleep_for(2ms);  // their rate
    return site_->device("yard")->results >= inferred + 20;
  }));
}

TEST_F(SiteTest, WrongOptionsAreRefused) {
  options_.name = "a b";
  EXPECT_EQ(open_site(options_, *bus_, context_.context()).error().code, core::Code::bad_input);
  options_.name = "plant";
  options_.sessions = 0;
  EXPECT_EQ(open_site(options_, *bus_, context_.context()).error().code, core::Code::bad_input);
}

}  // namespace
}  // namespace fovea::site
