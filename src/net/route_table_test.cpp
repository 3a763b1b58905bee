#include "net/route_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

RouteTable example_table() {
  RouteTable table;
  const RequestHandler nothing = [](const Request&, const ResponderPtr&) {};
  table.add({"GET", "/", Scope::view, nothing, {}});
  table.add({"GET", "/devices", Scope::view, nothing, {}});
  table.add({"GET", "/devices/first", Scope::view, nothing, {}});
  table.add({"GET", "/devices/{id}", Scope::view, nothing, {}});
  table.add({"PATCH", "/devices/{id}", Scope::view, nothing, {}});
  table.add({"POST", "/devices/{id}/parts/{part}", Scope::view, nothing, {}});
  return table;
}

TEST(RouteTable, FindsTheFirstThatFits) {
  const RouteTable table = example_table();
  EXPECT_EQ(table.match("GET", "/").entry->pattern, "/");
  EXPECT_EQ(table.match("GET", "/devices/first").entry->pattern, "/devices/first");
  const auto device = table.match("PATCH", "/devices/cam1");
  ASSERT_NE(device.entry, nullptr);
  EXPECT_EQ(device.entry->method, "PATCH");
  EXPECT_THAT(device.parameters, ElementsAre(Pair("id", "cam1")));
  const auto part = table.match("POST", "/devices/a/parts/b c");
  EXPECT_THAT(part.parameters, ElementsAre(Pair("id", "a"), Pair("part", "b c")));
}

TEST(RouteTable, HeadIsAnsweredByGet) {
  EXPECT_EQ(example_table().match("HEAD", "/devices").entry->method, "GET");
}

TEST(RouteTable, SaysWhichMethodsAPathTakes) {
  const auto match = example_table().match("DELETE", "/devices/cam1");
  EXPECT_EQ(match.entry, nullptr);
  EXPECT_THAT(match.methods, ElementsAre("GET", "HEAD", "OPTIONS", "PATCH"));
}

TEST(RouteTable, UnknownPathsHaveNoMethods) {
  const RouteTable table = example_table();
  for (const char* path :
       {"", "/x", "/devices/", "/devices//", "/devices/a/parts", "/devices/a/parts/", "*"}) {
    EXPECT_THAT(table.match("GET", path).methods, IsEmpty()) << path;
  }
}

}  // namespace
}  // namespace fovea::net
