#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace fovea::net {

// An IP address without its zone ("fe80::1%eth0" is fe80::1); one of IPv4 that came through an IPv6
// socket (::ffff:10.0.0.1) is the IPv4 address. Immutable; threads: any.
class IpAddress {
 public:
  // Empty: not an address.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const;
  std::string text() const;
  // What limits count as one: the address itself, or the IPv6 network of 64 bits, which one
  // machine has to itself: "192.168.1.5", "2001:db8:1:2::/64".
  std::string network() const;
  // The same in its first `bits` of 128 (an IPv4 address begins with 96 that all share).
  bool matches(const IpAddress& other, int bits) const;

 private:
  std::array<uint8_t, 16> bytes_{};
};

// Addresses that begin alike: "10.0.0.0/8", "2001:db8::/32", or one address.
class IpRange {
 public:
  // Errors: bad_input.
  static core::Result<IpRange> parse(std::string_view text);

  bool contains(const IpAddress& address) const { return address.matches(first_, bits_); }

 private:
  IpRange(IpAddress first, int bits) : first_(first), bits_(bits) {}
  IpAddress first_;
  int bits_;
};

// A peer as logs and lists name it: "10.0.0.1:5", "[2001:db8::1]:5"; no port: "10.0.0.1".
std::string peer_name(std::string_view address, int port);

// IpAddress::network() of a peer's name; the text itself where that has no address.
std::string network_of_peer(std::string_view peer);

}  // namespace fovea::net
