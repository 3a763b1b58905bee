#include "site/state_facts.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "site/state_store.h"
#include "testing/temporary_directory.h"

namespace fovea::site {
namespace {

TEST(StateFacts, CountsAndTellsNothingElse) {
  testing::TemporaryDirectory root;
  const std::string dir = root / "state";
  EXPECT_EQ(inspect_state(dir).error().code, core::Code::not_found);
  EXPECT_FALSE(std::filesystem::exists(dir)) << "it only looks";
  std::filesystem::create_directory(dir);
  EXPECT_EQ(inspect_state(dir).error().code, core::Code::not_found);
  EXPECT_TRUE(std::filesystem::is_empty(dir)) << "it only looks";
  auto store = StateStore::open(dir);
  ASSERT_TRUE((*store)->set_override("yard", {"deeplab", 5, {}}));
  const auto facts = inspect_state(dir);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_TRUE(facts->in_use);
  EXPECT_EQ(facts->version, state_version());
  EXPECT_EQ(facts->rows.at("override"), 2);
  EXPECT_EQ(facts->rows.at("user"), 0);
  ASSERT_FALSE(facts->files.empty());
  EXPECT_EQ(facts->files.front().name, "lock");
  EXPECT_EQ(facts->files.front().mode, "0600");
  store->reset();
  EXPECT_FALSE(inspect_state(dir)->in_use);
  EXPECT_TRUE(StateStore::open(dir)) << "the look has left no lock behind";
}

TEST(StateFacts, ADamagedStateIsAnError) {
  testing::TemporaryDirectory dir;
  dir.write("site.db", std::string(5000, 'x'));
  EXPECT_EQ(inspect_state(dir.path().string()).error().code, core::Code::io);
}

}  // namespace
}  // namespace fovea::site
