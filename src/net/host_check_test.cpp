#include "net/host_check.h"

#include <gtest/gtest.h>

namespace fovea::net {
namespace {

TEST(HostCheck, LoopbackIsTheWholeNet) {
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "localhost"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host : {"", "128.0.0.1", "0.0.0.0", "::", "localhost.evil.example", "127.0.0.1.",
                           "127.0.0.1.evil.example", "127.1", "2130706433", "Localhost"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

TEST(HostCheck, NothingHidesBehindANul) {
  using namespace std::string_view_literals;
  EXPECT_FALSE(is_loopback("127.0.0.1\0.evil.example"sv));
  EXPECT_FALSE(parse_authority("[::1\0@evil]:80"sv));
  EXPECT_FALSE(parse_authority("localhost\0.evil:80"sv));
}

TEST(HostCheck, Hosts) {
  const HostCheck check({.allowed = {"hub.local", "192.168.1.5:8080"}});
  for (const char* host : {"localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]", "[::1]:8080",
                           "hub.local", "Hub.Local:80", "192.168.1.5", "192.168.1.5:9"}) {
    EXPECT_TRUE(check.allows_host(host)) << host;
  }
  for (const char* host :
       {"", ":80", "evil.example", "evil.example:8080", "localhost.evil.example", "localhost:80:80",
        "localhost@evil.example", "evil.example#localhost", "[::1", "[::1]x", "::1", "[localhost]",
        "localhost:port", "localhost:123456", "hub.local.", "localhost/", " localhost",
        "192.168.1.50"}) {
    EXPECT_FALSE(check.allows_host(host)) << host;
  }
}

TEST(HostCheck, Origins) {
  const HostCheck check({.allowed = {"hub.local"}});
  for (const char* origin :
       {"http://localhost", "http://127.0.0.1:5173", "https://hub.local", "http://[::1]:80"}) {
    EXPECT_TRUE(check.allows_origin(origin, "127.0.0.1:8080", false)) << origin;
  }
  for (const char* origin :
       {"", "null", "localhost", "file://", "http://evil.example", "http://localhost.evil.example",
        "http://localhost@evil.example", "chrome-extension://localhost", "http://hub.local/x"}) {
    EXPECT_FALSE(check.allows_origin(origin, "127.0.0.1:8080", false)) << origin;
  }
}

TEST(HostCheck, BeyondLoopbackAnswersToAddressesAndOwnNames) {
  const HostCheck check({.own = {"hub", "hub.local"}, .addresses = true, .exact_origin = true});
  for (const char* host : {"192.168.1.5", "10.0.0.1:8443", "[2001:db8::1]:8443", "hub",
                           "HUB.local:8443", "localhost"}) {
    EXPECT_TRUE(check.allows_host(host)) << host;
  }
  for (const char* host :
       {"evil.example", "hub.evil.example", "192.168.1.5.evil.example", "1.2.3"}) {
    EXPECT_FALSE(check.allows_host(host)) << host;
  }
}

TEST(HostCheck, WherePeopleSignInOnlyTheOwnPageIsTaken) {
  const HostCheck check({.allowed = {"fovea.plant.example"},
                         .own = {"hub"},
                         .addresses = true,
                         .exact_origin = true});
  EXPECT_TRUE(check.allows_origin("https://192.168.1.5:8443", "192.168.1.5:8443", true));
  EXPECT_TRUE(check.allows_origin("http://hub", "HUB", false));
  EXPECT_TRUE(check.allows_origin("https://fovea.plant.example", "127.0.0.1:8080", false))
      << "a proxy in front that was configured";
  EXPECT_TRUE(
      check.allows_origin("https://Fovea.plant.example:444", "fovea.plant.example:444", true));
  EXPECT_FALSE(check.allows_origin("https://fovea.plant.example:3000", "127.0.0.1:8080", true))
      << "another service on that name";
  struct Case {
    const char* origin;
    const char* host;
  };
  for (const Case& one : {Case{"https://192.168.1.5:9000", "192.168.1.5:8443"},
                          {"http://192.168.1.5:8443", "192.168.1.5:8443"},
                          {"https://192.168.1.6:8443", "192.168.1.5:8443"},
                          {"https://127.0.0.1:8443", "localhost:8443"},
                          {"https://evil.example", "evil.example"},
                          {"null", "hub"}}) {
    EXPECT_FALSE(check.allows_origin(one.origin, one.host, true)) << one.origin;
  }
}

}  // namespace
}  // namespace fovea::net
