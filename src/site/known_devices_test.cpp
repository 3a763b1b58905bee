#include "site/known_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "site/bus_accounts.h"
#include "testing/fake_clock.h"
#include "testing/temporary_directory.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Known = KnownDevices::Verdict;

class KnownDevicesTest : public ::testing::Test {
 protected:
  core::Context context() { return {core::Log(core::make_null_sink(), "test"), clock_, *metrics_}; }
  double waiting_gauge() {
    for (const auto& sample : metrics_->samples()) {
      if (sample.name == "fovea_devices_waiting") return sample.value;
    }
    return -1;
  }
  std::unique_ptr<KnownDevices> open(StateStore* store = nullptr) {
    auto known = std::make_unique<KnownDevices>("plant", store, context());
    known->configure(UnknownDevices::ask, {"listed"});
    EXPECT_TRUE(known->load());
    return known;
  }

  testing::FakeClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  testing::TemporaryDirectory root_;
};

TEST_F(KnownDevicesTest, TheNamedAndTheOwnAreKnownOthersWait) {
  const auto known = open();
  known->set_own_cameras({"hall"});
  EXPECT_EQ(known->judge("listed"), Known::known);
  EXPECT_EQ(known->judge("hall"), Known::known);
  EXPECT_EQ(known->judge("evil"), Known::begins_to_wait);
  clock_.advance(2s);
  EXPECT_EQ(known->judge("evil"), Known::waits);
  const auto waiting = known->waiting();
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].id, "evil");
  EXPECT_EQ(waiting[0].events, 2u);
  EXPECT_EQ(waiting[0].last - waiting[0].since, 2s);
  EXPECT_EQ(waiting_gauge(), 1);
  known->set_own_cameras({});
  EXPECT_EQ(known->judge("hall"), Known::begins_to_wait) << "its camera was removed";
  known->configure(UnknownDevices::take, {});
  EXPECT_EQ(known->judge("evil"), Known::known);
  EXPECT_THAT(known->waiting(), IsEmpty());
}

TEST_F(KnownDevicesTest, WhatWasDecidedOutlivesARestartUntilItIsForgotten) {
  const std::string dir = root_ / "state";
  {
    auto store = *StateStore::open(dir);
    const auto known = open(store.get());
    known->judge("yard");
    known->judge("neighbour");
    EXPECT_TRUE(known->accept("yard"));
    EXPECT_EQ(known->judge("yard"), Known::known);
    EXPECT_TRUE(known->ignore("neighbour"));
    EXPECT_EQ(known->judge("neighbour"), Known::ignored);
    EXPECT_THAT(known->waiting(), IsEmpty());
    EXPECT_EQ(known->ignore("nobody").error().code, core::Code::not_found);
    EXPECT_EQ(known->accept("not a name").error().code, core::Code::bad_input);
  }
  auto store = *StateStore::open(dir);
  auto known = open(store.get());
  EXPECT_EQ(known->judge("yard"), Known::known);
  EXPECT_EQ(known->judge("neighbour"), Known::ignored);
  EXPECT_THAT(known->ignored(), ElementsAre("neighbour"));
  EXPECT_TRUE(known->accept("neighbour")) << "somebody has thought again";
  EXPECT_EQ(known->judge("neighbour"), Known::known);
  EXPECT_TRUE(known->forget("yard"));
  EXPECT_EQ(known->judge("yard"), Known::begins_to_wait);
  known = open(store.get());
  EXPECT_EQ(known->judge("yard"), Known::begins_to_wait) << "forgotten for good";
}

TEST_F(KnownDevicesTest, AccountsAreNoticedWhileTheSiteRuns) {
  const std::string dir = root_ / "state";
  auto store = *StateStore::open(dir);
  const auto known = open(store.get());
  EXPECT_EQ(known->judge("gate"), Known::begins_to_wait);
  auto accounts = *BusAccounts::open(*prepare_state(dir), "plant", clock_);
  ASSERT_TRUE(accounts->put("gate"));
  ASSERT_TRUE(accounts->put(""));
  known->refresh();
  EXPECT_EQ(known->judge("gate"), Known::known);
  EXPECT_THAT(known->waiting(), IsEmpty());
  ASSERT_TRUE(accounts->remove("gate"));
  known->refresh();
  EXPECT_EQ(known->judge("gate"), Known::begins_to_wait);
  auto others = *BusAccounts::open(*prepare_state(dir), "other", clock_);
  ASSERT_TRUE(others->put("lane"));
  known->refresh();
  EXPECT_EQ(known->judge("lane"), Known::begins_to_wait) << "an account of another site";
}

TEST_F(KnownDevicesTest, MadeUpNamesFillNothingForGood) {
  const auto known = open();
  for (size_t i = 0; i < KnownDevices::waiting_max; ++i) {
    EXPECT_EQ(known->judge("evil" + std::to_string(i)), Known::begins_to_wait);
  }
  EXPECT_EQ(known->judge("real"), Known::left_out);
  EXPECT_EQ(known->waiting().size(), KnownDevices::waiting_max);
  clock_.advance(KnownDevices::room_after);
  EXPECT_EQ(known->judge("evil7"), Known::waits) << "this one speaks still";
  EXPECT_EQ(known->judge("real"), Known::begins_to_wait) << "in place of a silent one";
  EXPECT_EQ(known->judge("evil7"), Known::waits);
  EXPECT_EQ(waiting_gauge(), KnownDevices::waiting_max);
  clock_.advance(KnownDevices::waits_for);
  EXPECT_THAT(known->waiting(), IsEmpty());
  EXPECT_EQ(waiting_gauge(), 0);
}

TEST_F(KnownDevicesTest, SomebodyCannotDecideWithoutEnd) {
  const auto known = open();
  for (size_t i = 0; i < KnownDevices::decisions_max; ++i) {
    ASSERT_TRUE(known->accept("d" + std::to_string(i)));
  }
  const auto refused = known->accept("one-more");
  EXPECT_EQ(refused.error().code, core::Code::busy);
  EXPECT_THAT(refused.error().message, HasSubstr("1024"));
  EXPECT_TRUE(known->accept("d7")) << "that one is decided already";
}

}  // namespace
}  // namespace fovea::site
