#include "net/certificates.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <set>

namespace fovea::net {

using core::Code;
using core::Error;
using core::Result;
using core::Status;

namespace {

constexpr long day_s = 24 * 60 * 60;
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

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool add_extensions(const CertificatePlan& plan, X509* certificate, X509* issuer) {
  const auto add = [&](int kind, const std::string& value) {
    return add_extension(certificate, issuer, kind, value);
  };
  if (plan.is_ca) {
    return add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           add(NID_key_usage, "critical,keyCertSign") && add(NID_subject_key_identifier, "hash");
  }
  return add(NID_basic_constraints, "critical,CA:FALSE") &&
         add(NID_key_usage, "critical,digitalSignature") && add(NID_ext_key_usage, "serverAuth") &&
         (issuer == certificate || add(NID_authority_key_identifier, "keyid:always")) &&
         add(NID_subject_alt_name, alternative_names(plan.hosts));
}

// Written beside it, then renamed: the file is whole or not there.
Status write_pem(const std::string& file, const std::function<int(std::FILE*)>& write) {
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

}  // namespace

X509Handle make_certificate(const CertificatePlan& plan, EVP_PKEY* key, X509* issuer,
                            EVP_PKEY* issuer_key) {
  X509Handle certificate(X509_new());
  X509* x = certificate.get();
  uint64_t serial = 0;
  if (!x || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return {};
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1);
  ASN1_TIME_set(X509_getm_notBefore(x), plan.valid_from_s);
  X509_gmtime_adj(X509_getm_notAfter(x), plan.valid_days * day_s);
  X509_set_pubkey(x, key);
  X509_NAME* name = X509_get_subject_name(x);
  const auto* words = reinterpret_cast<const unsigned char*>(plan.name.c_str());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, words, -1, -1, 0);
  X509* signer = issuer ? issuer : x;
  X509_set_issuer_name(x, X509_get_subject_name(signer));
  const bool good = add_extensions(plan, x, signer) && X509_sign(x, issuer_key, EVP_sha256()) != 0;
  return good ? std::move(certificate) : X509Handle();
}

KeyHandle read_key(const std::string& file) {
  const FileHandle in(std::fopen(file.c_str(), "re"));
  KeyHandle key(in ? PEM_read_PrivateKey(in.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  return key;
}

X509Handle read_certificate(const std::string& file) {
  const FileHandle in(std::fopen(file.c_str(), "re"));
  X509Handle certificate(in ? PEM_read_X509(in.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  return certificate;
}

Result<KeyHandle> kept_key(const std::string& file) {
  if (KeyHandle key = read_key(file)) return Result<KeyHandle>(std::move(key));
  KeyHandle key(EVP_EC_gen("P-256"));
  if (!key) return Error{Code::internal, openssl_words()}.context("making a TLS key");
  const auto stored = write_pem(file, [&](std::FILE* out) {
    return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (!stored) return stored.error();
  return Result<KeyHandle>(std::move(key));
}

Status keep_certificate(const std::string& file, X509* certificate) {
  return write_pem(file, [&](std::FILE* out) { return PEM_write_X509(out, certificate); });
}

bool lasts(X509* certificate, long days) {
  time_t then = ::time(nullptr) + days * day_s;
  return X509_cmp_time(X509_get0_notAfter(certificate), &then) > 0;
}

}  // namespace fovea::net
