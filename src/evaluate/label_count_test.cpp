#include "evaluate/label_count.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evaluate/map_fixture.h"

namespace fovea::evaluate {
namespace {

using ::testing::HasSubstr;

core::ClassList classes(std::vector<std::string> names) {
  core::ClassList list;
  for (auto& name : names) list.push_back({std::move(name), {}, -1});
  return list;
}

TEST(LabelCount, TellsWhatIsThere) {
  LabelCount count(classes({"floor", "box"}));
  count.add(map_of({0, 0, 0, 1}));
  count.add(map_of({1, 0, 0, 255}));
  EXPECT_TRUE(count.missing().empty());
  EXPECT_EQ(count.words(), "floor 62.5 %, box 25.0 %, left open 12.5 %");
  EXPECT_EQ(count.of_classes(), (std::vector<uint64_t>{5, 2}));
  EXPECT_EQ(count.doubt(), "");
  EXPECT_TRUE(count.check());
}

// Black and white, as most drawing programs have it.
TEST(LabelCount, AsksWhetherWhiteIsMeantAsTheMissingClass) {
  LabelCount count(classes({"background", "box"}));
  count.add(map_of({0, 0, 0, 255}));
  EXPECT_EQ(count.doubt(),
            "no pixel is of class 'box', but 25.0 % are 255, which means left open; is 255 meant "
            "as 'box'?");
  ASSERT_FALSE(count.check());
  EXPECT_THAT(count.check().error().message, HasSubstr("is 255 meant as 'box'?"));
}

// Some masks drawn by a labelling tool, some in black and white: each class occurs, and the mean
// would say that all is well.
TEST(LabelCount, AsksOfMasksThatKnowOneClassAndOpen) {
  LabelCount count(classes({"floor", "box"}));
  for (int i = 0; i < 7; ++i) count.add(map_of({0, 0, 0, 255}));
  count.add(map_of({0, 1, 1, 1}));
  EXPECT_EQ(count.doubt(),
            "7 of 8 masks know one class and 255, which means left open; is 255 meant as 'box'?");
  EXPECT_TRUE(count.check()) << "it may be meant";
}

TEST(LabelCount, DoesNotAskWhereOpenIsInUse) {
  LabelCount count(classes({"floor", "box"}));
  for (int i = 0; i < 3; ++i) count.add(map_of({0, 1, 255}));
  for (int i = 0; i < 2; ++i) count.add(map_of({0, 0, 255}));  // no box there
  EXPECT_EQ(count.doubt(), "");
  LabelCount three(classes({"floor", "box", "ball"}));
  three.add(map_of({0, 255}));
  three.add(map_of({0, 1, 2}));
  EXPECT_THAT(three.doubt(), HasSubstr("is 255 meant as a class?"));
}

TEST(LabelCount, SeveralClassesMayBeAway) {
  LabelCount count(classes({"floor", "box", "ball", "car"}));
  count.add(map_of({0, 1, 0}));
  EXPECT_EQ(count.doubt(), "no pixel is of the classes 'ball', 'car'");
  EXPECT_TRUE(count.check()) << "two can be told apart";
}

TEST(LabelCount, OneClassAloneIsNothingToLearn) {
  LabelCount empty(classes({"floor", "box"}));
  empty.add(map_of({0, 0, 0}));
  ASSERT_FALSE(empty.check());
  EXPECT_THAT(empty.check().error().message,
              HasSubstr("no pixel is of class 'box'; there is nothing to tell apart"));
  LabelCount open(classes({"floor", "box"}));
  open.add(map_of({255, 255}));
  EXPECT_FALSE(open.check());
  LabelCount single(classes({"all"}));
  single.add(map_of({0, 0}));
  EXPECT_TRUE(single.check()) << "whoever has one class wants one class";
}

}  // namespace
}  // namespace fovea::evaluate
