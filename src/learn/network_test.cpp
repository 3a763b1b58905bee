#include "learn/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>

namespace fovea::learn {
namespace {

using ::testing::HasSubstr;

NetworkConfig config_of(int classes) {
  NetworkConfig config;
  for (int i = 0; i < classes; ++i) {
    config.classes.push_back({"class " + std::to_string(i), {uint8_t(i), 2, 3}, -1});
  }
  return config;
}

int64_t parameters(const Network& network) {
  int64_t count = 0;
  for (const auto& slot : slots_of(network, false)) {
    if (!slot.learned) continue;
    count += std::accumulate(slot.shape.begin(), slot.shape.end(), int64_t(1), std::multiplies<>());
  }
  return count;
}

TEST(Network, IsAsSmallAsItShouldBe) {
  EXPECT_LE(parameters(make_network(config_of(12))), 700'000);
  auto wide = config_of(12);
  wide.width = 2;
  EXPECT_GT(parameters(make_network(wide)), 3 * parameters(make_network(config_of(12))));
}

TEST(Network, EveryNodeBuildsOnEarlierOnes) {
  const auto network = make_network(config_of(3));
  std::set<std::string> names;
  for (size_t i = 0; i < network.nodes.size(); ++i) {
    const Node& node = network.nodes[i];
    EXPECT_TRUE(names.insert(node.name).second) << node.name << " stands twice";
    for (const int input : node.inputs) EXPECT_LT(input, int(i)) << node.name;
    const int like = node.op == Node::Op::resize ? node.like : picture;
    EXPECT_LT(like, int(i)) << node.name;
  }
  EXPECT_EQ(network.nodes[size_t(network.scores)].channels, 3);
  EXPECT_EQ(network.nodes[size_t(network.auxiliary)].channels, 3);
}

TEST(Network, SizesOfAnyPicture) {
  const auto network = make_network(config_of(3));
  for (const core::Size size : {core::Size{640, 360}, core::Size{481, 359}, core::Size{33, 47}}) {
    const auto sizes = sizes_of(network, size);
    EXPECT_EQ(sizes[size_t(network.scores)],
              (core::Size{(size.width + 1) / 2, (size.height + 1) / 2}));
    for (size_t i = 0; i < network.nodes.size(); ++i) {
      if (network.nodes[i].op != Node::Op::add) continue;
      const auto& inputs = network.nodes[i].inputs;
      EXPECT_EQ(sizes[size_t(inputs[0])], sizes[size_t(inputs[1])]) << network.nodes[i].name;
    }
  }
}

TEST(Network, WhatOnlyTrainingNeedsIsLeftOut) {
  const auto network = make_network(config_of(3));
  std::set<std::string> names;
  for (const auto& slot : slots_of(network, false)) names.insert(slot.name);
  EXPECT_FALSE(names.contains("auxiliary.weight"));
  EXPECT_TRUE(names.contains("classes.weight"));
  EXPECT_EQ(slots_of(network, true).size(), names.size() + 2);
}

TEST(NetworkConfig, ComesBackFromJson) {
  auto config = config_of(5);
  config.input = {480, 352};
  config.width = 1.5;
  const auto again = parse_network_config(to_json(config));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, config);
}

TEST(NetworkConfig, WrongOnesAreRefused) {
  const std::string good = to_json(config_of(2));
  for (const auto& [from, to, words] :
       {std::tuple{"fovea-segmentation-1", "other-net", "the network is a 'other-net'"},
        std::tuple{"\"width\":1.0", "\"width\":1e9", "width"},
        std::tuple{"[640,360]", "[640,0]", "input"},
        std::tuple{"[640,360]", "7", "not a description"},
        std::tuple{"\"width\":1.0", "\"width\":\"a\"", "not a description"}}) {
    std::string wrong = good;
    const size_t at = wrong.find(from);
    ASSERT_NE(at, std::string::npos) << from << " in " << good;
    wrong.replace(at, std::string(from).size(), to);
    const auto parsed = parse_network_config(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_THAT(parsed.error().message, HasSubstr(words));
  }
  EXPECT_FALSE(parse_network_config("{"));
  EXPECT_FALSE(parse_network_config(""));
  EXPECT_THAT(check_config(config_of(0)).error().message, HasSubstr("at least one class"));
}

}  // namespace
}  // namespace fovea::learn
