#include "auth/accounts.h"

#include <gmock/gmock.h>

#include <fstream>

#include "testing/fake_clock.h"
#include "testing/temporary_directory.h"

namespace fovea::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class AccountsTest : public ::testing::Test {
 protected:
  AccountsTest() {
    auto database = Database::open(file_);
    EXPECT_TRUE(database);
    EXPECT_TRUE((*database)->migrate({account_tables, token_times}));
    accounts_ = open();
  }
  std::unique_ptr<Accounts> open() {
    auto opened = Accounts::open(file_, clock_);
    EXPECT_TRUE(opened) << opened.error().message;
    return *std::move(opened);
  }
  std::string file_bytes() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  testing::TemporaryDirectory folder_;
  const std::string file_ = (folder_ / "site.db").string();
  testing::FakeClock clock_;
  std::unique_ptr<Accounts> accounts_;
};

TEST_F(AccountsTest, UsersSurviveARestart) {
  ASSERT_TRUE(accounts_->add_user("anna", net::Scope::admin, "hash1"));
  EXPECT_EQ(accounts_->add_user("anna", net::Scope::view, "hash2").error().code,
            core::Code::exists);
  EXPECT_EQ(accounts_->add_user("an na", net::Scope::view, "hash2").error().code,
            core::Code::bad_input);
  accounts_ = open();
  ASSERT_EQ(accounts_->users().size(), 1u);
  EXPECT_EQ(accounts_->users()[0].scope, net::Scope::admin);
  EXPECT_EQ(accounts_->password_hash("anna"), "hash1");
  EXPECT_EQ(accounts_->password_hash("berta"), "");
  EXPECT_EQ(accounts_->set_password("berta", "x").error().code, core::Code::not_found);
  EXPECT_EQ(accounts_->remove_user("berta").error().code, core::Code::not_found);
}

TEST_F(AccountsTest, SessionsAreFoundByTheirSecretOnly) {
  ASSERT_TRUE(accounts_->add_user("anna", net::Scope::operate, "hash"));
  const auto secret = accounts_->open_session("anna", "10.0.0.1:5", "Browser\n1");
  ASSERT_TRUE(secret);
  const auto identity = accounts_->by_session(*secret);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->kind, net::Identity::Kind::session);
  EXPECT_EQ(identity->name, "anna");
  EXPECT_EQ(identity->scope, net::Scope::operate);
  EXPECT_FALSE(accounts_->by_session("fovea_wrong"));
  EXPECT_FALSE(accounts_->by_session(""));
  EXPECT_FALSE(accounts_->by_token(*secret)) << "a session is no token";
  EXPECT_TRUE(open()->by_session(*secret)) << "lost in a restart";
  EXPECT_THAT(file_bytes(), Not(HasSubstr(*secret)));
  EXPECT_THAT(accounts_->sessions()[0].agent, Not(HasSubstr("\n")));
}

TEST_F(AccountsTest, SessionsEnd) {
  ASSERT_TRUE(accounts_->add_user("anna", net::Scope::view, "hash"));
  const auto session = [&] { return *accounts_->open_session("anna", "p", "a"); };
  const auto gone = [&](const std::string& secret) { return !accounts_->by_session(secret); };
  const std::string first = session();
  const auto identity = *accounts_->by_session(first);
  EXPECT_TRUE(accounts_->valid(identity));
  ASSERT_TRUE(accounts_->end_session(identity.id));
  EXPECT_TRUE(gone(first));
  EXPECT_FALSE(accounts_->valid(identity));

  const std::string kept = session();
  const std::string other = session();
  ASSERT_TRUE(accounts_->set_password("anna", "new", accounts_->by_session(kept)->id));
  EXPECT_FALSE(gone(kept));
  EXPECT_TRUE(gone(other)) << "a new password ends what the old one has opened";

  const auto before = *accounts_->by_session(kept);
  ASSERT_TRUE(accounts_->set_scope("anna", net::Scope::admin));
  EXPECT_FALSE(accounts_->valid(before)) << "what is open has other rights";
  EXPECT_EQ(accounts_->by_session(kept)->scope, net::Scope::admin);

  ASSERT_TRUE(accounts_->remove_user("anna"));
  EXPECT_TRUE(gone(kept));
  EXPECT_FALSE(accounts_->open_session("anna", "p", "a"));
}

