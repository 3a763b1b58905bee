#include "infer/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "infer/catalog.h"
#include "infer/digest.h"
#include "infer/model_reference.h"
#include "testing/temporary_directory.h"
#include "testing/test_context.h"

namespace fovea::infer {
namespace {

using ::testing::HasSubstr;

class ModelFileTest : public ::testing::Test {
 protected:
  std::string refusal(const std::string& path) {
    const auto checked = check_model_file(path);
    EXPECT_FALSE(checked) << path;
    // The doors that a user's model comes through: none of them may read for ever.
    EXPECT_FALSE(model_digest(path)) << path;
    EXPECT_FALSE(resolve_model(path, CatalogPlaces{}, context_.context())) << path;
    return checked ? "" : checked.error().message;
  }

  fovea::testing::TestContext context_;
  fovea::testing::TemporaryDirectory folder_;
};

TEST_F(ModelFileTest, WhatNeverEndsIsRefused) {
  EXPECT_THAT(refusal("/dev/urandom"), HasSubstr("/dev/urandom is not a plain file"));
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("not a plain file"));
  const auto pipe = folder_ / "pipe.onnx";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(refusal(pipe), HasSubstr("not a plain file"));
  const auto link = folder_ / "link.onnx";
  std::filesystem::create_symlink("/dev/zero", link);
  EXPECT_THAT(refusal(link), HasSubstr("not a plain file"));
  const auto manifest = folder_ / "net.manifest.json";
  ASSERT_EQ(::mkfifo(manifest.c_str(), 0600), 0);
  EXPECT_THAT(refusal(manifest), HasSubstr("not a plain file"));
}

TEST_F(ModelFileTest, AFileWithoutEndIsTooLarge) {
  const auto file = folder_.write("huge.onnx", "");
  std::error_code failed;
  std::filesystem::resize_file(file, model_bytes_max + 1, failed);
  if (failed) GTEST_SKIP() << "this file system has no files of that size: " << failed.message();
  EXPECT_THAT(refusal(file), HasSubstr("larger than any model"));
}

TEST_F(ModelFileTest, APageIsNoModel) {
  for (const char* page : {"<!DOCTYPE html>\n<html>", "\xef\xbb\xbf\n <html lang=en>"}) {
    EXPECT_THAT(refusal(folder_.write("page.onnx", page)),
                HasSubstr("is a web page, not a model; was the download signed in?"));
  }
  EXPECT_THAT(refusal(folder_.write("net.tflite", "version https://git-lfs.github.com/spec/v1\n")),
              HasSubstr("git lfs pull"));
  EXPECT_TRUE(check_model_file(folder_.write("net.xml", "<?xml version=\"1.0\"?><net/>")));
}

}  // namespace
}  // namespace fovea::infer
