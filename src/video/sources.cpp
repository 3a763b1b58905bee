#include <algorithm>
#include <string>
#include <string_view>

#include "core/url_credentials.h"
#include "video/exec_source.h"
#include "video/ffmpeg_plugin.h"
#include "video/folder_source.h"
#include "video/source.h"
#include "video/synthetic_source.h"
#include "video/transformed_source.h"
#include "video/v4l2_source.h"

namespace fovea::video {
namespace {

struct Scheme {
  const char* name;  // what stands before the first colon
  const char* usage;
  // Given the whole SPEC.
  core::Result<std::unique_ptr<Source>> (*open)(const std::string& spec,
                                                const SourceOptions& options,
                                                const core::Context& context);
  bool draws_any_size = false;  // makes pictures of the options' size itself
};

// The sources there are: a new one is its own files and a line here.
constexpr Scheme schemes[] = {
    {"synthetic", "synthetic:SEED", open_synthetic_source, true},
    {"folder", "folder:PATH", open_folder_source},
    {"exec", "exec:COMMAND", open_exec_source},
    {"v4l2", "v4l2:DEVICE", open_v4l2_source},
    {"file", "file:PATH", open_ffmpeg_source},
    {"rtsp", "rtsp://HOST/PATH", open_ffmpeg_source},
    {"rtsps", "rtsps://HOST/PATH", open_ffmpeg_source},
};

std::string known_schemes() {
  std::string list;
  for (const auto& scheme : schemes) list += (list.empty() ? "" : ", ") + std::string(scheme.usage);
  return list;
}

core::Result<const Scheme*> find_scheme(const std::string& spec) {
  const size_t colon = spec.find(':');
  for (const auto& scheme : schemes) {
    if (colon != std::string::npos && spec.substr(0, colon) == scheme.name) return &scheme;
  }
  return core::Error{core::Code::bad_input, "no source is called '" + masked_spec(spec) +
                                                "'; use one of " + known_schemes()};
}

}  // namespace

core::Status check_spec(const std::string& spec) {
  auto scheme = find_scheme(spec);
  return scheme ? core::Status() : scheme.error();
}

bool is_remote(const std::string& spec) {
  return spec.starts_with("rtsp://") || spec.starts_with("rtsps://");
}

bool passes_h264(const SourceOptions& options) {
  return options.passes_h264 && options.fps == 0 && options.size == core::Size{} &&
         options.transform.is_identity();
}

core::Result<std::unique_ptr<Source>> open_source(const std::string& spec,
                                                  const SourceOptions& options,
                                                  const core::Context& context) {
  auto scheme = find_scheme(spec);
  if (!scheme) return scheme.error();
  if (is_remote(spec)) {
    if (auto clear = core::check_credentials(spec); !clear) return clear.error();
  }
  auto source = (*scheme)->open(spec, options, context);
  const core::Size box = (*scheme)->draws_any_size ? core::Size{} : options.size;
  if (!source || (options.transform.is_identity() && box == core::Size{})) return source;
  return make_transformed_source(std::move(*source), options.transform, box, context);
}

namespace {

// Whether what stands before an '=' says that a secret follows, as cameras have it in paths and
// queries: "?user=admin&pwd=x", "/user=admin_password=x_channel=1".
bool names_secret(std::string_view before) {
  std::string word;
  for (; !before.empty(); before.remove_suffix(1)) {
    const char letter = char(before.back() | 0x20);  // in lower case
    if (letter < 'a' || letter > 'z') break;
    word.insert(word.begin(), letter);
  }
  constexpr std::array words{"pass", "passwd", "password", "pw", "pwd", "psw", "token", "secret"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

// All of a value is hidden, up to what ends it in a URL or a command.
std::string without_secrets(const std::string& text) {
  std::string shown;
  for (size_t at = 0; at < text.size();) {
    const size_t equals = std::min(text.find('=', at), text.size() - 1);
    shown += text.substr(at, equals + 1 - at);
    at = equals + 1;
    if (text[equals] != '=' || !names_secret(std::string_view(text).substr(0, equals))) continue;
    shown += "***";
    at = std::min(text.find_first_of("&/?# \"'", at), text.size());
  }
  return shown;
}

// curl's and others' way: "-u USER:PASSWORD". What ${NAME} stands for is no secret as it is
// written.
std::string without_users(std::string text) {
  for (const char* option : {" -u ", " --user ", " --proxy-user "}) {
    for (size_t at = text.find(option); at != std::string::npos; at = text.find(option, at + 1)) {
      const size_t begin = at + std::string_view(option).size();
      const size_t end = std::min(text.find(' ', begin), text.size());
      const size_t colon = text.find(':', begin);
      if (colon >= end || text.compare(colon + 1, 2, "${") == 0) continue;
      text.replace(colon + 1, end - colon - 1, "***");
    }
  }
  return text;
}

}  // namespace

std::string masked_spec(const std::string& spec) {
  if (spec.starts_with("exec:")) return without_users(without_secrets(core::masked_urls(spec)));
  const bool url = spec.find("://") != std::string::npos;
  return without_secrets(url ? core::masked_url(spec) : spec);
}

}  // namespace fovea::video