TEST_F(AccountsTest, UnusedSessionsExpireUsedOnesStay) {
  ASSERT_TRUE(accounts_->add_user("anna", net::Scope::view, "hash"));
  const std::string used = *accounts_->open_session("anna", "p", "a");
  const std::string unused = *accounts_->open_session("anna", "p", "a");
  clock_.advance(session_unused_max / 2);
  EXPECT_TRUE(accounts_->by_session(used));
  ASSERT_TRUE(accounts_->refresh());
  accounts_ = open();
  clock_.advance(session_unused_max / 2 + 1h);
  EXPECT_TRUE(accounts_->by_session(used));
  EXPECT_FALSE(accounts_->by_session(unused));
  ASSERT_TRUE(accounts_->refresh());
  EXPECT_EQ(accounts_->sessions().size(), 1u);
  for (auto age = 0h; age < session_age_max; age += 24h * 20) {
    clock_.advance(24h * 20);
    (void)accounts_->by_session(used);
  }
  EXPECT_FALSE(accounts_->by_session(used)) << "none lasts for ever";
}

TEST_F(AccountsTest, SessionsOfOneUserAreBounded) {
  ASSERT_TRUE(accounts_->add_user("anna", net::Scope::view, "hash"));
  const std::string first = *accounts_->open_session("anna", "p", "a");
  for (size_t i = 0; i < sessions_of_user_max; ++i) {
    clock_.advance(2min);
    ASSERT_TRUE(accounts_->open_session("anna", "p", "a"));
  }
  EXPECT_EQ(accounts_->sessions().size(), sessions_of_user_max);
  EXPECT_FALSE(accounts_->by_session(first));
}

TEST_F(AccountsTest, TokensHaveScopesAndNames) {
  const auto secret = accounts_->add_token("prometheus", net::Scope::view);
  ASSERT_TRUE(secret);
  EXPECT_EQ(accounts_->add_token("prometheus", net::Scope::view).error().code, core::Code::exists);
  const auto identity = accounts_->by_token(*secret);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->kind, net::Identity::Kind::token);
  EXPECT_EQ(identity->name, "prometheus");
  EXPECT_TRUE(accounts_->valid(*identity));
  EXPECT_FALSE(accounts_->by_session(*secret)) << "a token is no session";
  EXPECT_THAT(file_bytes(), Not(HasSubstr(*secret)));
  ASSERT_TRUE(accounts_->remove_token("prometheus"));
  EXPECT_FALSE(accounts_->by_token(*secret));
  EXPECT_FALSE(accounts_->valid(*identity));
}

TEST_F(AccountsTest, TokensExpire) {
  const auto secret = accounts_->add_token("probe", net::Scope::view, 24h);
  const auto lasting = accounts_->add_token("prometheus", net::Scope::view);
  ASSERT_TRUE(secret);
  ASSERT_TRUE(lasting);
  EXPECT_FALSE(accounts_->tokens()[0].used);
  const auto identity = accounts_->by_token(*secret);
  ASSERT_TRUE(identity);
  clock_.advance(24h - 1min);
  EXPECT_TRUE(accounts_->valid(*identity));
  ASSERT_TRUE(accounts_->by_token(*secret));
  ASSERT_TRUE(accounts_->refresh());
  clock_.advance(1min);
  EXPECT_FALSE(accounts_->valid(*identity)) << "what is open ends as well";
  EXPECT_EQ(accounts_->by_token(*secret).error().code, core::Code::denied);
  EXPECT_EQ(accounts_->by_token("fovea_wrong").error().code, core::Code::not_found);
  EXPECT_TRUE(accounts_->by_token(*lasting));
  accounts_ = open();
  const auto tokens = accounts_->tokens();
  ASSERT_EQ(tokens.size(), 2u) << "it is listed until it is removed";
  EXPECT_EQ(*tokens[0].expires, clock_.now());
  EXPECT_EQ(*tokens[0].used, clock_.now() - 1min);
  EXPECT_FALSE(tokens[1].expires);
  EXPECT_EQ(accounts_->by_token(*secret).error().code, core::Code::denied);
}

TEST_F(AccountsTest, TokensOfOlderVersionsStay) {
  const std::string file = (folder_ / "old.db").string();
  auto database = Database::open(file);
  ASSERT_TRUE((*database)->migrate({account_tables}));
  ASSERT_TRUE((*database)->execute(
      "INSERT INTO token VALUES ('prometheus', 'view', 'a hash', '2026-01-01T00:00:00Z')"));
  ASSERT_TRUE((*database)->migrate({account_tables, token_times}));
  auto opened = Accounts::open(file, clock_);
  ASSERT_TRUE(opened);
  ASSERT_EQ((*opened)->tokens().size(), 1u);
  EXPECT_FALSE((*opened)->tokens()[0].expires);
  EXPECT_FALSE((*opened)->tokens()[0].used);
}

