#include "infer/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/metrics.h"
#include "infer/digest.h"
#include "infer/embedded_models.h"
#include "infer/model_reference.h"
#include "testing/temporary_directory.h"
#include "testing/test_context.h"

namespace fovea::infer {
namespace {

namespace fs = std::filesystem;

// A catalog of one model whose file lies in a folder "origin", fetched by a file: URL.
class CatalogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "origin");
    fs::create_directories(folder_ / "mirror");
    write(folder_ / "origin" / "net.onnx", "the model");
    places_ = {(folder_ / "cache").string(), {(folder_ / "mirror").string()}};
  }

  static void write(const fs::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
  }

  CatalogEntry entry() const {
    CatalogEntry entry;
    entry.manifest.name = "net";
    entry.manifest.file = "net.onnx";
    entry.manifest.sha256 = model_digest((folder_ / "origin" / "net.onnx").string()).value();
    entry.urls = {"file://" + (folder_ / "none.onnx").string(),
                  "file://" + (folder_ / "origin" / "net.onnx").string()};
    return entry;
  }
  Catalog catalog(const CatalogEntry& entry) const { return Catalog({entry}, places_, context_); }

  testing::TemporaryDirectory folder_;
  CatalogPlaces places_;
  core::SystemClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  core::Context context_{core::Log(core::make_null_sink(), "test"), clock_, *metrics_};
};

TEST_F(CatalogTest, what_ships_with_the_program_is_unpacked) {
  CatalogEntry net = entry();
  fs::remove_all(folder_ / "origin");
  const std::string_view content = "the model";
  net.embedded = {reinterpret_cast<const uint8_t*>(content.data()), content.size()};
  net.urls.clear();
  EXPECT_TRUE(catalog(net).at_hand(net));
  EXPECT_EQ(catalog(net).locate(net), "");
  const auto file = catalog(net).get(net);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file, (folder_ / "cache" / "net.onnx").string());
  write(*file, "damaged");
  ASSERT_TRUE(catalog(net).get(net));
  EXPECT_TRUE(verify_file(*file, net.manifest.sha256));
}

TEST(EmbeddedEntries, AreWholePackages) {
  const std::string manifest =
      R"({"name":"n","version":"1","task":"segmentation","head":"class_map",
      "file":"n.onnx","sha256":")" +
      std::string(64, 'a') + R"(","input":{"width":8,"height":8,
      "layout":"nchw"},"classes":[{"name":"a","colour":"#000000"}]})";
  const auto bytes = [](std::string_view text) {
    return std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  const EmbeddedFile files[] = {{"n.manifest.json", bytes(manifest)}, {"n.onnx", bytes("model")}};
  const auto entries = embedded_entries(files);
  ASSERT_TRUE(entries) << entries.error().message;
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ((*entries)[0].bytes, 5u);
  EXPECT_FALSE(embedded_entries(std::span(files).first(1)));
  EXPECT_TRUE(embedded_entries(embedded_models())) << "what this build ships";
}

TEST_F(CatalogTest, fetches_into_the_cache_once) {
  const CatalogEntry net = entry();
  EXPECT_EQ(catalog(net).locate(net), "");
  const auto file = catalog(net).get(net);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file, (folder_ / "cache" / "net.onnx").string());
  fs::remove_all(folder_ / "origin");
  EXPECT_TRUE(catalog(net).get(net));
  EXPECT_EQ(catalog(net).locate(net), *file);
}

TEST_F(CatalogTest, fetches_a_damaged_cache_file_again) {
  const CatalogEntry net = entry();
  fs::create_directories(folder_ / "cache");
  write(folder_ / "cache" / "net.onnx", "the mod");
  const auto file = catalog(net).get(net);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(verify_file(*file, net.manifest.sha256));
}

TEST_F(CatalogTest, uses_a_mirror_where_it_is) {
  const CatalogEntry net = entry();
  write(folder_ / "mirror" / "net.onnx", "the model");
  EXPECT_EQ(catalog(net).get(net).value(), (folder_ / "mirror" / "net.onnx").string());
  EXPECT_FALSE(fs::exists(folder_ / "cache" / "net.onnx"));
}

TEST_F(CatalogTest, says_both_sums_and_keeps_nothing_wrong) {
  CatalogEntry net = entry();
  const std::string real = net.manifest.sha256;
  net.manifest.sha256 = std::string(64, '0');
  const auto file = catalog(net).get(net);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, core::Code::bad_input);
  EXPECT_NE(file.error().message.find(real), std::string::npos) << file.error().message;
  EXPECT_NE(file.error().message.find(std::string(64, '0')), std::string::npos);
  EXPECT_TRUE(fs::is_empty(folder_ / "cache"));
}

