#include "stream/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

#include "core/limits.h"
#include "stream/operator_fixture.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::stream {
namespace {

using ::testing::ElementsAre;
using testing::wait_until;

// Keeps what comes; holds the runner up while `gate` is closed.
class Keeper final : public Sink {
 public:
  void deliver(const wire::Alert& alert) override {
    ++begun;
    while (closed) std::this_thread::yield();
    std::lock_guard lock(mutex);
    alerts.push_back(alert.rule + " " + wire::to_string(alert.state));
  }
  std::vector<std::string> all() {
    std::lock_guard lock(mutex);
    return alerts;
  }

  std::atomic<int> begun = 0;
  std::atomic<bool> closed = false;
  std::mutex mutex;
  std::vector<std::string> alerts;
};

class RunnerTest : public ::testing::Test {
 public:
  ~RunnerTest() override { keeper_->closed = false; }

 protected:
  RunnerTest() { runner_ = std::make_unique<Runner>(sinks_, context_.context()); }
  static Rule make_rule(const std::string& name, const std::string& more = "",
                        const std::string& device = "hall") {
    const auto rule = parse_rule(
        R"({"name":")" + name + R"(","device":")" + device +
            R"(","operators":[{"zone":{"polygon":[[0,0],[1,0],[1,1],[0,1]],"class":"person"}},)"
            R"({"threshold":{"above":0.3}}],"sinks":["keeper"])" +
            more + "}",
        "rule", {{"keeper", "other"}, {}});
    EXPECT_TRUE(rule) << rule.error().message;
    return *rule;
  }
  double looked_at() const { return context_.value("fovea_stream_observations_total"); }

  testing::TestContext context_;
  std::shared_ptr<Keeper> keeper_ = std::make_shared<Keeper>();
  std::map<std::string, std::shared_ptr<Sink>> sinks_{{"keeper", keeper_}};
  std::unique_ptr<Runner> runner_;
};

TEST_F(RunnerTest, RunsTheRulesOfADeviceAndTellsTheirSinks) {
  runner_->set_rules({make_rule("danger"), make_rule("yard", "", "yard"),
                      make_rule("off", R"(,"enabled":false)", "gate")});
  EXPECT_TRUE(runner_->wants("hall"));
  EXPECT_TRUE(runner_->wants("yard"));
  EXPECT_FALSE(runner_->wants("gate"));
  runner_->push(seen(1, 0, 8));
  runner_->push(seen(2, 0, 0));
  ASSERT_TRUE(wait_until([&] { return keeper_->all().size() == 2; }));
  EXPECT_THAT(keeper_->all(), ElementsAre("danger raised", "danger ended"));
  const auto statuses = runner_->statuses();
  EXPECT_EQ(statuses.at("danger").alerts, 1u);
  EXPECT_FALSE(statuses.at("yard").time);
  EXPECT_FALSE(statuses.contains("off"));
}

TEST_F(RunnerTest, ARuleIsGivenWhatItLooksAtAndNothingElse) {
  const auto gone = parse_rule(
      R"({"name":"gone","device":"hall","operators":[{"away":{"for_s":1}}],"sinks":["keeper"]})",
      "rule", {{"keeper"}, {}});
  ASSERT_TRUE(gone) << gone.error().message;
  runner_->set_rules({make_rule("danger"), make_rule("yard", "", "yard"), *gone});
  EXPECT_TRUE(runner_->wants("hall", Flow::presence));
  EXPECT_FALSE(runner_->wants("yard", Flow::presence));
  EXPECT_THAT(runner_->wanted(Flow::presence), ElementsAre("hall"));
  EXPECT_THAT(runner_->wanted(Flow::observation), ElementsAre("hall", "yard"));
  runner_->push(present(1, true));
  runner_->push(seen(1, 0, 8));
  runner_->push(present(2, true));
  runner_->push(seen(2, 0, 0));
  runner_->push(present(3, false));
  ASSERT_TRUE(wait_until([&] { return keeper_->all().size() == 4; }));
  EXPECT_THAT(keeper_->all(),
              ElementsAre("danger raised", "gone raised", "danger ended", "gone ended"));
  EXPECT_EQ(looked_at(), 2) << "results";
}

TEST_F(RunnerTest, ARuleThatIsAsItWasGoesOn) {
  runner_->set_rules({make_rule("danger"), make_rule("other")});
  runner_->push(seen(1, 0, 8));
  ASSERT_TRUE(wait_until([&] { return keeper_->all().size() == 2; }));
  const Rule changed = make_rule("other", R"(,"enabled":true)");
  auto stricter = parse_rule(
      R"({"name":"other","device":"hall","operators":[{"zone":{"polygon":[[0,0],[1,0],[1,1]],)"
      R"("class":"person"}},{"threshold":{"above":0.4}}],"sinks":["keeper"]})",
      "rule", {{"keeper"}, {}});
  runner_->set_rules({make_rule("danger"), *stricter});
  runner_->push(seen(2, 0, 8));
  ASSERT_TRUE(wait_until([&] { return keeper_->all().size() == 3; }));
  EXPECT_EQ(keeper_->all().back(), "other raised") << "danger was raised before; other is new";
}

