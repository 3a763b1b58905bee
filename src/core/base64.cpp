#include "core/base64.h"

#include <sodium.h>

namespace fovea::core {
namespace {

constexpr int variant = sodium_base64_VARIANT_ORIGINAL;

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), variant);
  text.pop_back();  // the zero byte
  return text;
}

Result<std::string> base64_decode(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &size, nullptr, variant) != 0) {
    return Error{Code::bad_input, "this is no base64"};
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace fovea::core