TEST_F(CatalogTest, digests_are_sha256) {
  write(folder_ / "abc", "abc");
  EXPECT_EQ(model_digest((folder_ / "abc").string()).value(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2
  EXPECT_EQ(model_digest((folder_ / "none").string()).error().code, core::Code::not_found);
}

TEST_F(CatalogTest, the_digest_of_a_folder_covers_names_and_bytes) {
  const auto digest = [&] { return model_digest((folder_ / "origin").string()).value(); };
  const std::string first = digest();
  fs::rename(folder_ / "origin" / "net.onnx", folder_ / "origin" / "other.onnx");
  EXPECT_NE(digest(), first);
}

TEST_F(CatalogTest, the_embedded_catalog_is_whole) {
  const auto catalog = Catalog::open(places_, context_);
  ASSERT_TRUE(catalog) << catalog.error().message;
  for (const char* name : {"deeplab-dm05", "yolox-nano", "mobilenet-v2"}) {
    const auto* entry = catalog->find(name);
    ASSERT_NE(entry, nullptr) << name;
    EXPECT_EQ(catalog->find_digest(entry->manifest.sha256), entry);
    for (const auto& url : entry->urls) EXPECT_TRUE(url.starts_with("https://")) << url;
  }
  EXPECT_EQ(catalog->find("none"), nullptr);
}

TEST_F(CatalogTest, refuses_catalogs_that_are_wrong) {
  const std::string manifest =
      R"({"name":"a","version":"1","task":"classification","head":"scores","file":"a",)"
      R"("input":{"width":1,"height":1,"layout":"nhwc"})";
  const std::string sum = R"(,"sha256":")" + std::string(64, 'a') + "\"}";
  const auto catalog_of = [&](const std::string& body, const std::string& urls) {
    return R"({"manifest":)" + body + R"(,"urls":)" + urls + "}";
  };
  const std::string good = catalog_of(manifest + sum, R"(["https://x/a"])");
  EXPECT_TRUE(parse_catalog(R"({"models":[)" + good + "]}"));
  EXPECT_FALSE(parse_catalog(R"({"models":[)" + good + "," + good + "]}"));
  EXPECT_FALSE(
      parse_catalog(R"({"models":[)" + catalog_of(manifest + "}", R"(["https://x"])") + "]}"));
  EXPECT_FALSE(
      parse_catalog(R"({"models":[)" + catalog_of(manifest + sum, R"(["ftp://x"])") + "]}"));
  EXPECT_FALSE(parse_catalog(R"({"models":[)" + catalog_of(manifest + sum, "[]") + "]}"));
  EXPECT_FALSE(parse_catalog("{}"));
}

TEST_F(CatalogTest, names_near_a_wrong_one) {
  const auto found = resolve_model("deeplab-dm06", places_, context_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, core::Code::not_found);
  EXPECT_NE(found.error().message.find("did you mean 'deeplab-dm05'"), std::string::npos);
  EXPECT_EQ(resolve_model("/none/x.onnx", places_, context_).error().code, core::Code::not_found);
  EXPECT_EQ(resolve_model("", places_, context_).error().code, core::Code::bad_input);
}

TEST_F(CatalogTest, a_manifest_beside_the_file_counts_and_is_checked) {
  const fs::path file = folder_ / "origin" / "net.onnx";
  const std::string manifest =
      R"({"name":"mine","version":"1","task":"classification","head":"scores","file":"net.onnx",)"
      R"("input":{"width":1,"height":1,"layout":"nhwc"},"sha256":")";
  write(folder_ / "origin" / "net.manifest.json",
        manifest + model_digest(file.string()).value() + "\"}");
  for (const auto& reference :
       {file, folder_ / "origin" / "net.manifest.json", folder_ / "origin"}) {
    const auto found = resolve_model(reference.string(), places_, context_);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->manifest.name, "mine");
    EXPECT_EQ(found->path, file.string());
    EXPECT_EQ(found->origin, ManifestOrigin::file);
  }
  write(file, "another model");
  const auto wrong = resolve_model(file.string(), places_, context_);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, core::Code::bad_input);
}

// A service without a home, say. Nothing may be taken from, or put into, a folder for all.
TEST(CatalogPlacesTest, WithoutAHomeThereIsNoCache) {
  const auto saved = [](const char* name) {
    const char* value = std::getenv(name);
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  const auto home = saved("HOME");
  const auto cache = saved("XDG_CACHE_HOME");
  ::unsetenv("HOME");
  ::unsetenv("XDG_CACHE_HOME");
  ::unsetenv("CACHE_DIRECTORY");
  EXPECT_EQ(default_places("").cache_dir, "");
  EXPECT_EQ(default_compile_cache_dir(), "");
  fovea::testing::TestContext context;
  const auto catalog = Catalog::open(CatalogPlaces{}, context.context());
  ASSERT_TRUE(catalog);
  const auto refused = catalog->get(catalog->entries().front());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("set HOME or XDG_CACHE_HOME"));
  ::setenv("CACHE_DIRECTORY", "/var/cache/fovea:/var/cache/other", 1);
  EXPECT_EQ(default_places("").cache_dir, "/var/cache/fovea/models");
  ::unsetenv("CACHE_DIRECTORY");
  if (home) ::setenv("HOME", home->c_str(), 1);
  if (cache) ::setenv("XDG_CACHE_HOME", cache->c_str(), 1);
}

}  // namespace
}  // namespace fovea::infer
