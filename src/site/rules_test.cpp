#include "site/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "codec/png.h"
#include "core/json.h"
#include "site/state_store.h"
#include "testing/temporary_directory.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::wait_until;

constexpr core::Size map_size{16, 8};

std::string rule_json(const std::string& device, const std::string& more = "") {
  return R"({"device":")" + device +
         R"(","operators":[{"zone":{"polygon":[[0,0],[0.5,0],[0.5,1],[0,1]],"class":"person"}},)"
         R"({"threshold":{"above":0.3}}])" +
         more + "}";
}

// Rules on a memory bus, fed as the site and its subscriptions feed them.
class RulesTest : public ::testing::Test {
 public:
  ~RulesTest() override {
    rules_.reset();
    subscription_.reset();
  }

 protected:
  RulesTest() {
    static std::atomic<int> number = 0;
    const std::string url = "memory://rules-test-" + std::to_string(++number);
    bus_ = *bus::connect_bus(url, {}, context_.context());
    subscription_ = *bus_->subscribe({"plant", {}, wire::Kind::alert}, bus::Delivery::ordered,
                                     [this](const wire::Event& event) {
                                       std::lock_guard lock(mutex_);
                                       published_.push_back(event);
                                     });
    store_ = *StateStore::open(folder_ / "state");
    open();
  }
  void load() {
    rules_ = std::make_unique<Rules>(
        store_.get(), timeline_, *bus_,
        [](const std::string& device, uint64_t sequence) { return past_picture(device, sequence); },
        context_.context());
    ASSERT_TRUE(rules_->load());
  }
  void open() {
    load();
    rules_->apply(plan_);
  }

  // What the site decodes of an inter-coded stream.
  static core::Result<FramePtr> past_picture(const std::string& device, uint64_t sequence) {
    if (device != "gate") return core::Error{core::Code::not_found, "no video"};
    core::EncodedFrame frame(captured(sequence), sequence);
    frame.data = core::Buffer("decoded " + std::to_string(sequence));
    return FramePtr(std::make_shared<core::EncodedFrame>(std::move(frame)));
  }