// A full disk between the two writes had ended the sessions and kept the old password.
TEST_F(AccountsTest, APasswordThatCannotBeWrittenEndsNoSession) {
  ASSERT_TRUE(accounts_->add_user("anna", net::Scope::view, "hash"));
  const std::string secret = *accounts_->open_session("anna", "p", "a");
  auto beside = Database::open(file_);
  ASSERT_TRUE(
      (*beside)->execute("CREATE TRIGGER full BEFORE UPDATE ON user BEGIN"
                         " SELECT RAISE(ABORT, 'the disk is full'); END"));
  const auto set = accounts_->set_password("anna", "new");
  ASSERT_FALSE(set);
  EXPECT_THAT(set.error().message, HasSubstr("the disk is full"));
  EXPECT_EQ(accounts_->password_hash("anna"), "hash");
  EXPECT_TRUE(accounts_->by_session(secret));
  EXPECT_TRUE(open()->by_session(secret)) << "on the disk as well";
  ASSERT_TRUE((*beside)->execute("DROP TRIGGER full"));
  EXPECT_TRUE(accounts_->set_password("anna", "new"));
  EXPECT_FALSE(open()->by_session(secret));
}

TEST_F(AccountsTest, ASessionThatCannotBeOpenedEndsNoOther) {
  ASSERT_TRUE(accounts_->add_user("anna", net::Scope::view, "hash"));
  const std::string first = *accounts_->open_session("anna", "p", "a");
  for (size_t i = 1; i < sessions_of_user_max; ++i) {
    clock_.advance(2min);
    ASSERT_TRUE(accounts_->open_session("anna", "p", "a"));
  }
  auto beside = Database::open(file_);
  ASSERT_TRUE(
      (*beside)->execute("CREATE TRIGGER full BEFORE INSERT ON session BEGIN"
                         " SELECT RAISE(ABORT, 'the disk is full'); END"));
  EXPECT_FALSE(accounts_->open_session("anna", "p", "a"));
  EXPECT_TRUE(open()->by_session(first));
}

TEST_F(AccountsTest, KnowsWhereAUserIsSignedIn) {
  ASSERT_TRUE(accounts_->add_user("anna", net::Scope::view, "hash"));
  ASSERT_TRUE(accounts_->open_session("anna", "[2001:db8:1:2::3]:5", "a"));
  ASSERT_TRUE(accounts_->open_session("anna", "10.0.0.1:5", "a"));
  EXPECT_TRUE(accounts_->has_session_from("anna", "2001:db8:1:2::/64"));
  EXPECT_TRUE(accounts_->has_session_from("anna", "10.0.0.1"));
  EXPECT_FALSE(accounts_->has_session_from("anna", "10.0.0.2"));
  EXPECT_FALSE(accounts_->has_session_from("berta", "10.0.0.1"));
  clock_.advance(session_unused_max + 1h);
  EXPECT_FALSE(accounts_->has_session_from("anna", "10.0.0.1"));
}

// 500 open pages ask each second, on the thread that serves everybody: looking each of them up
// among all sessions took minutes here.
TEST_F(AccountsTest, WhatIsOpenIsFoundAmongManySessionsAtOnce) {
  ASSERT_TRUE(accounts_->add_user("anna", net::Scope::view, "hash"));
  const std::string now = core::to_rfc3339(clock_.now());
  auto beside = Database::open(file_);
  ASSERT_TRUE((*beside)->execute(
      "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 12800)"
      " INSERT INTO session SELECT 'id' || i, 'hash' || i, 'anna', '" +
      now + "', '" + now + "', 'p', 'a' FROM n"));
  ASSERT_TRUE(accounts_->refresh());
  ASSERT_EQ(accounts_->sessions().size(), 12800u);
  const auto before = std::chrono::steady_clock::now();
  for (int i = 0; i < 100000; ++i) {
    const std::string id = "id" + std::to_string(i % 12800 + 1);
    ASSERT_TRUE(accounts_->valid({net::Identity::Kind::session, net::Scope::view, "anna", id}));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - before, 10s);
  EXPECT_FALSE(accounts_->valid({net::Identity::Kind::session, net::Scope::view, "anna", "id0"}));
}

TEST_F(AccountsTest, NoticesWhatAnotherProcessChanges) {
  auto beside = open();
  ASSERT_TRUE(beside->add_user("anna", net::Scope::view, "hash"));
  EXPECT_FALSE(accounts_->has_users());
  ASSERT_TRUE(accounts_->refresh());
  EXPECT_TRUE(accounts_->has_users());
  const std::string secret = *accounts_->open_session("anna", "p", "a");
  ASSERT_TRUE(beside->remove_user("anna"));
  ASSERT_TRUE(accounts_->refresh());
  EXPECT_FALSE(accounts_->by_session(secret));
}

}  // namespace
}  // namespace fovea::auth
