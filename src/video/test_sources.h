#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>

#include "core/context.h"
#include "testing/temporary_directory.h"
#include "video/source.h"

namespace fovea::video {

// What the tests of sources share: a context without a log, a folder of their own, and a reader
// that fails the test instead of hanging. Usage: class XTest : public SourceTest {}.
class SourceTest : public ::testing::Test {
 protected:
  std::string write(const std::string& name, std::span<const uint8_t> bytes) {
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
    return path.string();
  }

  std::unique_ptr<Source> open(const std::string& spec, const SourceOptions& options = {}) {
    auto source = open_source(spec, options, context_);
    EXPECT_TRUE(source) << spec << ": " << (source ? "" : source.error().message);
    return source ? std::move(*source) : nullptr;
  }

  core::Error open_error(const std::string& spec, const SourceOptions& options = {}) {
    auto source = open_source(spec, options, context_);
    EXPECT_FALSE(source) << spec;
    return source ? core::Error{} : source.error();
  }

  double broken_count() {
    return metrics_->counter("fovea_source_pictures_broken_total", "").value();
  }

  fovea::testing::TemporaryDirectory folder_;
  core::SystemClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  core::Context context_{core::Log(core::make_null_sink(), "test"), clock_, *metrics_};
};

}  // namespace fovea::video
