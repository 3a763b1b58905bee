#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/url_credentials.h"

// Of a URL nothing before its last '@' is shown, however it is written; and what is masked once is
// masked for good.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::core;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string shown = masked_url(text);
  const size_t scheme = text.find("://");
  const size_t authority = scheme == std::string::npos ? 0 : scheme + 3;
  const size_t at = end_of_credentials(text, authority);
  const bool hidden =
      at == std::string::npos || shown == text.substr(0, authority) + "***" + text.substr(at);
  if (!hidden || masked_url(shown) != shown) std::abort();
  if (masked_urls(masked_urls(text)) != masked_urls(text)) std::abort();
  const auto checked = check_credentials(text);
  if (!checked && checked.error().message.find("write ") == std::string::npos) std::abort();
  return 0;
}