  static core::Timestamp captured(uint64_t sequence) {
    return core::Timestamp(1'795'500'000s) + 100ms * sequence;
  }

  stream::Rule make_rule(const std::string& name, const std::string& device) {
    return *stream::parse_rule(rule_json(device, R"(,"name":")" + name + R"(")"), "rule",
                               sink_names({}));
  }

  // A frame of which the left half is of class `left`: the frame, its mask and its result.
  void see(const std::string& device, uint8_t left, bool by_device = false, bool inferred = true) {
    ++sequence_;
    core::EncodedFrame frame(captured(sequence_), sequence_);
    frame.size = {160, 80};
    frame.data = core::Buffer("jpeg " + std::to_string(sequence_));
    if (device == "gate") frame.codec = core::Codec::h264;
    rules_->on_frame(device, std::make_shared<core::EncodedFrame>(frame));
    if (inferred) see_mask(device, frame, left, by_device);
    auto result = std::make_shared<DeviceResult>();
    result->result.stream = {"plant", device};
    result->result.frame_sequence = frame.sequence;
    result->result.captured = frame.captured;
    result->result.frame = frame.size;
    result->result.inferred = inferred;
    result->classes = classes_;
    rules_->on_result(device, result);
  }
  void see_mask(const std::string& device, const core::EncodedFrame& frame, uint8_t left,
                bool by_device) {
    core::Bytes pixels(size_t(map_size.width * map_size.height), 0);
    for (size_t i = 0; i < pixels.size(); ++i) {
      if (i % size_t(map_size.width) < size_t(map_size.width / 2)) pixels[i] = left;
    }
    const core::Image map{core::PixelFormat::gray8, map_size, core::Buffer(std::move(pixels))};
    DeviceMask mask;
    mask.mask = {
        frame.sequence, frame.captured, frame.size, {0, 0, 160, 80}, *codec::encode_png(map)};
    mask.classes = classes_;
    if (!by_device) mask.class_map = map;
    rules_->on_mask(device, std::make_shared<DeviceMask>(mask));
  }

  // A rule that looks at the hall has raised its alert.
  void raise_danger() {
    plan_.rules = {make_rule("danger", "hall")};
    rules_->apply(plan_);
    see("hall", 1);
    ASSERT_TRUE(wait_until([&] { return alerts().size() == 1; }));
  }

  std::vector<TimelineEvent> alerts() const {
    auto all = timeline_.after(0);
    std::erase_if(all, [](const TimelineEvent& each) { return each.kind != EventKind::alert; });
    return all;
  }
  size_t published() {
    std::lock_guard lock(mutex_);
    return published_.size();
  }
  RuleView view(const std::string& name) {
    for (auto& each : rules_->list()) {
      if (each.rule.name == name) return each;
    }
    ADD_FAILURE() << "no rule " << name;
    return {};
  }

  testing::TestContext context_;
  testing::TemporaryDirectory folder_;
  core::SystemClock clock_;
  Timeline timeline_{clock_};
  std::unique_ptr<StateStore> store_;
  std::unique_ptr<bus::Bus> bus_;
  std::mutex mutex_;  // guards published_
  std::vector<wire::Event> published_;
  std::unique_ptr<bus::Subscription> subscription_;
  RulesPlan plan_;
  ClassesPtr classes_ =
      std::make_shared<core::ClassList>(core::ClassList{{"floor", {}, -1}, {"person", {}, -1}});
  uint64_t sequence_ = 0;
  std::unique_ptr<Rules> rules_;
};

TEST_F(RulesTest, AnAlertIsOnTheTimelineWithItsPictureAndOnTheBus) {
  for (const std::string device : {"hall", "own", "gate"}) {
    SCOPED_TRACE(device);
    const bool by_device = device == "own";
    const bool is_video = device == "gate";
    plan_.rules = {make_rule("danger", device)};
    rules_->apply(plan_);
    const size_t before = alerts().size();
    see(device, 0, by_device);
    see(device, 1, by_device);
    const std::string picture = (is_video ? "decoded " : "jpeg ") + std::to_string(sequence_);
    see(device, 0, by_device);
    ASSERT_TRUE(wait_until([&] { return alerts().size() == before + 2; }));
    const auto raised = alerts()[before];
    EXPECT_EQ(raised.device, device);
    EXPECT_EQ(raised.text, "danger: person covers 100.0 % of the zone");
    ASSERT_TRUE(raised.picture);
    EXPECT_EQ(timeline_.picture(raised.number).text(), picture) << "the frame that decided it";
    EXPECT_EQ(alerts()[before + 1].text, "danger: over after 0.1 s");
    EXPECT_FALSE(alerts()[before + 1].picture);
    ASSERT_TRUE(wait_until([&] { return published() == before + 2; }));
    std::lock_guard lock(mutex_);
    const auto alert = wire::parse_alert_event(published_[before]);
    ASSERT_TRUE(alert) << alert.error().message;
    EXPECT_EQ(alert->rule, "danger");
    EXPECT_EQ(alert->stream.device, device);
    EXPECT_EQ(published_[before].attributes.at("producer"), "site");
  }
}

TEST_F(RulesTest, AResultThatRepeatsAnOlderOneGoesOn) {
  auto rule = stream::parse_rule(
      R"({"name":"slow","device":"hall","operators":[{"zone":{"polygon":[[0,0],[0.5,0],[0.5,1]],)"
      R"("class":"person"}},{"threshold":{"above":0.3,"for_s":0.5}}]})",
      "rule", sink_names({}));
  plan_.rules = {*rule};
  rules_->apply(plan_);
  see("hall", 1);
  for (int i = 0; i < 5; ++i) see("hall", 0, false, false);  // gating: nothing has changed
  ASSERT_TRUE(wait_until([&] { return alerts().size() == 1; }));
  EXPECT_EQ(view("slow").status.problem, "");
}

TEST_F(RulesTest, WhatThePagePutsBeatsTheConfigurationAndLasts) {
  plan_.rules = {make_rule("danger", "hall")};
  rules_->apply(plan_);
  EXPECT_EQ(view("danger").from, Origin::config);
  ASSERT_TRUE(rules_->put("danger", rule_json("yard")));
  ASSERT_TRUE(rules_->put("extra", rule_json("gate", R"(,"enabled":false)")));
  EXPECT_EQ(view("danger").rule.device, "yard");
  EXPECT_TRUE(view("danger").overrides);
  rules_.reset();
  open();
  EXPECT_EQ(view("danger").rule.device, "yard");
  EXPECT_EQ(view("danger").from, Origin::state);
  EXPECT_FALSE(view("extra").rule.enabled);
  EXPECT_FALSE(view("extra").overrides);
  ASSERT_TRUE(rules_->remove("danger"));
  ASSERT_TRUE(rules_->remove("extra"));
  EXPECT_EQ(view("danger").rule.device, "hall");
  EXPECT_EQ(rules_->list().size(), 1u);
  EXPECT_EQ(rules_->remove("extra").error().code, core::Code::not_found);
  EXPECT_THAT(rules_->remove("danger").error().message, HasSubstr("switched off here"));
}

TEST_F(RulesTest, WhatIsPutIsCheckedLikeTheConfiguration) {
  const std::pair<std::string, const char*> cases[] = {
      {"{", "is not an object such as"},
      {rule_json("a b"), "'device' is wrong"},
      {rule_json("hall", R"(,"sinks":["opps"])"), "has 'opps', which is none of timeline, bus"},
      {rule_json("hall", R"(,"name":"other")"), "its name is 'other'"},
      {R"({"device":"hall","operators":[{"zone":{"polygon":[[0,0],[2,0],[1,1]],"class":"p"}}]})",
       "corners [x, y] of 0 to 1"},
  };
  for (const auto& [json, message] : cases) {
    const auto refused = rules_->put("danger", json);
    ASSERT_FALSE(refused) << json;
    EXPECT_EQ(refused.error().code, core::Code::bad_input);
    EXPECT_THAT(refused.error().message, HasSubstr(message));
  }
  EXPECT_FALSE(rules_->put("a b", rule_json("hall")));
  EXPECT_TRUE(rules_->list().empty());
  for (size_t i = 0; i < core::limits::rules_max; ++i) {
    ASSERT_TRUE(rules_->put("r" + std::to_string(i), rule_json("hall")));
  }
  EXPECT_EQ(rules_->put("more", rule_json("hall")).error().code, core::Code::busy);
  EXPECT_TRUE(rules_->put("r0", rule_json("yard"))) << "one that is there can still be changed";
}

TEST_F(RulesTest, AChangeWhoseSinkIsGoneIsToldAndKept) {
  WebhookOptions ops{"ops", "http://127.0.0.1:1/", "secret"};
  plan_.webhooks = {ops};
  rules_->apply(plan_);
  ASSERT_TRUE(rules_->put("danger", rule_json("hall", R"(,"sinks":["ops"])")));
  plan_.webhooks.clear();
  rules_->apply(plan_);
  EXPECT_TRUE(rules_->list().empty());
  EXPECT_THAT(timeline_.after(0).back().text, HasSubstr("rule danger is not in effect"));
  plan_.webhooks = {ops};
  rules_->apply(plan_);
  EXPECT_EQ(rules_->list().size(), 1u);
}

TEST_F(RulesTest, WhatIsRaisedIsNotRaisedAgainByARestart) {
  ASSERT_NO_FATAL_FAILURE(raise_danger());
  rules_.reset();
  open();
  EXPECT_TRUE(view("danger").status.raised);
  see("hall", 1);
  see("hall", 0);
  ASSERT_TRUE(wait_until([&] { return alerts().size() == 2; }));
  EXPECT_THAT(alerts().back().text, HasSubstr("over after"));
}

TEST_F(RulesTest, AStartThatComesToNothingForgetsNothing) {
  ASSERT_NO_FATAL_FAILURE(raise_danger());
  rules_.reset();
  load();
  rules_.reset();
  open();
  EXPECT_TRUE(view("danger").status.raised);
}

TEST_F(RulesTest, WhatIsRaisedIsOnDiskAtOnce) {
  plan_.rules = {make_rule("danger", "hall")};
  rules_->apply(plan_);
  see("hall", 1);
  ASSERT_TRUE(wait_until([&] { return !store_->rule_memories()->empty(); }))
      << "before the site ends, which it may do without notice";
  EXPECT_THAT(store_->rule_memories()->at("danger"), HasSubstr("raised"));
}

TEST_F(RulesTest, ADeviceThatGoesAwayIsToldWithItsLastPicture) {
  const std::string away = R"({"device":"hall","operators":[{"away":{"for_s":0}}]})";
  ASSERT_TRUE(rules_->put("gone", away));
  see("hall", 1);
  const auto look = [&](bool is_away) {
    rules_->on_presence({"plant", "hall"}, {is_away, "away since 14:02"}, sequence_);
  };
  look(false);
  look(true);
  ASSERT_TRUE(wait_until([&] { return published() == 1; }));
  ASSERT_EQ(alerts().size(), 1u);
  const auto raised = alerts()[0];
  EXPECT_EQ(raised.device, "hall");
  EXPECT_EQ(raised.text, "gone: away since 14:02");
  EXPECT_EQ(timeline_.picture(raised.number).text(), "jpeg 1");
  EXPECT_TRUE(view("gone").status.raised);
  EXPECT_EQ(context_.value("fovea_stream_observations_total"), 0) << "results do not matter";

  rules_.reset();  // and is said once, however often the site starts
  open();
  look(true);
  look(false);
  ASSERT_TRUE(wait_until([&] { return published() == 2; }));
  EXPECT_THAT(alerts().at(1).text, HasSubstr("gone: back after"));
  std::lock_guard lock(mutex_);
  const auto ended = wire::parse_alert_event(published_[1]);
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->state, wire::AlertState::ended);
  EXPECT_EQ(ended->measure, "seconds");
}

TEST_F(RulesTest, NothingIsKeptOfDevicesThatNoRuleLooksAt) {
  plan_.rules = {make_rule("danger", "hall")};
  rules_->apply(plan_);
  see("yard", 1);
  see("hall", 1);
  ASSERT_TRUE(wait_until([&] { return alerts().size() == 1; }));
  EXPECT_EQ(context_.value("fovea_stream_observations_total"), 1);
}

}  // namespace
}  // namespace fovea::site
