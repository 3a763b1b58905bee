#include "net/private_ca.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/ids.h"
#include "net/certificates.h"

namespace fovea::net {

using core::Code;
using core::Error;
using core::Result;

namespace {

constexpr long ca_valid_days = 50 * 365;
constexpr long server_valid_days = 10 * 365;
constexpr long renewed_before_days = 365;

using NamesHandle = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;

// The names and addresses of a certificate, as they were given to it.
std::vector<std::string> hosts_of(X509* certificate) {
  std::vector<std::string> hosts;
  const NamesHandle names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int kind = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &kind));
    const unsigned char* bytes = ASN1_STRING_get0_data(value);
    const int length = ASN1_STRING_length(value);
    char text[INET6_ADDRSTRLEN] = {};
    if (kind == GEN_DNS) hosts.emplace_back(reinterpret_cast<const char*>(bytes), size_t(length));
    if (kind == GEN_IPADD) {
      ::inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text);
      hosts.emplace_back(text);
    }
  }
  return hosts;
}

bool is_named(X509* certificate, const std::string& host) {
  return X509_check_host(certificate, host.c_str(), host.size(), 0, nullptr) == 1 ||
         X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
}

}  // namespace

Result<PrivateCa> PrivateCa::open(const std::string& dir, const std::string& name) {
  PrivateCa ca(fmt::format("{}/{}-ca-cert.pem", dir, name),
               fmt::format("{}/{}-ca-key.pem", dir, name));
  const X509Handle before = read_certificate(ca.certificate_);
  if (before && read_key(ca.key_)) return ca;
  if (before) {
    return Error{Code::denied,
                 fmt::format("{} cannot be read: without it no certificate can be made that those "
                             "trust who know {}. Bring it back, or move both away to begin anew "
                             "with new addresses for all",
                             ca.key_, ca.certificate_)};
  }
  const auto key = kept_key(ca.key_);
  if (!key) return key.error();
  CertificatePlan plan{fmt::format("Fovea {}", name)};
  plan.is_ca = true;
  plan.valid_days = ca_valid_days;
  const X509Handle made = make_certificate(plan, key->get(), nullptr, key->get());
  if (!made) return Error{Code::internal, openssl_words()}.context("making a certificate");
  if (auto kept = keep_certificate(ca.certificate_, made.get()); !kept) return kept.error();
  return ca;
}

Result<bool> PrivateCa::issue(const TlsFiles& files, const std::string& host,
                              const std::vector<std::string>& others) const {
  const X509Handle issuer = read_certificate(certificate_);
  const KeyHandle issuer_key = read_key(key_);
  if (!issuer || !issuer_key) {
    return Error{Code::io, fmt::format("{} or {} cannot be read", certificate_, key_)};
  }
  const X509Handle before = read_certificate(files.certificate);
  const bool is_ours = before && read_key(files.key) &&
                       X509_verify(before.get(), X509_get0_pubkey(issuer.get())) == 1;
  ERR_clear_error();
  if (is_ours && lasts(before.get(), renewed_before_days) && is_named(before.get(), host)) {
    return false;
  }
  CertificatePlan plan{"Fovea server", {host}};
  // What it was called before it is still called by those who have that address.
  if (is_ours) std::ranges::copy(hosts_of(before.get()), std::back_inserter(plan.hosts));
  std::ranges::copy(others, std::back_inserter(plan.hosts));
  plan.valid_days = server_valid_days;
  const auto key = kept_key(files.key);
  if (!key) return key.error();
  const X509Handle made = make_certificate(plan, key->get(), issuer.get(), issuer_key.get());
  if (!made) return Error{Code::internal, openssl_words()}.context("making a certificate");
  if (!is_named(made.get(), host)) {
    return Error{Code::bad_input, fmt::format("'{}' is neither a name nor an address of a machine",
                                              core::printable(host))};
  }
  if (auto kept = keep_certificate(files.certificate, made.get()); !kept) return kept.error();
  return true;
}

Result<std::string> certificate_der(const std::string& file) {
  const X509Handle certificate = read_certificate(file);
  if (!certificate) {
    return Error{Code::bad_input, fmt::format("{} is no certificate in PEM", file)};
  }
  unsigned char* bytes = nullptr;
  const int length = i2d_X509(certificate.get(), &bytes);
  if (length <= 0) return Error{Code::internal, openssl_words()};
  std::string der(reinterpret_cast<const char*>(bytes), size_t(length));
  OPENSSL_free(bytes);
  return der;
}

}  // namespace fovea::net
