#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::rtsp {

struct Credentials {
  std::string user;
  std::string password;
};

// The SHA-256 of a certificate (DER), as `openssl x509 -fingerprint -sha256` shows it.
using Fingerprint = std::array<uint8_t, 32>;
std::string to_hex(const Fingerprint& fingerprint);  // without colons, in lower case

// Where a camera's stream is: `rtsp[s]://[USER[:PASSWORD]@]HOST[:PORT]/PATH[#pin=sha256:HEX]`.
struct Url {
  bool tls = false;
  std::string host;  // an IPv6 address without its brackets
  int port = 0;
  std::string target;  // path and query, as they stand in a request; may be empty
  std::optional<Credentials> credentials;
  std::optional<Fingerprint> pin;  // the only certificate that is taken

  std::string origin() const;                                // "rtsp://cam:554"
  std::string request() const { return origin() + target; }  // as requests name it, no secrets
};

// Credentials are decoded (%40); what a request line cannot have is encoded in the target. The part
// behind '#' is never sent. Pure. Errors: bad_input, without the credentials.
core::Result<Url> parse_url(const std::string& text);

// What a camera says of its own streams, `reference` being a Content-Base, a Content-Location, a
// Location or a control attribute (then relative to `base`): the URL for requests. The camera stays
// the one that we are connected to: of another's URL only path and query are used, as a camera
// behind a router knows its inner address only. Errors: bad_input (another scheme, control
// characters).
core::Result<std::string> resolve(const Url& camera, const std::string& base,
                                  std::string_view reference);

}  // namespace fovea::rtsp
