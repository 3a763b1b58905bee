#include "infer/onnx_external.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "infer/test_onnx.h"

namespace fovea::infer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> files(const std::string& model) {
  std::istringstream stream(model);
  return read_external_data(stream);
}

std::string tensor(const std::string& location, const std::string& where = "\x70\x01") {
  return onnx_field(13, onnx_field(1, "location") + onnx_field(2, location)) +
         onnx_field(13, onnx_field(1, "offset") + onnx_field(2, "64")) + where;
}

TEST(OnnxExternal, FindsTensorsWhereverTheyLie) {
  const auto in_graph = [](const std::string& graph) { return onnx_field(7, graph); };
  const std::string branch = onnx_field(6, onnx_field(5, tensor("branch.bin")));
  const std::string in_node = onnx_field(1, onnx_field(5, onnx_field(5, tensor("node.bin"))));
  EXPECT_THAT(files(in_graph(onnx_field(5, tensor("b.bin")) + onnx_field(5, tensor("a.bin")) +
                             onnx_field(5, tensor("b.bin")))),
              ElementsAre("a.bin", "b.bin"));
  EXPECT_THAT(files(in_graph(in_node)), ElementsAre("node.bin"));
  EXPECT_THAT(files(in_graph(onnx_field(1, onnx_field(5, branch)))), ElementsAre("branch.bin"));
  EXPECT_THAT(files(in_graph(onnx_field(15, onnx_field(1, tensor("sparse.bin"))))),
              ElementsAre("sparse.bin"));
}

TEST(OnnxExternal, WhatLiesInTheModelIsNotOutside) {
  EXPECT_THAT(files(onnx_field(7, onnx_field(5, tensor("stale.bin", "")))), IsEmpty());
  EXPECT_THAT(files(onnx_field(7, onnx_field(5, tensor("stale.bin", {"\x70\x00", 2})))), IsEmpty());
}

TEST(OnnxExternal, WhatIsNoModelHasNone) {
  EXPECT_THAT(files(""), IsEmpty());
  EXPECT_THAT(files("the network"), IsEmpty());
  EXPECT_THAT(files(std::string(1000, '\xff')), IsEmpty());
  const std::string whole = onnx_with_external_data("m.data");
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_LE(files(whole.substr(0, length)).size(), 1u) << "it ends";
  }
}

}  // namespace
}  // namespace fovea::infer
