#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <ctime>

#include "net/certificates.h"
#include "net/tls.h"

namespace fovea::net {

using core::Code;
using core::Error;
using core::Result;

namespace {

constexpr long day_s = 24 * 60 * 60;
constexpr long valid_days = 820;  // Safari takes none that lasts longer than 825
constexpr long renewed_before_days = 30;

}  // namespace

Result<TlsFiles> self_signed_certificate(const std::string& dir,
                                         const std::vector<std::string>& hosts) {
  TlsFiles files{dir + "/tls-cert.pem", dir + "/tls-key.pem"};
  const bool had_key = read_key(files.key) != nullptr;
  const X509Handle before = read_certificate(files.certificate);
  if (had_key && before && lasts(before.get(), renewed_before_days)) return files;
  const auto key = kept_key(files.key);
  if (!key) return key.error();
  CertificatePlan plan{"Fovea site", hosts};
  plan.valid_from_s = ::time(nullptr) - day_s;  // clocks differ
  plan.valid_days = valid_days;
  const X509Handle certificate = make_certificate(plan, key->get(), nullptr, key->get());
  if (!certificate) return Error{Code::internal, openssl_words()}.context("making a certificate");
  if (auto stored = keep_certificate(files.certificate, certificate.get()); !stored) {
    return stored.error();
  }
  return files;
}

std::vector<std::string> own_hosts() {
  std::vector<std::string> hosts;
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) == 0 && name[0] != '\0') {
    hosts.emplace_back(name);
    if (hosts.back().find('.') == std::string::npos) hosts.push_back(hosts.back() + ".local");
  }
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return hosts;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    char text[INET6_ADDRSTRLEN] = {};
    if (one->ifa_addr->sa_family == AF_INET) {
      ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr, text,
                  sizeof text);
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto& address = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
      if (!IN6_IS_ADDR_LINKLOCAL(&address)) ::inet_ntop(AF_INET6, &address, text, sizeof text);
    }
    if (text[0] != '\0') hosts.emplace_back(text);
  }
  ::freeifaddrs(list);
  return hosts;
}

}  // namespace fovea::net
