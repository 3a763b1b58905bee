#include "site/state_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "auth/accounts.h"
#include "site/added_cameras.h"
#include "site/bus_accounts.h"
#include "testing/temporary_directory.h"

namespace fovea::site {
namespace {

using ::testing::HasSubstr;

class StateStoreTest : public ::testing::Test {
 protected:
  void run_sql(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((dir_ + "/site.db").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  testing::TemporaryDirectory root_;
  const std::string dir_ = root_ / "deep" / "site";
};

TEST_F(StateStoreTest, KeepsOverridesAcrossRestarts) {
  const Override yard{"deeplab", 5.5, std::nullopt, false};
  const Override gate{std::nullopt, std::nullopt,       0.1, {}, "Tor – 'Süd'",
                      true,         ResultsFrom::device};
  {
    auto store = StateStore::open(dir_);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_TRUE((*store)->overrides()->empty());
    ASSERT_TRUE((*store)->set_override("yard", {"other", 1, 1}));
    ASSERT_TRUE((*store)->set_override("yard", yard));
    ASSERT_TRUE((*store)->set_override("gate", gate));
  }
  auto store = StateStore::open(dir_);
  ASSERT_TRUE(store);
  const Overrides kept = *(*store)->overrides();
  EXPECT_EQ(kept, (Overrides{{"gate", gate}, {"yard", yard}}));
  ASSERT_TRUE((*store)->set_override("yard", {}));
  EXPECT_EQ((*store)->overrides()->size(), 1u);
}

TEST_F(StateStoreTest, KeepsRulesAndWhatTheyRemember) {
  {
    auto store = StateStore::open(dir_);
    ASSERT_TRUE((*store)->set_rule("danger", "{\"a\": 1}"));
    ASSERT_TRUE((*store)->set_rule("danger", "{\"a\": 2}"));
    ASSERT_TRUE((*store)->set_rule("gate", "{}"));
    ASSERT_TRUE((*store)->set_rule_memories({{"danger", "x"}, {"gone", "y"}}));
    ASSERT_TRUE((*store)->set_rule_memories({{"danger", "z"}}));
  }
  auto store = StateStore::open(dir_);
  ASSERT_TRUE(store);
  using Texts = StateStore::Texts;
  EXPECT_EQ(*(*store)->rules(), (Texts{{"danger", "{\"a\": 2}"}, {"gate", "{}"}}));
  EXPECT_EQ(*(*store)->rule_memories(), (Texts{{"danger", "z"}}));
  ASSERT_TRUE((*store)->remove_rule("gate"));
  ASSERT_TRUE((*store)->remove_rule("nothing"));
  EXPECT_EQ((*store)->rules()->size(), 1u);
}

TEST_F(StateStoreTest, TheFolderIsPrivate) {
  ASSERT_TRUE(StateStore::open(dir_));
  struct stat found {};
  ASSERT_EQ(stat(dir_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700u);
  ASSERT_EQ(chmod(dir_.c_str(), 0755), 0);
  ASSERT_TRUE(StateStore::open(dir_));
  ASSERT_EQ(stat(dir_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700u) << "an open folder is closed again";
}

TEST_F(StateStoreTest, OneSiteAtATime) {
  auto first = StateStore::open(dir_);
  ASSERT_TRUE(first);
  auto second = StateStore::open(dir_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, core::Code::busy);
  EXPECT_THAT(second.error().message, HasSubstr("--state"));
  first->reset();
  EXPECT_TRUE(StateStore::open(dir_)) << "the lock ends with its owner";
}

TEST_F(StateStoreTest, ANewerVersionIsRefusedUntouched) {
  {
    auto store = StateStore::open(dir_);
    ASSERT_TRUE((*store)->set_override("yard", {"deeplab", {}, {}}));
  }
  run_sql("PRAGMA user_version = 99");
  std::ifstream before_file(dir_ + "/site.db", std::ios::binary);
  const std::string before((std::istreambuf_iterator<char>(before_file)), {});
  auto store = StateStore::open(dir_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, core::Code::unsupported);
  EXPECT_THAT(store.error().message, HasSubstr("newer Fovea"));
  std::ifstream after_file(dir_ + "/site.db", std::ios::binary);
  const std::string after((std::istreambuf_iterator<char>(after_file)), {});
  EXPECT_EQ(before, after);
}

TEST_F(StateStoreTest, AnEmptyDatabaseIsMigrated) {
  std::filesystem::create_directories(dir_);
  run_sql("PRAGMA user_version = 0");
  auto store = StateStore::open(dir_);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_TRUE((*store)->set_override("yard", {"deeplab", {}, {}}));
}

TEST_F(StateStoreTest, VersionOneIsMigratedAndKeepsWhatItHas) {
  std::filesystem::create_directories(dir_);
  run_sql(
      "CREATE TABLE override (device TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
      " PRIMARY KEY (device, key)) WITHOUT ROWID;"
      "INSERT INTO override VALUES ('yard', 'model', 'deeplab');"
      "PRAGMA user_version = 1");
  {
    auto store = StateStore::open(dir_);
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_EQ((*store)->overrides()->at("yard").model, "deeplab");
  }
  const auto database = prepare_state(dir_);
  ASSERT_TRUE(database) << database.error().message;
  core::SystemClock clock;
  auto accounts = auth::Accounts::open(*database, clock);
  ASSERT_TRUE(accounts) << accounts.error().message;
  EXPECT_TRUE((*accounts)->add_user("anna", net::Scope::view, "hash"));
}

// A state of before devices had to be known: what people had dealt with there is known.
TEST_F(StateStoreTest, DevicesOfAnOlderStateAreKnown) {
  std::filesystem::create_directories(dir_);
  run_sql(
      "CREATE TABLE override (device TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
      " PRIMARY KEY (device, key)) WITHOUT ROWID;"
      "CREATE TABLE rule (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE rule_memory (name TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID");
  for (const char* tables : {auth::account_tables, bus_account_table, added_camera_table}) {
    run_sql(tables);
  }
  run_sql(
      "INSERT INTO override VALUES ('yard', 'model', 'deeplab'), ('yard', 'gating', 'on');"
      "INSERT INTO override VALUES ('gate', 'name', 'The gate');"
      "INSERT INTO rule VALUES ('a', '{\"device\": \"hall\"}'), ('b', 'not JSON');"
      "INSERT INTO rule VALUES ('c', '{\"device\": 7}'), ('d', '[]'), ('e', "
      "'{\"device\":\"yard\"}');"
      "PRAGMA user_version = 5");
  auto store = StateStore::open(dir_);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(*(*store)->decisions(),
            (StateStore::Decisions{{"gate", true}, {"hall", true}, {"yard", true}}));
  ASSERT_TRUE((*store)->set_decision("hall", std::nullopt));
  ASSERT_TRUE((*store)->set_decision("other", false));
  store->reset();
  store = StateStore::open(dir_);
  EXPECT_EQ(*(*store)->decisions(),
            (StateStore::Decisions{{"gate", true}, {"other", false}, {"yard", true}}));
}

TEST_F(StateStoreTest, ACommandWorksBesideARunningSite) {
  const auto store = StateStore::open(dir_);
  ASSERT_TRUE(store);
  const auto database = prepare_state(dir_);
  ASSERT_TRUE(database) << database.error().message;
  core::SystemClock clock;
  auto accounts = auth::Accounts::open(*database, clock);
  ASSERT_TRUE((*accounts)->add_user("anna", net::Scope::view, "hash"));
  EXPECT_TRUE((*store)->set_override("yard", {"deeplab", {}, {}}));
}

TEST_F(StateStoreTest, ADamagedFileIsAnError) {
  std::filesystem::create_directories(dir_);
  std::ofstream(dir_ + "/site.db") << std::string(4096, 'x');
  auto store = StateStore::open(dir_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, core::Code::io);
  EXPECT_THAT(store.error().message, HasSubstr("site.db"));
}

TEST_F(StateStoreTest, AFileInPlaceOfTheFolderIsAnError) {
  const std::string file = root_ / "file";
  std::ofstream(file) << "x";
  auto store = StateStore::open(file);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().message, HasSubstr("not a folder"));
}

}  // namespace
}  // namespace fovea::site
