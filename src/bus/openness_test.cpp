#include "bus/openness.h"

#include <gmock/gmock.h>

namespace fovea::bus {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(OpennessTest, OnThisMachineNobodyIsAsked) {
  for (const char* url : {"memory://", "nats://127.0.0.1", "nats://127.9.9.9:4222",
                          "nats://[::1]:1", "nats://localhost", "nats://u:p@localhost"}) {
    EXPECT_TRUE(check_open(url, BusOpen::no)) << url;
    EXPECT_TRUE(open_ways(*parse_url(url)).empty()) << url;
  }
}

TEST(OpennessTest, BeyondItABusHasCredentialsAndTls) {
  for (const char* url :
       {"tls://u:p@hub.local", "tls://token@10.0.0.2:4222", "nats://u:p@hub?ca=/ca.pem",
        "tls://hub?credentials=/me.creds", "nats://hub?cert=/c.pem&key=/k.pem"}) {
    EXPECT_TRUE(check_open(url, BusOpen::no)) << url;
    EXPECT_TRUE(open_ways(*parse_url(url)).empty()) << url;
  }
}

TEST(OpennessTest, ElseTheWaysOutAreNamed) {
  struct Case {
    const char* url;
    bool with_unencrypted;  // whether bus_open: unencrypted lets it be
    const char* words;
  };
  // What only looks like loopback is beyond it, as for the site's own listener.
  for (const auto& [url, with_unencrypted, words] : {
           Case{"nats://192.0.2.10:4222", false, "--bus-open true"},
           Case{"nats://[::ffff:127.0.0.1]:4222", false, "no credentials"},
           Case{"nats://localhost.evil.example", false, "no credentials"},
           Case{"tls://hub.local", false, "no credentials"},
           Case{"nats://u:secret@hub.local", true, "--bus-open unencrypted"},
           Case{"nats://secret@hub.local", true, "fovea device add --server tls://"},
       }) {
    const auto refused = check_open(url, BusOpen::no);
    ASSERT_FALSE(refused) << url;
    EXPECT_EQ(refused.error().code, core::Code::bad_input);
    EXPECT_THAT(refused.error().message, HasSubstr(words)) << url;
    EXPECT_THAT(refused.error().message, Not(HasSubstr("secret")));
    EXPECT_EQ(check_open(url, BusOpen::unencrypted).has_value(), with_unencrypted) << url;
    EXPECT_TRUE(check_open(url, BusOpen::yes)) << url;
  }
}

TEST(OpennessTest, WhatIsOpenIsTold) {
  const auto both = open_ways(*parse_url("nats://hub.local"));
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].what, "no_credentials");
  EXPECT_EQ(both[1].what, "unencrypted");
  EXPECT_THAT(both[0].text, HasSubstr("hub.local"));
  EXPECT_EQ(open_ways(*parse_url("nats://u:p@hub.local")).size(), 1u);
}

TEST(OpennessTest, ReadsWhatItWrites) {
  for (const BusOpen open : {BusOpen::no, BusOpen::unencrypted, BusOpen::yes}) {
    EXPECT_EQ(*parse_bus_open(to_string(open)), open);
  }
  EXPECT_THAT(parse_bus_open("yes").error().message, HasSubstr("unencrypted"));
}

}  // namespace
}  // namespace fovea::bus
