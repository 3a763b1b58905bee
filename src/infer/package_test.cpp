#include "infer/package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "infer/digest.h"
#include "infer/test_onnx.h"
#include "testing/temporary_directory.h"

namespace fovea::infer {
namespace {

namespace fs = std::filesystem;
using core::Code;
using ::testing::HasSubstr;

class PackageTest : public ::testing::Test {
 protected:
  PackageTest() {
    reference_.path = folder_.write("net.onnx", "the network").string();
    reference_.digest = *model_digest(reference_.path);
    reference_.manifest.name = "yard";
    reference_.manifest.version = "3";
    reference_.manifest.classes = {{"floor", {1, 2, 3}, -1}};
    reference_.manifest.input.size = {64, 32};
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  void signed_package() {
    ASSERT_TRUE(package_model(reference_, at("package")));
    ASSERT_TRUE(make_signing_key(at("key")));
    const auto done = sign_package(at("package"), at("key"));
    ASSERT_TRUE(done) << done.error().message;
  }
  std::string refusal(const core::Status& status) {
    EXPECT_FALSE(status);
    return status ? "" : status.error().message;
  }

  testing::TemporaryDirectory folder_;
  ModelReference reference_;
};

TEST_F(PackageTest, HoldsTheModelUnderItsNameWithItsManifest) {
  const auto made = package_model(reference_, at("package"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(*made, at("package/yard.manifest.json"));
  const auto manifest = read_manifest(*made);
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->file, "yard.onnx");
  EXPECT_EQ(manifest->sha256, reference_.digest);
  EXPECT_EQ(*model_digest(at("package/yard.onnx")), reference_.digest);
  EXPECT_EQ(package_model(reference_, at("package")).error().code, Code::exists);
  EXPECT_TRUE(package_model(reference_, at("as-a-shell-completes-it/")));
}

TEST_F(PackageTest, NothingHalfMadeStays) {
  reference_.path = at("gone.onnx");
  EXPECT_FALSE(package_model(reference_, at("package")));
  reference_.path = folder_.write("net.xml", "<net/>").string();
  EXPECT_THAT(package_model(reference_, at("package")).error().message, HasSubstr("second file"));
  fs::remove(reference_.path);
  fs::create_directory(folder_ / "saved");
  reference_.path = at("saved");
  EXPECT_EQ(package_model(reference_, at("package")).error().code, Code::unsupported);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 2) << "net.onnx and saved";
}

TEST_F(PackageTest, SignedItIsKnownByItsKeyOnly) {
  signed_package();
  const auto good = verify_package(at("package"), at("key.pub"));
  EXPECT_TRUE(good) << good.error().message;
  ASSERT_TRUE(make_signing_key(at("other")));
  EXPECT_THAT(refusal(verify_package(at("package"), at("other.pub"))), HasSubstr("not of the key"));
  ASSERT_TRUE(sign_package(at("package"), at("other"))) << "signed anew";
  EXPECT_TRUE(verify_package(at("package"), at("other.pub")));
}

TEST_F(PackageTest, WhatWasChangedIsNoticed) {
  signed_package();
  folder_.write("package/yard.onnx", "another network");
  EXPECT_THAT(refusal(verify_package(at("package"), at("key.pub"))), HasSubstr("sha256"));
  EXPECT_THAT(refusal(sign_package(at("package"), at("key"))), HasSubstr("sha256"));
  Manifest manifest = *read_manifest(at("package/yard.manifest.json"));
  manifest.sha256 = *model_digest(at("package/yard.onnx"));
  folder_.write("package/yard.manifest.json", to_json(manifest));
  EXPECT_EQ(verify_package(at("package"), at("key.pub")).error().code, Code::denied);
  manifest.sha256.clear();
  folder_.write("package/yard.manifest.json", to_json(manifest));
  EXPECT_THAT(refusal(sign_package(at("package"), at("key"))),
              HasSubstr("does not hold the sha256"));
  folder_.write("package/yard.manifest.json.sig", "nonsense");
  EXPECT_EQ(verify_package(at("package"), at("key.pub")).error().code, Code::denied);
  fs::remove(folder_ / "package/yard.manifest.json.sig");
  EXPECT_THAT(refusal(verify_package(at("package"), at("key.pub"))), HasSubstr("is not signed"));
}

TEST_F(PackageTest, TheSecretIsItsOwnersAloneAndNotWrittenOver) {
  ASSERT_TRUE(make_signing_key(at("key")));
  struct stat status {};
  ASSERT_EQ(::stat(at("key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(make_signing_key(at("key")).error().code, Code::exists);
}

TEST_F(PackageTest, WrongFilesAreNamed) {
  signed_package();
  EXPECT_THAT(refusal(sign_package(at("package"), at("key.pub"))), HasSubstr("fovea model key"));
  EXPECT_THAT(refusal(verify_package(at("package"), at("key"))), HasSubstr("fovea model key"));
  EXPECT_THAT(refusal(verify_package(at("nowhere"), at("key.pub"))), HasSubstr("nowhere"));
  EXPECT_THAT(refusal(verify_package(folder_.path().string(), at("key.pub"))),
              HasSubstr("is no package"));
}

// Numbers in a second file are the model as well.
class ExternalTest : public PackageTest {
 protected:
  ExternalTest() {
    reference_.path = folder_.write("m.onnx", onnx_with_external_data("m.onnx.data")).string();
    (void)folder_.write("m.onnx.data", "the numbers");
    reference_.digest = *model_digest(reference_.path);
  }
};

TEST_F(ExternalTest, EveryFileIsPackagedAndVouchedFor) {
  signed_package();
  std::ifstream data(at("package/m.onnx.data"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(data), {}), "the numbers");
  EXPECT_TRUE(verify_package(at("package"), at("key.pub")));
  (void)folder_.write("package/m.onnx.data", "other numbe");
  EXPECT_THAT(refusal(verify_package(at("package"), at("key.pub"))),
              HasSubstr("not the file that its manifest names"));
  fs::remove(at("package/m.onnx.data"));
  EXPECT_THAT(refusal(verify_package(at("package"), at("key.pub"))), HasSubstr("m.onnx.data"));
}

TEST_F(ExternalTest, OtherNumbersAreAnotherModel) {
  (void)folder_.write("m.onnx.data", "new numbers");
  EXPECT_NE(*model_digest(reference_.path), reference_.digest);
  const auto stale = package_model(reference_, at("package"));
  ASSERT_FALSE(stale);
  EXPECT_THAT(stale.error().message, HasSubstr("changed while it was copied"));
  EXPECT_FALSE(fs::exists(at("package")));
  fs::remove(at("m.onnx.data"));
  EXPECT_THAT(model_digest(reference_.path).error().message, HasSubstr("m.onnx.data"));
}

TEST_F(ExternalTest, NothingOutsideOfTheFolderIsTaken) {
  for (const char* place : {"/etc/passwd", "../secret", "a/../../secret", ""}) {
    const auto model = folder_.write("evil.onnx", onnx_with_external_data(place)).string();
    const auto refused = model_digest(model);
    ASSERT_FALSE(refused) << place;
    EXPECT_THAT(refused.error().message, HasSubstr("not in its own folder")) << place;
  }
}

// As the cache of Hugging Face lays models out.
TEST_F(ExternalTest, ALinkOutOfTheFolderIsCalledOne) {
  (void)folder_.write("blobs/1", "the numbers");
  fs::create_directory(at("snapshot"));
  const auto model =
      folder_.write("snapshot/m.onnx", onnx_with_external_data("m.onnx.data")).string();
  fs::create_symlink("../blobs/1", at("snapshot/m.onnx.data"));
  const auto refused = model_digest(model);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("a link to another folder"));
  fs::remove(at("snapshot/m.onnx.data"));
  (void)folder_.write("snapshot/numbers", "the numbers");
  fs::create_symlink("numbers", at("snapshot/m.onnx.data"));
  EXPECT_TRUE(model_digest(model)) << "within the folder it may be one";
}

TEST_F(ExternalTest, ANameThatIsTakenIsRefused) {
  (void)folder_.write("yard.onnx", "numbers");
  reference_.path = folder_.write("n.onnx", onnx_with_external_data("yard.onnx")).string();
  reference_.digest = *model_digest(reference_.path);
  EXPECT_THAT(package_model(reference_, at("package")).error().message, HasSubstr("another file"));
  EXPECT_FALSE(fs::exists(at("package")));
}

}  // namespace
}  // namespace fovea::infer
