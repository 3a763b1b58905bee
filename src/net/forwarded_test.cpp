#include "net/forwarded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/result.h"

namespace fovea::net {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string text(const ForwardedHop& hop) {
  return hop.address ? peer_name(hop.address->text(), hop.port) : "hidden";
}

TEST(Forwarded, SaysWhoWasHeardByWhom) {
  const auto hops = parse_forwarded(
      "For=\"[2001:db8:cafe::17]:4711\"; proto=http;by=203.0.113.43 ,for=192.0.2.60;PROTO=HTTPS, "
      "for=unknown, for=_secret;x=\"a\\\"b\", for=\"192.0.2.1:_x\"");
  ASSERT_THAT(hops, SizeIs(5));
  EXPECT_EQ(text(hops[0]), "[2001:db8:cafe::17]:4711");
  EXPECT_EQ(hops[0].proto, "http");
  EXPECT_EQ(text(hops[1]), "192.0.2.60");
  EXPECT_EQ(hops[1].proto, "https");
  EXPECT_EQ(text(hops[2]), "hidden");
  EXPECT_EQ(text(hops[3]), "hidden");
  EXPECT_EQ(text(hops[4]), "192.0.2.1");
}

TEST(Forwarded, WhatBreaksTheGrammarSaysNothing) {
  for (const char* wrong :
       {"for", "for=", "for=\"10.0.0.1", "for=\"10.0.0.1\\", "for=[::1]", "for=10.0.0.1 x",
        "=10.0.0.1", "for=10.0.0.1 for=10.0.0.2", "for= 10.0.0.1"}) {
    EXPECT_THAT(parse_forwarded(wrong), SizeIs(0)) << wrong;
  }
  std::string long_way = "for=10.0.0.1";
  for (int i = 0; i < 40; ++i) long_way += ", for=10.0.0.1";
  EXPECT_THAT(parse_forwarded(long_way), SizeIs(0));
}

TEST(Forwarded, TheCommonHeaderIsAListOfAddresses) {
  const auto hops =
      parse_x_forwarded_for("203.0.113.5, 10.0.0.1:8080 ,2001:db8::1,[2001:db8::2]:9, hub, ");
  ASSERT_THAT(hops, SizeIs(6));
  EXPECT_EQ(text(hops[0]), "203.0.113.5");
  EXPECT_EQ(text(hops[1]), "10.0.0.1:8080");
  EXPECT_EQ(text(hops[2]), "[2001:db8::1]");
  EXPECT_EQ(text(hops[3]), "[2001:db8::2]:9");
  EXPECT_EQ(text(hops[4]), "hidden");
  EXPECT_EQ(text(hops[5]), "hidden");
}

TEST(TrustedProxies, OnlyTheirWordCounts) {
  const auto proxies = TrustedProxies::parse({"127.0.0.1", "10.0.0.0/8", "fd00::/8"});
  ASSERT_TRUE(proxies);
  struct Case {
    const char* from;
    TrustedProxies::Headers headers;
    const char* peer;
    const char* network;
    bool https = false;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"127.0.0.1", {}, "127.0.0.1:5", "127.0.0.1"},
           {"127.0.0.1", {{"x-forwarded-for", "203.0.113.5"}}, "203.0.113.5", "203.0.113.5"},
           {"::ffff:127.0.0.1", {{"x-forwarded-for", "203.0.113.5"}}, "203.0.113.5", "203.0.113.5"},
           {"127.0.0.2", {{"x-forwarded-for", "203.0.113.5"}}, "127.0.0.2:5", "127.0.0.2"},
           {"fd00::1",
            {{"forwarded", "for=\"[2001:db8:1:2::3]\";proto=https"}},
            "[2001:db8:1:2::3]",
            "2001:db8:1:2::/64",
            true},
           // What a client claims stands to the left of what the proxies have seen.
           {"127.0.0.1",
            {{"x-forwarded-for", "1.1.1.1, 203.0.113.5"}},
            "203.0.113.5",
            "203.0.113.5"},
           {"127.0.0.1",
            {{"x-forwarded-for", "1.1.1.1, 203.0.113.5, 10.1.2.3"}},
            "203.0.113.5",
            "203.0.113.5"},
           {"127.0.0.1", {{"x-forwarded-for", "10.9.9.9, 10.1.2.3"}}, "10.9.9.9", "10.9.9.9"},
           {"127.0.0.1", {{"x-forwarded-for", "203.0.113.5, hidden"}}, "127.0.0.1:5", "127.0.0.1"},
           // One of the two came through from outside: nobody knows which.
           {"127.0.0.1",
            {{"x-forwarded-for", "203.0.113.5"}, {"forwarded", "for=1.1.1.1"}},
            "127.0.0.1:5",
            "127.0.0.1"},
           {"127.0.0.1",
            {{"x-forwarded-for", "203.0.113.5"}, {"forwarded", "for=\"203.0.113.5:80\""}},
            "203.0.113.5:80",
            "203.0.113.5"},
           {"127.0.0.1", {{"forwarded", "for="}}, "127.0.0.1:5", "127.0.0.1"},
           {"127.0.0.1",
            {{"x-forwarded-for", "203.0.113.5"}, {"x-forwarded-proto", "http, HTTPS"}},
            "203.0.113.5",
            "203.0.113.5",
            true},
           {"127.0.0.2", {{"x-forwarded-proto", "https"}}, "127.0.0.2:5", "127.0.0.2"},
       }) {
    const Client client = proxies->client_of(one.from, 5, one.headers);
    EXPECT_EQ(client.peer, one.peer) << ::testing::PrintToString(one.headers);
    EXPECT_EQ(client.network, one.network);
    EXPECT_EQ(client.https, one.https);
    EXPECT_EQ(client.by_proxy, std::string(one.from) != "127.0.0.2");
  }
  const auto wrong = TrustedProxies::parse({"127.0.0.1", "hub.local"});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("'hub.local'"));
}

}  // namespace
}  // namespace fovea::net
