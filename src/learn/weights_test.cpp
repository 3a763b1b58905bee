#include "learn/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "learn/half.h"

namespace fovea::learn {
namespace {

using ::testing::HasSubstr;

// A file of this header and these values.
core::Bytes file_of(const std::string& header, const std::vector<float>& values = {}) {
  core::Bytes bytes(8 + header.size() + 4 * values.size());
  const uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  if (!values.empty())
    std::memcpy(bytes.data() + 8 + header.size(), values.data(), 4 * values.size());
  return bytes;
}

std::string refusal(const core::Bytes& bytes) {
  const auto file = parse_safetensors(bytes);
  return file ? "" : file.error().message;
}

TEST(Safetensors, ComeBackExactly) {
  TensorFile file;
  file.tensors["a.weight"] = {{2, 3}, {1, -2, 3.5f, 0, 1e-20f, 1e20f}};
  file.tensors["none"] = {{0}, {}};
  file.tensors["one"] = {{}, {7}};
  file.metadata = {{"network", "{\"a\": 1}"}, {"empty", ""}};
  const auto again = parse_safetensors(to_safetensors(file));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->tensors, file.tensors);
  EXPECT_EQ(again->metadata, file.metadata);
}

TEST(Safetensors, CutAnywhereIsRefused) {
  TensorFile file;
  file.tensors["a"] = {{4}, {1, 2, 3, 4}};
  const auto bytes = to_safetensors(file);
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_NE(refusal(core::Bytes(bytes.begin(), bytes.begin() + std::ptrdiff_t(length))), "")
        << length;
  }
}

TEST(Safetensors, WhatIsWrongIsSaid) {
  EXPECT_THAT(refusal(core::Bytes(100, 'x')), HasSubstr("not a safetensors"));
  EXPECT_THAT(refusal(file_of("[]")), HasSubstr("not a safetensors"));
  EXPECT_THAT(refusal(file_of(R"({"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}})", {1, 2})),
              HasSubstr("'a' is no tensor"));
  EXPECT_THAT(refusal(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", {1, 2})),
              HasSubstr("'a' is no tensor"));
  EXPECT_THAT(refusal(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", {1})),
              HasSubstr("'a' is no tensor"));
  EXPECT_THAT(refusal(file_of(
                  R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})")),
              HasSubstr("'a' is no tensor"));
  EXPECT_THAT(refusal(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                              R"("b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                              {1})),
              HasSubstr("overlap"));
  EXPECT_THAT(refusal(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                              {std::numeric_limits<float>::quiet_NaN()})),
              HasSubstr("no numbers"));
}

TEST(Safetensors, HalvesAreRead) {
  const std::string header = R"({"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})";
  auto bytes = file_of(header);
  for (const uint16_t half : {to_half(1.5f), to_half(-0.25f)}) {
    bytes.push_back(uint8_t(half & 255));
    bytes.push_back(uint8_t(half >> 8));
  }
  const auto file = parse_safetensors(bytes);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->tensors.at("a").values, (std::vector<float>{1.5f, -0.25f}));
}

TEST(Half, IsIeee754) {
  EXPECT_EQ(to_half(0), 0);
  EXPECT_EQ(to_half(-0.0f), 0x8000);
  EXPECT_EQ(to_half(1), 0x3c00);
  EXPECT_EQ(to_half(65504), 0x7bff);
  EXPECT_EQ(to_half(65520), 0x7c00) << "rounds to infinity";
  EXPECT_EQ(to_half(1e9f), 0x7c00);
  EXPECT_EQ(to_half(5.9604645e-8f), 1) << "the smallest one";
  EXPECT_EQ(to_half(1e-9f), 0);
  EXPECT_EQ(to_half(1.0f + 1.0f / 2048), 0x3c00) << "a tie goes to the even one";
  EXPECT_EQ(to_half(1.0f + 3.0f / 2048), 0x3c02);
  for (uint32_t half = 0; half < 0x7c00; ++half) {
    ASSERT_EQ(to_half(from_half(uint16_t(half))), half);
    ASSERT_EQ(to_half(from_half(uint16_t(half | 0x8000))), half | 0x8000);
  }
  EXPECT_TRUE(std::isnan(from_half(to_half(std::numeric_limits<float>::quiet_NaN()))));
}

TEST(Weights, WhatANetworkLacksIsNamed) {
  NetworkConfig config;
  config.classes = {{"a", {}, -1}, {"b", {}, -1}};
  const auto network = make_network(config);
  Tensors weights;
  for (const auto& slot : slots_of(network, false)) {
    int64_t count = 1;
    for (const int64_t side : slot.shape) count *= side;
    weights[slot.name] = {slot.shape, std::vector<float>(size_t(count))};
  }
  EXPECT_TRUE(check_weights(network, weights, "", false));
  EXPECT_THAT(check_weights(network, weights, "", true).error().message,
              HasSubstr("'auxiliary.weight'"));
  weights["stem.weight"].shape = {1};
  EXPECT_THAT(check_weights(network, weights, "", false).error().message, HasSubstr("[16,3,3,3]"));
  weights.erase("stem.weight");
  EXPECT_THAT(check_weights(network, weights, "", false).error().message, HasSubstr("missing"));
}

}  // namespace
}  // namespace fovea::learn
