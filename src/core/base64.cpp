#include "core/base64.h"

#include <sodium.h>

namespace fovea::core {
namespace {

constexpr int original = sodium_base64_VARIANT_ORIGINAL;
constexpr int for_urls = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string encode(std::string_view bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), variant);
  text.pop_back();  // the zero byte
  return text;
}

Result<std::string> decode(std::string_view text, int variant) {
  std::string bytes(text.size() / 4 * 3 + 2, '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, variant) != 0) {
    return Error{Code::bad_input, "this is no base64"};
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::string base64_encode(std::string_view bytes) { return encode(bytes, original); }

Result<std::string> base64_decode(std::string_view text) { return decode(text, original); }

std::string base64url_encode(std::string_view bytes) { return encode(bytes, for_urls); }

Result<std::string> base64url_decode(std::string_view text) { return decode(text, for_urls); }

}  // namespace fovea::core
