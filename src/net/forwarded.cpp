#include "net/forwarded.h"

#include <algorithm>
#include <charconv>

namespace fovea::net {

namespace {

constexpr size_t hops_max = 32;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : char(c);
  });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view last_item(std::string_view list) {
  const size_t comma = list.rfind(',');
  return trimmed(comma == std::string_view::npos ? list : list.substr(comma + 1));
}

bool is_token(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

// Takes characters from the front of a header.
class Taker {
 public:
  explicit Taker(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  void skip_spaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }
  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token);
    std::string token(rest_.begin(), end);
    rest_.remove_prefix(token.size());
    return token;
  }
  // A token or a quoted string; empty: neither.
  std::optional<std::string> value() {
    if (!take('"')) {
      auto text = token();
      return text.empty() ? std::nullopt : std::optional(std::move(text));
    }
    std::string text;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\') rest_.remove_prefix(1);
      if (rest_.empty()) return std::nullopt;
      text += rest_.front();
      rest_.remove_prefix(1);
    }
    return take('"') ? std::optional(std::move(text)) : std::nullopt;
  }

 private:
  std::string_view rest_;
};

// "10.0.0.1", "10.0.0.1:80", "[2001:db8::1]:80", "2001:db8::1"; anything else is hidden.
ForwardedHop hop_of(std::string_view node) {
  ForwardedHop hop;
  std::string_view host = node;
  std::string_view port;
  const size_t colon = node.find(':');
  if (node.starts_with('[')) {
    const size_t end = node.find(']');
    if (end == std::string_view::npos) return hop;
    host = node.substr(1, end - 1);
    port = node.substr(end + 1);
    if (!port.empty() && port.front() != ':') return hop;
    port = port.empty() ? port : port.substr(1);
  } else if (colon != std::string_view::npos && colon == node.rfind(':')) {
    host = node.substr(0, colon);
    port = node.substr(colon + 1);
  }
  hop.address = IpAddress::parse(host);
  const auto [rest, failed] = std::from_chars(port.data(), port.data() + port.size(), hop.port);
  const bool good = failed == std::errc() && rest == port.data() + port.size();
  if (!good || hop.port < 0 || hop.port > 65535) hop.port = 0;  // "_hidden" is allowed
  return hop;
}

// One element: "for=10.0.0.1;proto=https"; false: it breaks the grammar.
bool take_element(Taker& taker, ForwardedHop& hop) {
  while (true) {
    taker.skip_spaces();
    const std::string name = lower_case(taker.token());
    if (!name.empty()) {
      if (!taker.take('=')) return false;
      const auto value = taker.value();
      if (!value) return false;
      if (name == "proto") hop.proto = lower_case(*value);
      if (name == "for") {
        const ForwardedHop node = hop_of(*value);
        hop.address = node.address;
        hop.port = node.port;
      }
    }
    taker.skip_spaces();
    if (!taker.take(';')) return true;
  }
}

const std::string* find(const TrustedProxies::Headers& headers, const char* name) {
  const auto found = headers.find(name);
  return found == headers.end() ? nullptr : &found->second;
}

}  // namespace

std::vector<ForwardedHop> parse_forwarded(std::string_view header) {
  std::vector<ForwardedHop> hops;
  Taker taker(header);
  while (hops.size() < hops_max) {
    ForwardedHop hop;
    if (!take_element(taker, hop)) return {};
    hops.push_back(std::move(hop));
    if (taker.done()) return hops;
    if (!taker.take(',')) return {};
  }
  return {};
}

std::vector<ForwardedHop> parse_x_forwarded_for(std::string_view header) {
  std::vector<ForwardedHop> hops;
  while (hops.size() < hops_max) {
    const size_t comma = header.find(',');
    hops.push_back(hop_of(trimmed(header.substr(0, comma))));
    if (comma == std::string_view::npos) return hops;
    header.remove_prefix(comma + 1);
  }
  return {};
}

core::Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& ranges) {
  TrustedProxies proxies;
  for (const auto& text : ranges) {
    auto range = IpRange::parse(text);
    if (!range) return range.error();
    proxies.ranges_.push_back(*range);
  }
  return proxies;
}

bool TrustedProxies::trusts(const IpAddress& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const auto& range) { return range.contains(address); });
}

Client TrustedProxies::client_of(std::string_view address, int port, const Headers& headers) const {
  const auto own = IpAddress::parse(address);
  Client client{peer_name(address, port), own ? own->network() : std::string(address)};
  if (!own || !trusts(*own)) return client;
  client.by_proxy = true;
  const auto nearest = [this](const std::vector<ForwardedHop>& hops) -> const ForwardedHop* {
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
      if (!hop->address || !trusts(*hop->address)) return &*hop;
    }
    return hops.empty() ? nullptr : &hops.front();
  };
  const std::string* standard = find(headers, "forwarded");
  const std::string* common = find(headers, "x-forwarded-for");
  const auto hops = standard ? parse_forwarded(*standard) : std::vector<ForwardedHop>();
  const auto common_hops = common ? parse_x_forwarded_for(*common) : std::vector<ForwardedHop>();
  const ForwardedHop* hop = nearest(standard ? hops : common_hops);
  const ForwardedHop* other = standard && common ? nearest(common_hops) : hop;
  const std::string* proto = find(headers, "x-forwarded-proto");
  client.https = proto ? lower_case(last_item(*proto)) == "https" : hop && hop->proto == "https";
  const bool agree = hop && other && hop->address && other->address &&
                     hop->address->text() == other->address->text();
  if (!agree) return client;
  client.peer = peer_name(hop->address->text(), hop->port);
  client.network = hop->address->network();
  return client;
}

}  // namespace fovea::net
