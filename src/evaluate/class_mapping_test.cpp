#include "evaluate/class_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/temporary_directory.h"

namespace fovea::evaluate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// One picture of 4x1 whose classes are 0, 1, 2 and none.
class FourPixels final : public DataSet {
 public:
  const core::ClassList& classes() const override { return classes_; }
  size_t size() const override { return 1; }
  std::string name(size_t) const override { return "four"; }
  core::Result<Sample> read(size_t) override {
    return Sample{{core::PixelFormat::rgb24, {4, 1}, core::Bytes(12)},
                  {core::PixelFormat::gray8, {4, 1}, core::Bytes{0, 1, 2, core::no_class}}};
  }

 private:
  const core::ClassList classes_{{"car", {}, -1}, {"truck", {}, -1}, {"tree", {}, -1}};
};

class ClassMappingTest : public ::testing::Test {
 protected:
  core::Result<ClassMapping> read(const std::string& yaml) {
    folder_.write("classes.yaml", yaml);
    return read_class_mapping((folder_ / "classes.yaml").string());
  }
  std::string refusal(const std::string& yaml) {
    const auto mapping = read(yaml);
    if (!mapping) return mapping.error().message;
    const auto data = map_classes(std::make_unique<FourPixels>(), *mapping);
    return data ? "" : data.error().message;
  }
  std::vector<int> mapped(const std::string& yaml) {
    const auto data = map_classes(std::make_unique<FourPixels>(), *read(yaml));
    EXPECT_TRUE(data);
    const auto sample = (*data)->read(0);
    const auto values = sample->class_map.pixels.span();
    return {values.begin(), values.end()};
  }

  testing::TemporaryDirectory folder_;
};

TEST_F(ClassMappingTest, MergesAndDrops) {
  EXPECT_THAT(mapped("classes: [{name: vehicle, of: [car, truck]}]"),
              ElementsAre(0, 0, core::no_class, core::no_class));
  EXPECT_THAT(mapped("classes: [{name: tree}, {name: vehicle, of: [truck, car]}]"),
              ElementsAre(1, 1, 0, core::no_class));
}

TEST_F(ClassMappingTest, OthersMayBeAClass) {
  EXPECT_THAT(mapped("classes: [{name: background}, {name: car}]\nothers: background"),
              ElementsAre(1, 0, 0, core::no_class))
      << "void stays void";
}

TEST_F(ClassMappingTest, NamesAndColours) {
  const auto mapping = read("classes: [{name: tree, colour: \"#102030\"}, {name: car}]");
  ASSERT_TRUE(mapping) << mapping.error().message;
  EXPECT_EQ(mapping->classes()[0].colour, (core::Colour{16, 32, 48}));
  EXPECT_NE(mapping->classes()[1].colour, core::Colour{});
  const auto list = read_class_list((folder_ / "classes.yaml").string());
  ASSERT_TRUE(list);
  EXPECT_EQ(list->classes()[1].name, "car");
}

TEST_F(ClassMappingTest, WhatIsWrongIsSaid) {
  EXPECT_THAT(refusal("classes: []"), HasSubstr("at least one class"));
  EXPECT_THAT(refusal("classes: [{name: bus}]"), HasSubstr("no class 'bus'; it has car, truck"));
  EXPECT_THAT(refusal("classes: [{name: car}, {name: a, of: [car]}]"), HasSubstr("two classes"));
  EXPECT_THAT(refusal("classes: [{name: car}, {name: car}]"), HasSubstr("twice"));
  EXPECT_THAT(refusal("classes: [{name: car, colour: red}]"), HasSubstr("#1f77b4"));
  EXPECT_THAT(refusal("classes: [{name: car}]\nothers: tree"), HasSubstr("one of the classes"));
  EXPECT_THAT(refusal("classes: [{nam: car}]"), HasSubstr("name"));
  EXPECT_THAT(read_class_mapping("/nowhere.yaml").error().message, HasSubstr("/nowhere.yaml"));
  (void)read("classes: [{name: a, of: [car]}]");
  EXPECT_THAT(read_class_list((folder_ / "classes.yaml").string()).error().message,
              HasSubstr("--classes"));
}

}  // namespace
}  // namespace fovea::evaluate
