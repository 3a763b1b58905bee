#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "net/tls.h"

namespace fovea::net {

// A certificate authority of one's own, for servers whose clients are told whom to trust: two files
// in a folder, NAME-ca-cert.pem and NAME-ca-key.pem (0600), made once. Its certificate holds for 50
// years, a server's for 10; both hold since 1970, as a small machine without a battery may think
// that it is still then when it first connects.
class PrivateCa {
 public:
  // Errors: io, denied (the certificate is there and its key is not).
  static core::Result<PrivateCa> open(const std::string& dir, const std::string& name);

  const std::string& certificate_file() const { return certificate_; }

  // Makes FILES for a server that is reached as `host` (a name or an address) and maybe as others,
  // or leaves them alone: they are renewed when they end within a year, lack the host, or are of
  // another authority; the key and the names they had stay. True: they are new. Errors: bad_input
  // (the host), io.
  core::Result<bool> issue(const TlsFiles& files, const std::string& host,
                           const std::vector<std::string>& others) const;

 private:
  PrivateCa(std::string certificate, std::string key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}
  std::string certificate_;
  std::string key_;
};

// The DER of the first certificate of a file in PEM. Errors: bad_input.
core::Result<std::string> certificate_der(const std::string& file);

}  // namespace fovea::net
