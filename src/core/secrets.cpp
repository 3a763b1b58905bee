#include "core/secrets.h"

#include <algorithm>

#include "core/base64.h"
#include "core/url_credentials.h"

namespace fovea::core {

namespace {

constexpr size_t too_short = 2;  // bytes: like any other text
constexpr size_t word_only = 5;  // up to so many, only where it stands as a word of its own

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool stands_alone(const std::string& text, size_t at, size_t length) {
  const bool before = at > 0 && is_word(text[at - 1]) && is_word(text[at]);
  const size_t end = at + length;
  const bool after = end < text.size() && is_word(text[end]) && is_word(text[end - 1]);
  return !before && !after;
}

// A variable may be called as its value is.
bool is_masked(const std::string& text, size_t at, size_t length) {
  return at >= 2 && text.compare(at - 2, 2, "${") == 0 && text.compare(at + length, 1, "}") == 0;
}

bool is_base64(char c) { return is_word(c) || c == '+' || c == '/' || c == '='; }

std::string in_json(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string in_lower_hex(std::string encoded) {
  for (size_t at = encoded.find('%'); at != std::string::npos; at = encoded.find('%', at + 1)) {
    for (size_t i = at + 1; i < std::min(at + 3, encoded.size()); ++i) {
      if (encoded[i] >= 'A' && encoded[i] <= 'F') encoded[i] = char(encoded[i] - 'A' + 'a');
    }
  }
  return encoded;
}

// Of a variable that is a whole URL; empty: it is none, or has no password.
std::string password_in(const std::string& value) {
  const size_t scheme = value.find("://");
  if (scheme == std::string::npos) return {};
  const size_t authority = scheme + 3;
  const size_t at = end_of_credentials(value, authority);
  const size_t colon = value.find(':', authority);
  if (at == std::string::npos || colon >= at) return {};
  return value.substr(colon + 1, at - colon - 1);
}

}  // namespace

void Secrets::add_form(const std::string& text, const std::string& shown) {
  const auto same = [&](const Form& known) { return known.text == text; };
  if (text.size() <= too_short || std::any_of(forms_.begin(), forms_.end(), same)) return;
  const auto shorter = std::find_if(forms_.begin(), forms_.end(), [&](const Form& known) {
    return known.text.size() < text.size();
  });
  forms_.insert(shorter, {text, shown});
}

void Secrets::add(const std::string& name, const std::string& value) {
  const std::string shown = "${" + name + "}";
  const std::lock_guard lock(mutex_);
  for (const auto& secret : {value, password_in(value)}) {
    const std::string encoded = encode_credentials(secret);
    for (const auto& form : {secret, encoded, in_lower_hex(encoded), in_json(secret)}) {
      add_form(form, shown);
    }
  }
}

std::string Secrets::masked(std::string text) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [secret, shown] : forms_) {
    for (size_t at = text.find(secret); at != std::string::npos;) {
      const bool hides = !is_masked(text, at, secret.size()) &&
                         (secret.size() > word_only || stands_alone(text, at, secret.size()));
      if (hides) text.replace(at, secret.size(), shown);
      at = text.find(secret, at + (hides ? shown.size() : 1));
    }
  }
  return without_encoded(std::move(text));
}

// As "Authorization: Basic BASE64" has user and password, which curl -v prints. mutex_ is held.
std::string Secrets::without_encoded(std::string text) const {
  constexpr size_t shortest = 8;
  size_t begin = 0;
  for (size_t end = 0; !forms_.empty() && end <= text.size(); ++end) {
    if (end < text.size() && is_base64(text[end])) continue;
    bool tells = false;
    if (end - begin >= shortest) {
      const auto decoded = base64_decode(std::string_view(text).substr(begin, end - begin));
      tells = decoded && std::any_of(forms_.begin(), forms_.end(), [&](const Form& form) {
                return decoded->find(form.text) != std::string::npos;
              });
    }
    if (tells) {
      text.replace(begin, end - begin, "***");
      end = begin + 3;
    }
    begin = end + 1;
  }
  return text;
}

}  // namespace fovea::core
