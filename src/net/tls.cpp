#include "net/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <boost/asio/ssl/context.hpp>
#include <cstdio>

#include "net/openssl_handles.h"

namespace fovea::net {

namespace ssl = boost::asio::ssl;
using core::Code;
using core::Error;
using core::Result;
using core::Status;

namespace {

// AEAD with forward secrecy; TLS 1.3 has only such.
constexpr const char* ciphers_of_tls_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";

Status check_key_file(const std::string& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) {
    return Error{Code::bad_input, fmt::format("the TLS key {} cannot be read", file)};
  }
  if ((found.st_mode & S_IROTH) != 0) {
    return Error{Code::bad_input, fmt::format("everybody on this machine can read the TLS key {}; "
                                              "'chmod o-r {}' mends that",
                                              file, file)};
  }
  return {};
}

// A key that asks for a passphrase would hang a program without a terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

}  // namespace

Result<std::shared_ptr<ssl::context>> load_tls(const TlsFiles& files) {
  if (const auto good = check_key_file(files.key); !good) return good.error();
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* handle = context->native_handle();
  ERR_clear_error();
  SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(handle, ciphers_of_tls_1_2);
  SSL_CTX_set_options(handle, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);  // 500 idle viewers hold none
  SSL_CTX_set_default_passwd_cb(handle, no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(handle, files.certificate.c_str()) != 1) {
    return Error{Code::bad_input, fmt::format("{} is no certificate in PEM: {}", files.certificate,
                                              openssl_words())};
  }
  if (SSL_CTX_use_PrivateKey_file(handle, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Error{Code::bad_input,
                 fmt::format("{} is not the private key of {} (in PEM, without a passphrase): {}",
                             files.key, files.certificate, openssl_words())};
  }
  return context;
}

Result<std::string> certificate_fingerprint(const std::string& file) {
  const FileHandle opened(std::fopen(file.c_str(), "re"));
  if (!opened) return Error{Code::not_found, fmt::format("{} cannot be read", file)};
  const X509Handle certificate(PEM_read_X509(opened.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    return Error{Code::bad_input,
                 fmt::format("{} is no certificate in PEM: {}", file, openssl_words())};
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  X509_digest(certificate.get(), EVP_sha256(), digest, &length);
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest[i]);
  }
  return text;
}

}  // namespace fovea::net