TEST_F(RunnerTest, NewestWinsWhenASinkHoldsItUp) {
  keeper_->closed = true;
  runner_->set_rules({make_rule("danger")});
  runner_->push(seen(0, 0, 8));
  ASSERT_TRUE(wait_until([&] { return keeper_->begun == 1; }));
  const auto waiting = static_cast<int>(core::limits::observations_waiting_max);
  for (int i = 1; i <= waiting + 5; ++i) runner_->push(seen(i * 0.1, 0, i % 2 == 0 ? 0 : 8));
  EXPECT_EQ(context_.value("fovea_stream_dropped_total"), 5);
  EXPECT_TRUE(runner_->wants("hall")) << "nobody waits for a sink";
  EXPECT_EQ(runner_->statuses().at("danger").alerts, 1u);
  keeper_->closed = false;
  ASSERT_TRUE(wait_until([&] { return looked_at() == waiting + 1; }));
}

// A hostile device sends masks that take long to decode, a thousand a second.
TEST_F(RunnerTest, AFloodOfOneDeviceDropsNothingOfAnother) {
  keeper_->closed = true;
  runner_->set_rules({make_rule("danger"), make_rule("flood", "", "yard")});
  const auto of_yard = [](double seconds) {
    auto observation = std::make_shared<Observation>(*seen(seconds, 0, 0));
    observation->result.stream.device = "yard";
    return observation;
  };
  runner_->push(seen(0, 0, 8));
  ASSERT_TRUE(wait_until([&] { return keeper_->begun == 1; }));
  runner_->push(seen(1, 0, 0));
  for (int i = 0; i < 1000; ++i) runner_->push(of_yard(i));
  runner_->push(seen(2, 0, 8));
  EXPECT_EQ(context_.value("fovea_stream_dropped_total"),
            1002 - double(core::limits::observations_waiting_max));
  keeper_->closed = false;
  ASSERT_TRUE(wait_until([&] { return keeper_->all().size() == 3; }));
  EXPECT_THAT(keeper_->all(), ElementsAre("danger raised", "danger ended", "danger raised"));
}

TEST_F(RunnerTest, DecodesAClassMapOnlyForARuleThatNeedsIt) {
  std::atomic<int> decoded = 0;
  const auto with_map = [&](const std::string& device, double seconds) {
    auto observation = std::make_shared<Observation>(*seen(seconds, 0, 0));
    observation->result.stream.device = device;
    const core::Image map = *observation->class_map->image();
    observation->class_map = std::make_shared<ClassMap>(
        [&decoded, map] {
          ++decoded;
          return core::Result<core::Image>(map);
        },
        core::Area{0, 0, 80, 80}, core::Size{80, 80});
    return observation;
  };
  const auto boxes = parse_rule(
      R"({"name":"boxes","device":"yard","operators":[{"zone":{"polygon":[[0,0],[1,0],[1,1]],)"
      R"("label":"person"}},{"threshold":{"above":0}}],"sinks":["keeper"]})",
      "rule", {{"keeper"}, {}});
  runner_->set_rules({make_rule("one"), make_rule("two"), *boxes});
  runner_->push(with_map("yard", 1));
  runner_->push(with_map("hall", 1));
  ASSERT_TRUE(wait_until([&] { return looked_at() == 2; }));
  EXPECT_EQ(decoded, 1);
}

TEST_F(RunnerTest, RulesRememberOverARestart) {
  runner_->set_rules({make_rule("danger"), make_rule("changed")});
  runner_->push(seen(1, 0, 8));
  ASSERT_TRUE(wait_until([&] { return keeper_->all().size() == 2; }));
  runner_->stop();
  auto kept = runner_->snapshots();
  kept["gone"] = "{}";
  Runner next(sinks_, context_.context());
  const Rule changed = make_rule("changed", "", "yard");
  next.set_rules({make_rule("danger"), changed});
  next.restore(kept);
  EXPECT_TRUE(next.statuses().at("danger").raised);
  EXPECT_FALSE(next.statuses().at("changed").raised) << "it is another rule now";
  kept["danger"] = "nonsense";
  next.restore(kept);
  next.push(seen(2, 0, 0));
  ASSERT_TRUE(wait_until([&] { return keeper_->all().size() == 3; }));
  EXPECT_EQ(keeper_->all().back(), "danger ended");
}

}  // namespace
}  // namespace fovea::stream
