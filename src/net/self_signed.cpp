#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "net/openssl_handles.h"
#include "net/tls.h"

namespace fovea::net {

using core::Code;
using core::Error;
using core::Result;
using core::Status;

namespace {

constexpr long day_s = 24 * 60 * 60;
constexpr long valid_days = 820;  // Safari takes none that lasts longer than 825
constexpr long renewed_before_days = 30;
constexpr size_t hosts_max = 32;

bool is_address(const std::string& host) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

bool is_dns_name(const std::string& host) {
  return !host.empty() && host.size() <= 253 &&
         std::all_of(host.begin(), host.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
         });
}

std::string alternative_names(const std::vector<std::string>& hosts) {
  std::set<std::string> names = {"DNS:localhost", "IP:127.0.0.1", "IP:::1"};
  for (const auto& host : hosts) {
    if (names.size() >= hosts_max) break;
    if (is_address(host)) {
      names.insert("IP:" + host);
    } else if (is_dns_name(host)) {
      names.insert("DNS:" + host);
    }
  }
  return fmt::format("{}", fmt::join(names, ","));
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

X509Handle make_certificate(EVP_PKEY* key, const std::vector<std::string>& hosts) {
  X509Handle certificate(X509_new());
  X509* x = certificate.get();
  uint64_t serial = 0;
  if (!x || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return {};
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -day_s);  // clocks differ
  X509_gmtime_adj(X509_getm_notAfter(x), valid_days * day_s);
  X509_set_pubkey(x, key);
  X509_NAME* name = X509_get_subject_name(x);
  const auto* words = reinterpret_cast<const unsigned char*>("Fovea site");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, words, -1, -1, 0);
  X509_set_issuer_name(x, name);
  const bool good = add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(x, NID_key_usage, "critical,digitalSignature") &&
                    add_extension(x, NID_ext_key_usage, "serverAuth") &&
                    add_extension(x, NID_subject_alt_name, alternative_names(hosts)) &&
                    X509_sign(x, key, EVP_sha256()) != 0;
  return good ? std::move(certificate) : X509Handle();
}

// Written beside it, then renamed: the file is whole or not there.
template <typename Write>
Status write_pem(const std::string& file, Write&& write) {
  const std::string unfinished = file + ".new";
  const int descriptor = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Error{Code::io, fmt::format("{} cannot be written: {}", file, std::strerror(errno))};
  }
  FileHandle out(::fdopen(descriptor, "w"));
  const bool written =
      out && write(out.get()) == 1 && std::fflush(out.get()) == 0 && ::fsync(descriptor) == 0;
  out.reset();
  if (!written || ::rename(unfinished.c_str(), file.c_str()) != 0) {
    return Error{Code::io, fmt::format("{} cannot be written: {}", file, std::strerror(errno))};
  }
  return {};
}

KeyHandle read_key(const std::string& file) {
  const FileHandle in(std::fopen(file.c_str(), "re"));
  return KeyHandle(in ? PEM_read_PrivateKey(in.get(), nullptr, nullptr, nullptr) : nullptr);
}

bool lasts(const std::string& file) {
  const FileHandle in(std::fopen(file.c_str(), "re"));
  if (!in) return false;
  const X509Handle certificate(PEM_read_X509(in.get(), nullptr, nullptr, nullptr));
  if (!certificate) return false;
  time_t soon = ::time(nullptr) + renewed_before_days * day_s;
  return X509_cmp_time(X509_get0_notAfter(certificate.get()), &soon) > 0;
}

}  // namespace

Result<TlsFiles> self_signed_certificate(const std::string& dir,
                                         const std::vector<std::string>& hosts) {
  TlsFiles files{dir + "/tls-cert.pem", dir + "/tls-key.pem"};
  KeyHandle key = read_key(files.key);
  if (key && lasts(files.certificate)) return files;
  ERR_clear_error();
  if (!key) {
    key.reset(EVP_EC_gen("P-256"));
    if (!key) return Error{Code::internal, "making a TLS key: " + openssl_words()};
    const auto stored = write_pem(files.key, [&](std::FILE* out) {
      return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    if (!stored) return stored.error();
  }
  const X509Handle certificate = make_certificate(key.get(), hosts);
  if (!certificate) return Error{Code::internal, "making a certificate: " + openssl_words()};
  const auto stored = write_pem(
      files.certificate, [&](std::FILE* out) { return PEM_write_X509(out, certificate.get()); });
  if (!stored) return stored.error();
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
