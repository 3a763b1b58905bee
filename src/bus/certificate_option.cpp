#include "bus/certificate_option.h"

#include <algorithm>

#include "core/base64.h"

namespace fovea::bus {

namespace {

constexpr size_t file_name_length_max = 255;
constexpr size_t pem_line_length = 64;

// Whether it is one whole DER sequence of a certificate's size: 0x30, 0x82, two bytes of length.
bool is_whole(std::string_view der) {
  if (der.size() < 4 || der[0] != '\x30' || der[1] != '\x82') return false;
  const auto byte = [&](size_t i) { return size_t(static_cast<unsigned char>(der[i])); };
  return der.size() == 4 + (byte(2) << 8 | byte(3));
}

}  // namespace

bool is_certificate(std::string_view option) {
  return option.size() > file_name_length_max &&
         std::all_of(option.begin(), option.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

core::Result<std::string> certificate_pem(std::string_view option) {
  const auto der = core::base64url_decode(option);
  if (!der || !is_whole(*der)) {
    return core::Error{core::Code::bad_input,
                       "the certificate in ca= is cut off or damaged; copy the whole address that "
                       "'fovea device add' has printed"};
  }
  const std::string text = core::base64_encode(*der);
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  for (size_t begin = 0; begin < text.size(); begin += pem_line_length) {
    pem += text.substr(begin, pem_line_length) + "\n";
  }
  return pem + "-----END CERTIFICATE-----\n";
}

std::string certificate_option(std::string_view der) { return core::base64url_encode(der); }

}  // namespace fovea::bus
