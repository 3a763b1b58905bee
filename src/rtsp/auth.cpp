#include "rtsp/auth.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "core/assert.h"
#include "core/base64.h"
#include "core/ids.h"
#include "rtsp/limits.h"

namespace fovea::rtsp {

namespace {

using core::Code;
using core::Error;

constexpr int basic_rank = 1;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = char(c | 0x20);
  }
  return result;
}

bool is_token(char c) {
  return c > ' ' && c < 127 &&
         std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
}

// Reads challenges letter by letter; anything unexpected ends it.
class ChallengeParser {
 public:
  explicit ChallengeParser(std::string_view text) : rest_(text) {}

  std::vector<Challenge> parse() {
    while (good_ && !rest_.empty()) {
      skip(" \t,");
      const std::string name = token();
      if (name.empty()) break;
      skip(" \t");
      if (!rest_.starts_with('=')) {
        if (found_.size() == limits::challenges_max) break;
        found_.push_back({name, {}});
        continue;
      }
      rest_.remove_prefix(1);
      skip(" \t");
      add_parameter(name, rest_.starts_with('"') ? quoted() : token());
    }
    if (!good_ && !found_.empty()) found_.pop_back();
    return std::move(found_);
  }

 private:
  void skip(std::string_view letters) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(letters), rest_.size()));
  }

  std::string token() {
    size_t end = 0;
    while (end < rest_.size() && is_token(rest_[end])) ++end;
    std::string text(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return text;
  }

  std::string quoted() {
    std::string text;
    for (size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return text;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      text += rest_[i];
    }
    good_ = false;  // it never ends
    return {};
  }

  void add_parameter(const std::string& name, std::string value) {
    if (found_.empty() || value.size() > limits::challenge_value_bytes_max ||
        found_.back().parameters.size() == limits::challenge_parameters_max) {
      good_ = false;
      return;
    }
    found_.back().parameters.emplace_back(name, std::move(value));
  }

  std::string_view rest_;
  std::vector<Challenge> found_;
  bool good_ = true;
};

std::string value_of(const Challenge& challenge, std::string_view name) {
  const std::string* value = challenge.find(name);
  return value ? *value : std::string();
}

// In hexadecimal digits.
std::string hash_of(const std::string& kind, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), sum.data(), &size, EVP_get_digestbyname(kind.c_str()),
             nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", sum[i]);
  return hex;
}

