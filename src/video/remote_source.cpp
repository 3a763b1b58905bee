#include "video/remote_source.h"

#include <algorithm>
#include <string_view>

#include "core/url_credentials.h"

namespace fovea::video {

namespace {
constexpr size_t spec_bytes_max = 2048;
}

core::Status check_remote_spec(const std::string& spec) {
  const core::Error wrong{core::Code::bad_input,
                          "a camera that is added here is written rtsp://[USER:PASSWORD@]HOST/PATH "
                          "or rtsps://...; other kinds stand in the site's configuration"};
  std::string_view rest = spec;
  if (rest.starts_with("rtsp://")) {
    rest.remove_prefix(7);
  } else if (rest.starts_with("rtsps://")) {
    rest.remove_prefix(8);
  } else {
    return wrong;
  }
  const bool plain =
      std::all_of(rest.begin(), rest.end(), [](char c) { return c > ' ' && c < 127; });
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const size_t at = authority.rfind('@');
  if (at != authority.npos) authority.remove_prefix(at + 1);
  if (!plain || spec.size() > spec_bytes_max || authority.empty() || authority.front() == ':') {
    return wrong;
  }
  return core::check_credentials(spec);
}

}  // namespace fovea::video
