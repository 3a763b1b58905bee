#include "openvino/blob_cache.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "core/metrics.h"
#include "openvino/stored_model.h"
#include "testing/temporary_directory.h"

namespace fovea::openvino {
namespace {

namespace fs = std::filesystem;

class BlobCacheTest : public ::testing::Test {
 protected:
  BlobCache cache() const { return BlobCache((folder_ / "deep" / "er").string(), context_); }
  fs::path file(const std::string& key) const {
    return folder_ / "deep" / "er" / (key + ".compiled");
  }
  double errors() const {
    return metrics_->counter("fovea_compile_cache_errors_total", "").value();
  }

  testing::TemporaryDirectory folder_;
  core::SystemClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  core::Context context_{core::Log(core::make_null_sink(), "test"), clock_, *metrics_};
};

TEST_F(BlobCacheTest, gives_back_what_it_was_given) {
  EXPECT_EQ(cache().load("a"), std::nullopt);
  const std::string payload("any\0bytes", 9);
  cache().store("a", payload);
  EXPECT_EQ(cache().load("a"), payload);
  EXPECT_EQ(cache().load("b"), std::nullopt);
  EXPECT_EQ(errors(), 0);
}

TEST_F(BlobCacheTest, never_gives_damaged_bytes) {
  const std::string payload(1000, 'x');
  for (const size_t length : {0u, 5u, 17u, 48u, 49u, 700u, 1048u}) {
    cache().store("a", payload);
    fs::resize_file(file("a"), length);
    EXPECT_EQ(cache().load("a"), std::nullopt) << length;
  }
  cache().store("a", payload);
  std::fstream(file("a"), std::ios::in | std::ios::out | std::ios::binary).seekp(500).put('y');
  EXPECT_EQ(cache().load("a"), std::nullopt);
  EXPECT_EQ(errors(), 8);
}

TEST_F(BlobCacheTest, keeps_the_newest_entries) {
  for (size_t index = 0; index < BlobCache::files_max + 5; ++index) {
    const std::string key = std::to_string(index);
    cache().store(key, key);
    // Ages without waiting: the later, the younger.
    fs::last_write_time(file(key),
                        fs::file_time_type::clock::now() - std::chrono::hours(1000 - int(index)));
  }
  EXPECT_EQ(cache().load("0"), std::nullopt);
  EXPECT_EQ(cache().load(std::to_string(BlobCache::files_max + 4)),
            std::to_string(BlobCache::files_max + 4));
}

// Of a process that was killed while it stored a model.
TEST_F(BlobCacheTest, leftovers_are_removed) {
  cache().store("a", "a");
  const auto child = fork();
  if (child == 0) _exit(0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const auto of_dead = file("a").string() + "." + std::to_string(child) + "-0";
  const auto of_living = file("a").string() + "." + std::to_string(getpid()) + "-7";
  const auto old = file("b").string() + "." + std::to_string(getpid()) + "-8";
  for (const auto& name : {of_dead, of_living, old}) std::ofstream(name) << "half";
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(2));
  cache().store("c", "c");
  EXPECT_FALSE(fs::exists(of_dead));
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(of_living)) << "somebody writes it now";
  EXPECT_EQ(cache().load("a"), "a");
}

TEST_F(BlobCacheTest, a_full_or_forbidden_disk_is_counted_not_fatal) {
  std::ofstream(folder_ / "file") << "no folder";
  const BlobCache blocked((folder_ / "file" / "x").string(), context_);
  blocked.store("a", "b");
  EXPECT_EQ(blocked.load("a"), std::nullopt);
  EXPECT_EQ(errors(), 1);
}

TEST(StoredModel, unpacks_what_was_packed) {
  StoredModel stored;
  stored.shape.inputs = {{"a name", "u8", {1, -1, 5, 3}}};
  stored.shape.outputs = {{"", "f32", {}}, {"o", "i64", {7}}};
  stored.blob = std::string("\0blob\n", 6);
  const auto again = unpack(pack(stored));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->blob, stored.blob);
  ASSERT_EQ(again->shape.outputs.size(), 2u);
  EXPECT_EQ(infer::to_string(again->shape.inputs.at(0)), "u8 [1,?,5,3]");
  EXPECT_EQ(again->shape.inputs[0].name, "a name");
  for (const char* wrong : {"", "\n", "5\nab", "99999999999999999999\n", "x\ny", "2\n1 "}) {
    EXPECT_FALSE(unpack(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace fovea::openvino
