#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/result.h"
#include "net/openssl_handles.h"

// Making certificates with OpenSSL, and keeping them as PEM. Private to this module.
namespace fovea::net {

struct CertificatePlan {
  std::string name;                // its subject's CN
  std::vector<std::string> hosts;  // names and addresses; what is neither is left out
  bool is_ca = false;
  long valid_from_s = 0;  // since 1970
  long valid_days = 0;    // from now on
};

// Signed by `issuer_key`, in the name of `issuer` (null: by itself). Null: OpenSSL has failed, see
// openssl_words().
X509Handle make_certificate(const CertificatePlan& plan, EVP_PKEY* key, X509* issuer,
                            EVP_PKEY* issuer_key);

// Null where there is none that can be read.
KeyHandle read_key(const std::string& file);
X509Handle read_certificate(const std::string& file);

// What the file has, or a new P-256 key, kept there (0600). Errors: io, internal.
core::Result<KeyHandle> kept_key(const std::string& file);
core::Status keep_certificate(const std::string& file, X509* certificate);

// Whether it still holds in so many days.
bool lasts(X509* certificate, long days);

}  // namespace fovea::net
