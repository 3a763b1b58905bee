#include "core/environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "core/ids.h"
#include "core/url_credentials.h"

namespace fovea::core {

namespace {

constexpr auto npos = std::string_view::npos;

// What must be encoded in a user or password, but for '%', does not occur; a %XX does.
bool is_encoded(std::string_view value) {
  const auto is_hex = [](char c) {
    return std::string_view("0123456789abcdefABCDEF").find(c) != npos;
  };
  bool found = false;
  for (size_t at = 0; at < value.size(); ++at) {
    if (value[at] == '%') {
      if (at + 2 >= value.size() || !is_hex(value[at + 1]) || !is_hex(value[at + 2])) return false;
      found = true;
      at += 2;
    } else if (std::string_view("@/?#[]\"'<>\\^`{}| ").find(value[at]) != npos) {
      return false;
    }
  }
  return found;
}

// The user and password of the URL around a position of a text as it was written.
std::string_view credentials_around(std::string_view text, size_t position) {
  const size_t scheme = text.substr(0, position).rfind("://");
  if (scheme == npos) return {};
  const std::string_view authority = text.substr(scheme + 3);
  const size_t end = std::min(authority.find_first_of("/?# \t\n\"'"), authority.size());
  const size_t at = authority.substr(0, end).rfind('@');
  if (at == npos || position >= scheme + 3 + at) return {};
  return authority.substr(0, at);
}

std::string encoded_for(std::string_view credentials, const std::string& value) {
  if (credentials.empty() || is_encoded(value)) return value;
  // A variable may hold both, as in rtsp://${USER_AND_PASSWORD}@host.
  const size_t colon = credentials.find(':') == npos ? value.find(':') : std::string::npos;
  if (colon == std::string::npos) return encode_credentials(value);
  return encode_credentials(value.substr(0, colon)) + ":" +
         encode_credentials(value.substr(colon + 1));
}

std::string with_each(std::string_view value, std::string_view signs, std::string_view before,
                      std::string_view behind) {
  std::string text;
  for (const char c : value) {
    const bool is_one = signs.find(c) != npos;
    if (is_one) text += before;
    text += c;
    if (is_one) text += behind;
  }
  return text;
}

// Where in a command's quotes the next sign stands (POSIX.1-2017, "Shell Command Language", 2.2).
class ShellQuotes {
 public:
  void pass(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\' && open_ != '\'') {
      escaped_ = true;
    } else if (c == open_) {
      open_ = 0;
    } else if (open_ == 0 && (c == '\'' || c == '"')) {
      open_ = c;
    }
  }
  // The next sign is only itself to the shell.
  bool escaped() const { return escaped_; }
  // The shell puts in variables itself, and takes no value for a command.
  bool expands() const { return open_ != '\''; }
  // As the shell reads `value` here.
  std::string quoted(std::string_view value) const {
    if (open_ == '"') return with_each(value, "$`\"\\", "\\", "");
    const std::string inner = with_each(value, "'", "'\\", "'");
    return open_ == '\'' ? inner : "'" + inner + "'";
  }

 private:
  char open_ = 0;  // the quote that is not closed yet
  bool escaped_ = false;
};

constexpr std::array passed{"PATH",
                            "HOME",
                            "USER",
                            "LOGNAME",
                            "SHELL",
                            "TERM",
                            "LANG",
                            "LANGUAGE",
                            "TZ",
                            "TMPDIR",
                            "DISPLAY",
                            "XAUTHORITY",
                            "WAYLAND_DISPLAY",
                            "SSL_CERT_FILE",
                            "CURL_CA_BUNDLE",
                            "SSL_CERT_DIR",
                            "FOVEA_DATA",
                            "FOVEA_MODELS",
                            "FOVEA_PLUGINS",
                            "ASAN_OPTIONS",
                            "LSAN_OPTIONS",
                            "UBSAN_OPTIONS",
                            "TSAN_OPTIONS"};
constexpr std::array passed_beginning{"LC_",   "LD_",     "XDG_", "GST_",  "LIBCAMERA_", "PYTHON",
                                      "CUDA_", "NVIDIA_", "OMP_", "GOMP_", "KMP_",       "MKL_"};

bool is_passed(std::string_view name) {
  return std::find(passed.begin(), passed.end(), name) != passed.end() ||
         std::any_of(passed_beginning.begin(), passed_beginning.end(),
                     [&](const char* begin) { return name.starts_with(begin); });
}

}  // namespace

Result<std::string> expand_environment(std::string_view text, Secrets* secrets) {
  std::optional<ShellQuotes> shell;  // of a command
  if (text.starts_with("exec:")) shell.emplace();
  std::string expanded;
  for (size_t at = 0; at < text.size();) {
    if (text.substr(at, 3) == "$${") {
      if (shell) shell->pass('$');
      expanded += "${";
      at += 3;
    } else if (text.substr(at, 2) == "${" && !(shell && shell->escaped())) {
      const size_t close = text.find('}', at);
      if (close == npos) return Error{Code::bad_input, "'${' is not closed by '}'"};
      const std::string name(text.substr(at + 2, close - at - 2));
      const char* value = std::getenv(name.c_str());
      if (!value) {
        return Error{Code::bad_input,
                     "the environment has no variable '" + printable(name) + "'; set it"};
      }
      if (secrets) secrets->add(name, value);
      const auto credentials = credentials_around(text, at);
      if (shell && credentials.empty() && shell->expands()) {
        expanded += "${" + name + "}";
      } else {
        const std::string encoded = encoded_for(credentials, value);
        expanded += shell ? shell->quoted(encoded) : encoded;
      }
      at = close + 1;
    } else {
      if (shell) shell->pass(text[at]);
      expanded += text[at++];
    }
  }
  return expanded;
}

std::vector<std::string> child_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) {
    const std::string_view ours(*variable);
    if (is_passed(ours.substr(0, ours.find('=')))) variables.emplace_back(ours);
  }
  return variables;
}

std::vector<std::string> variables_named_in(std::string_view command) {
  const auto is_name_letter = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  };
  std::vector<std::string> names;
  for (size_t at = command.find('$'); at != npos; at = command.find('$', at + 1)) {
    size_t begin = at + 1;
    if (begin < command.size() && command[begin] == '{') ++begin;
    size_t end = begin;
    while (end < command.size() && is_name_letter(command[end])) ++end;
    const std::string name(command.substr(begin, end - begin));
    if (!std::getenv(name.c_str()) || is_passed(name)) continue;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace fovea::core
