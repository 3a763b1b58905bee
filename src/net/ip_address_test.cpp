#include "net/ip_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fovea::net {
namespace {

TEST(IpAddress, IsReadWithoutItsZone) {
  EXPECT_EQ(IpAddress::parse("192.168.1.5")->text(), "192.168.1.5");
  EXPECT_EQ(IpAddress::parse("2001:DB8::1")->text(), "2001:db8::1");
  EXPECT_EQ(IpAddress::parse("fe80::1%eth0")->text(), "fe80::1");
  EXPECT_EQ(IpAddress::parse("::ffff:10.0.0.1")->text(), "10.0.0.1");
  using namespace std::literals;
  for (const std::string_view wrong :
       {""sv, "10.0.0"sv, "10.0.0.1%eth0"sv, "10.0.0.1:80"sv, "[::1]"sv, "::1\0x"sv, "hub"sv}) {
    EXPECT_FALSE(IpAddress::parse(wrong)) << wrong;
  }
}

TEST(IpAddress, AMachinesAddressesAreOneNetwork) {
  const auto network = [](const char* text) { return IpAddress::parse(text)->network(); };
  EXPECT_EQ(network("192.168.1.5"), "192.168.1.5");
  EXPECT_EQ(network("::ffff:192.168.1.5"), "192.168.1.5");
  EXPECT_EQ(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(network("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64");
  EXPECT_EQ(network("fe80::1%eth0"), "fe80::/64");
  EXPECT_EQ(network("fe80::ffff:ffff:2%eth0"), "fe80::/64");
}

TEST(IpRange, ContainsWhatBeginsAlike) {
  struct Case {
    const char* range;
    const char* address;
    bool inside;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"10.0.0.0/8", "10.255.1.2", true},
           {"10.0.0.0/8", "11.0.0.1", false},
           {"10.0.0.0/8", "::ffff:10.1.2.3", true},
           {"192.168.1.5", "192.168.1.5", true},
           {"192.168.1.5", "192.168.1.4", false},
           {"192.168.1.4/31", "192.168.1.5", true},
           {"192.168.1.4/31", "192.168.1.6", false},
           {"0.0.0.0/0", "203.0.113.9", true},
           {"0.0.0.0/0", "2001:db8::1", false},
           {"2001:db8::/32", "2001:db8:ffff::1", true},
           {"2001:db8::/33", "2001:db8:8000::1", false},
           {"::1", "::1", true},
           {"::1", "127.0.0.1", false},
       }) {
    EXPECT_EQ(IpRange::parse(one.range)->contains(*IpAddress::parse(one.address)), one.inside)
        << one.range << " " << one.address;
  }
  for (const char* wrong : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "hub/8",
                            "10.0.0.0/", "fe80::1%eth0", "/8"}) {
    const auto range = IpRange::parse(wrong);
    ASSERT_FALSE(range) << wrong;
    EXPECT_THAT(range.error().message, ::testing::HasSubstr("10.0.0.0/8"));
  }
}

TEST(IpAddress, PeersHaveANetwork) {
  EXPECT_EQ(peer_name("10.0.0.1", 5), "10.0.0.1:5");
  EXPECT_EQ(peer_name("10.0.0.1", 0), "10.0.0.1");
  EXPECT_EQ(peer_name("fe80::1%eth0", 5), "[fe80::1%eth0]:5");
  EXPECT_EQ(network_of_peer("192.168.1.5:50123"), "192.168.1.5");
  EXPECT_EQ(network_of_peer("192.168.1.5"), "192.168.1.5");
  EXPECT_EQ(network_of_peer("[2001:db8:1:2:3:4:5:6]:50123"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of_peer("[2001:db8:1:2:3:4:5:6]"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of_peer("[fe80::1%eth0]:50123"), "fe80::/64");
  EXPECT_EQ(network_of_peer("2001:db8:1:2:ffff::1:50123"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of_peer("unknown"), "unknown");
  EXPECT_EQ(network_of_peer("["), "[");
}

}  // namespace
}  // namespace fovea::net
