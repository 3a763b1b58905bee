#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::bus {

// The option `ca=` of a bus URL takes a file, or the certificate itself: its DER as base64url, so
// that one address is all that a camera needs. No name of a file is as long as a certificate
// (NAME_MAX is 255), and base64url has neither '/' nor '.': the two cannot be mistaken. Pure.
bool is_certificate(std::string_view option);

// As nats.c takes it: PEM. Errors: bad_input (cut off, or no certificate).
core::Result<std::string> certificate_pem(std::string_view option);

std::string certificate_option(std::string_view der);

}  // namespace fovea::bus
