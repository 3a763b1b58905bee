#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "rtsp/message.h"
#include "rtsp/url.h"

namespace fovea::rtsp {

// What is told where user and password do not help.
inline constexpr char refuses_credentials[] =
    "refuses user or password (they stand in the URL as rtsp://USER:PASSWORD@HOST/PATH)";

// One way to sign in that a server offers (RFC 7235).
struct Challenge {
  std::string scheme;  // "Digest", as it came
  std::vector<std::pair<std::string, std::string>> parameters;

  const std::string* find(std::string_view name) const;  // null: there is none
};

// All of a WWW-Authenticate header. What cannot be read ends the list.
std::vector<Challenge> parse_challenges(std::string_view header);

// Answers a server's challenges: Digest with SHA-512-256, SHA-256 or MD5 (RFC 7616, also as of
// RFC 2069), else Basic. The best that is offered is taken, and who once asked for a digest gets
// no plain password on the same connection, nor after require_digest(). Threads: one at a time.
class Authenticator {
 public:
  // `make_nonce` makes the client's part of a digest, unlike each other.
  explicit Authenticator(std::optional<Credentials> credentials,
                         std::function<std::string()> make_nonce = {});

  // After a 401. Errors: denied (there are no credentials, or they were just refused), bad_input
  // (no way to sign in that is spoken here; the message names what was asked for).
  core::Status take(const Response& response);

  // The value of the header Authorization; nothing before the first challenge.
  std::optional<std::string> authorization(std::string_view method, std::string_view uri);

  // The camera asked for a digest on an earlier connection: it gets no plain password.
  void require_digest() { digest_required_ = true; }
  bool answers_by_digest() const { return chosen_ && !chosen_->hash.empty(); }

  // The password itself goes over the wire.
  bool sends_password() const { return chosen_ && chosen_->hash.empty(); }

 private:
  struct Choice {
    int rank = 0;
    std::string hash;       // OpenSSL's name; empty: Basic
    std::string algorithm;  // as it came; may be empty
    bool session = false;   // MD5-sess and the like
    bool counts = false;    // qop=auth
    std::string realm, nonce, opaque;
    bool stale = false;
  };
  static std::optional<Choice> choice_of(const Challenge& challenge);
  std::string digest(std::string_view method, std::string_view uri);

  const std::optional<Credentials> credentials_;
  const std::function<std::string()> make_nonce_;
  std::optional<Choice> chosen_;
  bool digest_required_ = false;
  bool answered_ = false;  // since the choice was made
  uint32_t count_ = 0;     // of uses of this nonce
};

}  // namespace fovea::rtsp
