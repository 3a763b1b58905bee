#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "core/context.h"
#include "core/metrics.h"
#include "infer/runtime.h"
#include "testing/temporary_directory.h"

namespace fovea::infer {

// The tests that every engine passes: an engine's own test file instantiates this suite with how it
// is made and includes conformance_cases.h once.
struct RuntimeUnderTest {
  std::string name;
  std::function<std::unique_ptr<Runtime>(const core::Context&)> make;
};

inline void PrintTo(const RuntimeUnderTest& runtime, std::ostream* out) { *out << runtime.name; }

class RuntimeConformance : public ::testing::TestWithParam<RuntimeUnderTest> {
 protected:
  void SetUp() override;

  // A file of src/infer/testdata.
  static std::string tiny(const std::string& file);

  // Compiles with f32, one thread and the test's own cache folder.
  core::Result<std::shared_ptr<const Model>> compile(const std::string& file,
                                                     const GraphSpec& spec) const;
  EngineOptions options() const;

  core::SystemClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  core::Context context_{core::Log(core::make_null_sink(), "test"), clock_, *metrics_};
  std::unique_ptr<Runtime> runtime_;
  testing::TemporaryDirectory folder_;
};

}  // namespace fovea::infer
