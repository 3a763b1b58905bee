#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.h"

namespace boost::asio::ssl {
class context;
}

namespace fovea::net {

// PEM: the certificate (its chain behind it) and its private key.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

// What a server speaks TLS with: 1.2 or newer, forward secrecy only. Errors: bad_input (which file,
// and what is wrong: missing, no PEM, the key of another certificate, the key readable by all).
core::Result<std::shared_ptr<boost::asio::ssl::context>> load_tls(const TlsFiles& files);

// SHA-256 of the first certificate of the file, as browsers show it: "AB:CD:...".
core::Result<std::string> certificate_fingerprint(const std::string& file);

// Makes DIR/tls-cert.pem and DIR/tls-key.pem (0600) where they are missing: a P-256 key and a
// certificate signed by itself for `hosts` (names and addresses), valid for as long as browsers
// take one. A certificate that ends within 30 days is made anew for the same key. Errors: io.
core::Result<TlsFiles> self_signed_certificate(const std::string& dir,
                                               const std::vector<std::string>& hosts);

// What this machine may be called in its network: its name, NAME.local, its addresses.
std::vector<std::string> own_hosts();

}  // namespace fovea::net
