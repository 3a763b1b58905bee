#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string>

namespace fovea::net {

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using X509Handle = std::unique_ptr<X509, FreeWith<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using FileHandle = std::unique_ptr<std::FILE, FreeWith<std::fclose>>;

// What OpenSSL says about its newest error; forgets it.
inline std::string openssl_words() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  if (const char* reason = ERR_reason_error_string(code)) return reason;
  char words[160];
  ERR_error_string_n(code, words, sizeof words);
  return words;
}

}  // namespace fovea::net
