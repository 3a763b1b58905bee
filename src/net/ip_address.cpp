#include "net/ip_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/ids.h"

namespace fovea::net {

namespace {

constexpr std::array<uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int bits_of_v6 = 128;
constexpr int bits_before_v4 = 96;
constexpr size_t network_bytes = 8;

std::string v6_text(const std::array<uint8_t, 16>& bytes) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const size_t zone = text.find('%');
  const std::string bare(text.substr(0, zone));
  if (bare.find('\0') != std::string::npos) return std::nullopt;  // inet_pton() would stop there
  IpAddress address;
  if (zone == std::string_view::npos &&
      ::inet_pton(AF_INET, bare.c_str(), address.bytes_.data() + v4_prefix.size()) == 1) {
    std::copy(v4_prefix.begin(), v4_prefix.end(), address.bytes_.begin());
    return address;
  }
  if (::inet_pton(AF_INET6, bare.c_str(), address.bytes_.data()) == 1) return address;
  return std::nullopt;
}

bool IpAddress::is_v4() const {
  return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes_.begin());
}

std::string IpAddress::text() const {
  if (!is_v4()) return v6_text(bytes_);
  char text[INET_ADDRSTRLEN] = {};
  ::inet_ntop(AF_INET, bytes_.data() + v4_prefix.size(), text, sizeof text);
  return text;
}

std::string IpAddress::network() const {
  if (is_v4()) return text();
  auto bytes = bytes_;
  std::fill(bytes.begin() + network_bytes, bytes.end(), uint8_t(0));
  return v6_text(bytes) + "/64";
}

bool IpAddress::matches(const IpAddress& other, int bits) const {
  const size_t whole = size_t(bits) / 8;
  if (!std::equal(bytes_.begin(), bytes_.begin() + whole, other.bytes_.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || (bytes_[whole] ^ other.bytes_[whole]) >> (8 - rest) == 0;
}

core::Result<IpRange> IpRange::parse(std::string_view text) {
  const core::Error wrong{core::Code::bad_input,
                          fmt::format("'{}' is not an address, or a network such as 10.0.0.0/8",
                                      core::printable(text))};
  const size_t slash = text.find('/');
  const auto first = IpAddress::parse(text.substr(0, slash));
  if (!first || text.find('%') != std::string_view::npos) return wrong;
  const int before = first->is_v4() ? bits_before_v4 : 0;
  if (slash == std::string_view::npos) return IpRange(*first, bits_of_v6);
  const std::string_view digits = text.substr(slash + 1);
  int bits = -1;
  const auto [rest, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (failed != std::errc() || rest != digits.data() + digits.size()) return wrong;
  if (bits < 0 || bits > bits_of_v6 - before) return wrong;
  return IpRange(*first, before + bits);
}

std::string peer_name(std::string_view address, int port) {
  const bool v6 = address.find(':') != std::string_view::npos;
  std::string name = v6 ? fmt::format("[{}]", address) : std::string(address);
  return port > 0 ? fmt::format("{}:{}", name, port) : name;
}

std::string network_of_peer(std::string_view peer) {
  std::string_view host = peer;
  if (peer.starts_with('[')) {
    host = peer.substr(1, peer.find(']') - 1);
  } else if (peer.find(':') != std::string_view::npos) {
    host = peer.substr(0, peer.rfind(':'));  // sessions of older versions have no brackets
  }
  const auto address = IpAddress::parse(host);
  return address ? address->network() : std::string(peer);
}

}  // namespace fovea::net
