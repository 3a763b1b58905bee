#include "net/places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::net {
namespace {

using Kind = Places::Kind;
using Verdict = Places::Verdict;

Places::Holder stranger(const std::string& network) { return {Kind::stranger, network}; }
Places::Holder known(const std::string& user) { return {Kind::known, user}; }

class PlacesTest : public ::testing::Test {
 protected:
  // The next connection, of `holder`; who leaves for it is gone.
  Verdict come(const Places::Holder& holder) {
    const auto answer = places_.seat(++last_, holder);
    gone_ = answer.leaves.value_or(0);
    return answer.verdict;
  }

  Places places_{{.all = 12, .strangers = 6, .strangers_per_network = 3, .per_user = 4}};
  Places::Id last_ = 0;
  Places::Id gone_ = 0;
};

TEST_F(PlacesTest, ANetworksNewestStrangerTakesThePlaceOfItsOldest) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(come(stranger("a")), Verdict::seated);
  EXPECT_EQ(gone_, 0u);
  EXPECT_EQ(come(stranger("b")), Verdict::seated);
  EXPECT_EQ(gone_, 0u) << "another network";
  EXPECT_EQ(come(stranger("a")), Verdict::seated);
  EXPECT_EQ(gone_, 1u);
  (void)places_.seat(2, stranger("a"));  // has asked something: 3 is silent longest
  EXPECT_EQ(come(stranger("a")), Verdict::seated);
  EXPECT_EQ(gone_, 3u);
  EXPECT_EQ(places_.size(), 4u);
}

TEST_F(PlacesTest, WhoIsBeingAnsweredStays) {
  for (int i = 0; i < 3; ++i) (void)come(stranger("a"));
  places_.set_at_work(1, true);
  (void)come(stranger("a"));
  EXPECT_EQ(gone_, 2u);
  for (const Places::Id id : {3, 4}) places_.set_at_work(id, true);
  EXPECT_EQ(come(stranger("a")), Verdict::network_full);
  EXPECT_EQ(gone_, 0u);
  EXPECT_EQ(come(stranger("b")), Verdict::seated);
  places_.set_at_work(3, false);
  EXPECT_EQ(come(stranger("a")), Verdict::seated);
  EXPECT_EQ(gone_, 3u);
}

TEST_F(PlacesTest, StrangersOfAllNetworksLeaveTheRestToThoseWhoAreKnown) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(come(stranger("network " + std::to_string(i))), Verdict::seated);
  }
  EXPECT_EQ(places_.size(), 6u);
  EXPECT_EQ(gone_, 94u) << "the one that was silent longest";
  for (const char* user : {"anna", "berta"}) {
    for (int i = 0; i < 3; ++i) {
      ASSERT_EQ(come(stranger("home")), Verdict::seated);
      ASSERT_EQ(places_.seat(last_, known(user)).verdict, Verdict::seated);
    }
  }
  for (int i = 0; i < 100; ++i) (void)come(stranger("network " + std::to_string(i)));
  for (Places::Id id = 101; id <= 106; ++id) {
    EXPECT_FALSE(places_.seat(id, known(id <= 103 ? "anna" : "berta")).leaves);
  }
  EXPECT_EQ(places_.size(), 12u);
}

TEST_F(PlacesTest, WhereAllPlacesAreTakenStrangersMakeRoomAndThenNobody) {
  (void)come(stranger("a"));
  for (int i = 0; i < 11; ++i) ASSERT_EQ(come(known("user" + std::to_string(i))), Verdict::seated);
  EXPECT_EQ(come(known("anna")), Verdict::seated);
  EXPECT_EQ(gone_, 1u);
  EXPECT_EQ(come(known("anna")), Verdict::full);
  EXPECT_EQ(come(stranger("a")), Verdict::full);
  EXPECT_EQ(places_.size(), 12u);
  places_.leave(2);
  EXPECT_EQ(come(stranger("a")), Verdict::seated);
}

TEST_F(PlacesTest, OneUserTakesNotAllPlaces) {
  for (int i = 0; i < 4; ++i) ASSERT_EQ(come(known("anna")), Verdict::seated);
  EXPECT_EQ(come(known("anna")), Verdict::user_full);
  EXPECT_EQ(places_.size(), 4u) << "who is refused has no place";
  EXPECT_EQ(come(known("berta")), Verdict::seated);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(come(known("")), Verdict::seated) << "nobody is asked";
}

TEST_F(PlacesTest, WhoIsKnownNoLongerIsAStrangerAgain) {
  (void)come(known("anna"));
  for (int i = 0; i < 3; ++i) (void)come(stranger("a"));
  EXPECT_EQ(places_.seat(1, stranger("a")).leaves, 2u);
  EXPECT_EQ(places_.size(), 3u);
}

TEST_F(PlacesTest, AProxysConnectionCountsForWhomItServes) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(come({Kind::proxy, ""}), Verdict::seated);
  for (Places::Id id = 1; id <= 3; ++id) {
    ASSERT_EQ(places_.seat(id, stranger("a")).verdict, Verdict::seated);
    places_.set_at_work(id, true);
  }
  EXPECT_EQ(places_.seat(4, stranger("a")).verdict, Verdict::network_full);
  EXPECT_EQ(places_.seat(5, stranger("b")).verdict, Verdict::seated);
  places_.set_at_work(1, false);
  ASSERT_EQ(places_.seat(1, {Kind::proxy, ""}).verdict, Verdict::seated);
  EXPECT_FALSE(places_.seat(5, stranger("a")).leaves) << "there was room again";
}

TEST_F(PlacesTest, LeavingTwiceIsLeaving) {
  (void)come(stranger("a"));
  places_.leave(1);
  places_.leave(1);
  places_.set_at_work(1, true);
  EXPECT_EQ(places_.size(), 0u);
}

}  // namespace
}  // namespace fovea::net
