#include "openvino/openvino_runtime.h"

#include <gtest/gtest.h>

#include <openvino/openvino.hpp>

#include "infer/conformance_cases.h"
#include "testing/source_tree.h"

namespace fovea::infer {

INSTANTIATE_TEST_SUITE_P(openvino, RuntimeConformance,
                         ::testing::Values(RuntimeUnderTest{"openvino",
                                                            openvino::make_openvino_runtime}),
                         [](const auto& each) { return each.param.name; });

namespace {

// The kinds of files this engine reads beside ONNX, each with an identity network.
class OpenvinoFiles : public ::testing::Test {
 protected:
  void expect_identity(const std::string& path, bool nchw) {
    const auto digest = model_digest(path);
    ASSERT_TRUE(digest) << digest.error().message;
    const GraphSpec spec = conformance::spec_of(nchw, Tail::raw);
    EngineOptions options;
    options.precision = "f32";
    const auto model = runtime_->compile(path, *digest, spec, options);
    ASSERT_TRUE(model) << model.error().message;
    auto session = (*model)->open();
    ASSERT_TRUE(session) << session.error().message;
    const core::Image picture = conformance::test_picture({30, 20});
    const auto outputs = (*session)->run(picture);
    ASSERT_TRUE(outputs) << outputs.error().message;
    EXPECT_LE(conformance::feed_error(*outputs, picture, spec.input), 1.01);
  }

  static std::string tiny(const std::string& file) {
    return fovea::testing::source_file("src/infer/testdata/" + file);
  }

  core::SystemClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  core::Context context_{core::Log(core::make_null_sink(), "test"), clock_, *metrics_};
  std::unique_ptr<Runtime> runtime_ = openvino::make_openvino_runtime(context_);
};

TEST_F(OpenvinoFiles, reads_a_frozen_tensorflow_graph) {
  expect_identity(tiny("frozen.pb"), false);
}

TEST_F(OpenvinoFiles, reads_a_tensorflow_saved_model) {
  expect_identity(tiny("saved_model"), false);
}

TEST_F(OpenvinoFiles, reads_its_own_format) {
  const testing::TemporaryDirectory folder;
  const std::string path = (folder / "tiny.xml").string();
  ov::serialize(ov::Core().read_model(tiny("identity_nchw.onnx")), path);
  const auto with_weights = model_digest(path);
  expect_identity(path, true);
  std::ofstream(folder / "tiny.bin", std::ios::app) << "x";
  EXPECT_NE(with_weights.value(), model_digest(path).value()) << "the weights are part of it";
}

TEST_F(OpenvinoFiles, reads_tflite) {
  const char* data = std::getenv("FOVEA_DATA");
  if (!data) GTEST_SKIP() << "needs FOVEA_DATA";
  const auto shape =
      runtime_->inspect(std::string(data) + "/models/deeplabv3_mnv2_dm05_pascal_quant.tflite");
  ASSERT_TRUE(shape) << shape.error().message;
  EXPECT_EQ(to_string(shape->inputs.at(0)), "u8 [1,513,513,3]");
  EXPECT_EQ(to_string(shape->outputs.at(0)), "i64 [1,513,513]");
}

}  // namespace
}  // namespace fovea::infer
