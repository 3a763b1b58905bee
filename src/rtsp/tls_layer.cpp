#include "rtsp/tls_layer.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>

namespace fovea::rtsp {

namespace {

using core::Code;
using core::Error;

// Cameras have keys of 1024 bits still; what cannot be verified is told anyway.
constexpr int security_level = 1;

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using ContextHandle = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using CertificateHandle = std::unique_ptr<X509, FreeWith<X509_free>>;

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

Error failure(const char* doing) {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return {Code::io, fmt::format("{}: {}", doing, reason ? reason : "no reason given")};
}

}  // namespace

struct TlsLayer::Handles {
  ContextHandle context;
  SslHandle ssl;
  BIO* incoming = nullptr;  // of the ssl
  BIO* outgoing = nullptr;
};

TlsLayer::TlsLayer(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
TlsLayer::~TlsLayer() = default;

core::Result<std::unique_ptr<TlsLayer>> TlsLayer::make(const std::string& host) {
  const Error failed{Code::internal, "TLS cannot be set up"};
  auto handles = std::make_unique<Handles>();
  handles->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* context = handles->context.get();
  if (!context) return failed;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_security_level(context, security_level);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);  // the result is asked for, see verified()
  SSL_CTX_set_default_verify_paths(context);
  handles->ssl.reset(SSL_new(context));
  handles->incoming = BIO_new(BIO_s_mem());
  handles->outgoing = BIO_new(BIO_s_mem());
  SSL* ssl = handles->ssl.get();
  if (!ssl || !handles->incoming || !handles->outgoing) return failed;
  SSL_set_bio(ssl, handles->incoming, handles->outgoing);
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  } else {
    SSL_set1_host(ssl, host.c_str());
    // SSL_set_tlsext_host_name() without its macro's cast.
    SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
  }
  SSL_set_connect_state(ssl);
  return std::unique_ptr<TlsLayer>(new TlsLayer(std::move(handles)));
}

core::Result<bool> TlsLayer::handshake() {
  ERR_clear_error();
  const int done = SSL_do_handshake(handles_->ssl.get());
  if (done == 1) return true;
  if (SSL_get_error(handles_->ssl.get(), done) == SSL_ERROR_WANT_READ) return false;
  return failure("no encrypted connection (TLS 1.2 or newer) came about");
}

bool TlsLayer::verified() const {
  return fingerprint() && SSL_get_verify_result(handles_->ssl.get()) == X509_V_OK;
}

std::optional<Fingerprint> TlsLayer::fingerprint() const {
  const CertificateHandle certificate(SSL_get1_peer_certificate(handles_->ssl.get()));
  Fingerprint sum{};
  unsigned int size = sum.size();
  if (!certificate || X509_digest(certificate.get(), EVP_sha256(), sum.data(), &size) != 1) {
    return std::nullopt;
  }
  return sum;
}

core::Result<std::optional<size_t>> TlsLayer::read(std::span<uint8_t> into) {
  ERR_clear_error();
  size_t count = 0;
  if (SSL_read_ex(handles_->ssl.get(), into.data(), into.size(), &count) == 1) {
    return std::optional(count);
  }
  switch (SSL_get_error(handles_->ssl.get(), 0)) {
    case SSL_ERROR_WANT_READ: return std::optional<size_t>(0);
    case SSL_ERROR_ZERO_RETURN: return std::optional<size_t>();
    default: return failure("the encrypted connection failed");
  }
}

core::Status TlsLayer::write(std::string_view bytes) {
  ERR_clear_error();
  size_t count = 0;
  // All of it goes into the memory.
  if (SSL_write_ex(handles_->ssl.get(), bytes.data(), bytes.size(), &count) == 1) return {};
  return failure("the encrypted connection failed");
}

void TlsLayer::from_network(std::span<const uint8_t> bytes) {
  BIO_write(handles_->incoming, bytes.data(), int(bytes.size()));
}

std::string TlsLayer::to_network() {
  std::string bytes(size_t(BIO_pending(handles_->outgoing)), '\0');
  if (!bytes.empty()) BIO_read(handles_->outgoing, bytes.data(), int(bytes.size()));
  return bytes;
}

}  // namespace fovea::rtsp