std::string in_quotes(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string random_nonce() {
  std::array<unsigned char, 16> bytes{};
  FOVEA_ASSERT(RAND_bytes(bytes.data(), int(bytes.size())) == 1);
  std::string hex;
  for (const unsigned char byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

// "a SHA-999 digest", for people.
std::string words_of(const std::vector<Challenge>& challenges) {
  std::string words;
  for (const auto& challenge : challenges) {
    if (!words.empty()) words += " or ";
    const std::string algorithm = value_of(challenge, "algorithm");
    words += lower(challenge.scheme) == "digest"
                 ? fmt::format("a digest of the kind '{}'", core::printable(algorithm, 32))
                 : fmt::format("'{}'", core::printable(challenge.scheme, 32));
  }
  return words.empty() ? "a password in a way that cannot be read" : words;
}

}  // namespace

const std::string* Challenge::find(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (lower(key) == name) return &value;
  }
  return nullptr;
}

std::vector<Challenge> parse_challenges(std::string_view header) {
  return ChallengeParser(header).parse();
}

Authenticator::Authenticator(std::optional<Credentials> credentials,
                             std::function<std::string()> make_nonce)
    : credentials_(std::move(credentials)),
      make_nonce_(make_nonce ? std::move(make_nonce) : random_nonce) {}

std::optional<Authenticator::Choice> Authenticator::choice_of(const Challenge& challenge) {
  const std::string scheme = lower(challenge.scheme);
  if (scheme == "basic") return Choice{.rank = basic_rank};
  if (scheme != "digest" || !challenge.find("nonce")) return std::nullopt;
  Choice choice;
  choice.algorithm = value_of(challenge, "algorithm");
  std::string kind = lower(choice.algorithm);
  choice.session = kind.ends_with("-sess");
  if (choice.session) kind.resize(kind.size() - 5);
  if (kind.empty() || kind == "md5") {
    choice.rank = 2;
    choice.hash = "MD5";
  } else if (kind == "sha-256") {
    choice.rank = 3;
    choice.hash = "SHA256";
  } else if (kind == "sha-512-256") {
    choice.rank = 4;
    choice.hash = "SHA512-256";
  } else {
    return std::nullopt;
  }
  if (const std::string* qop = challenge.find("qop")) {
    const std::string offers = fmt::format(",{},", lower(*qop));
    choice.counts =
        offers.find(",auth,") != std::string::npos || offers.find(", auth,") != std::string::npos;
    if (!choice.counts) return std::nullopt;  // auth-int would sign bodies, too
  }
  choice.realm = value_of(challenge, "realm");
  choice.nonce = value_of(challenge, "nonce");
  choice.opaque = value_of(challenge, "opaque");
  choice.stale = lower(value_of(challenge, "stale")) == "true";
  return choice;
}

core::Status Authenticator::take(const Response& response) {
  if (!credentials_) {
    return Error{Code::denied,
                 "asks for a user and a password; write them into the URL: "
                 "rtsp://USER:PASSWORD@HOST/PATH"};
  }
  std::vector<Challenge> offers;
  for (const auto& [name, value] : response.headers.all) {
    if (lower(name) != "www-authenticate") continue;
    for (auto& challenge : parse_challenges(value)) offers.push_back(std::move(challenge));
  }
  std::optional<Choice> best;
  for (const auto& offer : offers) {
    auto choice = choice_of(offer);
    if (choice && (!best || choice->rank > best->rank)) best = std::move(choice);
  }
  if (!best) {
    return Error{Code::bad_input,
                 fmt::format("asks for {}, which is not spoken here; switch it to Digest with "
                             "SHA-256 or MD5 in the camera's settings",
                             words_of(offers))};
  }
  if (answered_ && !best->stale) return Error{Code::denied, refuses_credentials};
  const bool had_digest = digest_required_ || (chosen_ && chosen_->rank > basic_rank);
  if (had_digest && best->rank == basic_rank) {
    return Error{
        Code::denied,
        "asked for a digest at first and now wants the password itself, which it does "
        "not get; somebody may be in between (if the camera was set so, start Fovea anew)"};
  }
  chosen_ = std::move(best);
  answered_ = false;
  count_ = 0;
  return {};
}

std::optional<std::string> Authenticator::authorization(std::string_view method,
                                                        std::string_view uri) {
  if (!chosen_ || !credentials_) return std::nullopt;
  answered_ = true;
  if (!chosen_->hash.empty()) return digest(method, uri);
  return "Basic " + core::base64_encode(credentials_->user + ":" + credentials_->password);
}

std::string Authenticator::digest(std::string_view method, std::string_view uri) {
  const Choice& choice = *chosen_;
  const auto hash = [&](const std::string& text) { return hash_of(choice.hash, text); };
  const std::string client_nonce = choice.session || choice.counts ? make_nonce_() : "";
  const std::string count = fmt::format("{:08x}", ++count_);
  std::string secret =
      hash(fmt::format("{}:{}:{}", credentials_->user, choice.realm, credentials_->password));
  if (choice.session) secret = hash(fmt::format("{}:{}:{}", secret, choice.nonce, client_nonce));
  const std::string what = hash(fmt::format("{}:{}", method, uri));
  const std::string middle = choice.counts ? fmt::format("{}:{}:auth:", count, client_nonce) : "";
  const std::string answer = hash(fmt::format("{}:{}:{}{}", secret, choice.nonce, middle, what));
  std::string text = fmt::format("Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\"",
                                 in_quotes(credentials_->user), in_quotes(choice.realm),
                                 in_quotes(choice.nonce), in_quotes(uri), answer);
  if (!choice.algorithm.empty()) text += ", algorithm=" + choice.algorithm;
  if (!choice.opaque.empty()) text += ", opaque=" + in_quotes(choice.opaque);
  if (choice.counts) text += ", qop=auth, nc=" + count;
  if (!client_nonce.empty()) text += ", cnonce=" + in_quotes(client_nonce);
  return text;
}

}  // namespace fovea::rtsp
