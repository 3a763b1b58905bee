#include "auth/password.h"

#include <fmt/format.h>
#include <sodium.h>

namespace fovea::auth {

using core::Code;
using core::Error;

core::Status check_new_password(std::string_view user, std::string_view password) {
  if (password.size() < password_bytes_min || password.size() > password_bytes_max) {
    return Error{Code::bad_input, fmt::format("a password has {} to {} characters",
                                              password_bytes_min, password_bytes_max)};
  }
  if (password == user || password.find_first_not_of(password.front()) == std::string_view::npos) {
    return Error{Code::bad_input, "that password is too easy to guess"};
  }
  return {};
}

core::Result<std::string> hash_password(std::string_view password) {
  if (sodium_init() < 0) return Error{Code::internal, "libsodium does not start"};
  std::string hash(crypto_pwhash_STRBYTES, '\0');
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(),
                            crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error{Code::busy, "there is no memory for checking a password now"};
  }
  hash.resize(hash.find('\0'));
  return hash;
}

bool verify_password(const std::string& hash, std::string_view password) {
  if (sodium_init() < 0) return false;
  if (hash.empty()) {
    (void)hash_password(password);
    return false;
  }
  return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

}  // namespace fovea::auth
