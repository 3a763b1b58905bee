#include "net/http_client.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/url_credentials.h"

namespace fovea::net {

namespace {

using core::Code;
using core::Error;
using core::Status;

constexpr long redirects_max = 8;

// A file beside the wanted one that is removed unless it was moved there.
class PartFile {
 public:
  // The name is this thread's own; what a killed process of the same ids left is replaced.
  explicit PartFile(const std::string& target)
      : name_(fmt::format("{}.part-{}-{}", target, ::getpid(), ::gettid())) {
    const int descriptor =
        ::open(name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor >= 0) {
      created_ = true;
      file_ = ::fdopen(descriptor, "wb");
    }
  }
  ~PartFile() {
    if (file_ != nullptr) std::fclose(file_);
    if (created_) ::unlink(name_.c_str());
  }
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  bool open() const { return file_ != nullptr; }
  bool write(const char* bytes, size_t count) {
    return std::fwrite(bytes, 1, count, file_) == count;
  }

  // True when the bytes are on the disk under the wanted name.
  bool move_to(const std::string& target) {
    bool good = std::fflush(file_) == 0 && ::fsync(::fileno(file_)) == 0;
    good = (std::fclose(file_) == 0) && good;
    file_ = nullptr;
    if (!good || std::rename(name_.c_str(), target.c_str()) != 0) return false;
    created_ = false;
    return true;
  }

 private:
  std::string name_;
  bool created_ = false;
  std::FILE* file_ = nullptr;
};

struct Transfer {
  PartFile& part;
  const FetchOptions& options;
  size_t received = 0;
  bool too_large = false;
  bool disk_failed = false;
};

size_t on_data(char* bytes, size_t size, size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const size_t length = size * count;
  if (length > transfer.options.bytes_max - transfer.received) {
    transfer.too_large = true;
    return 0;
  }
  if (!transfer.part.write(bytes, length)) {
    transfer.disk_failed = true;
    return 0;
  }
  transfer.received += length;
  return length;
}

int on_progress(void* context, curl_off_t total, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.options.progress(transfer.received, size_t(std::max<curl_off_t>(total, 0)));
  return 0;
}

void configure(CURL* curl, const std::string& url, Transfer& transfer, char* words) {
  const long seconds = std::max<long>(1, long((transfer.options.limit.count() + 999) / 1000));
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, redirects_max);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, long(transfer.options.limit.count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, seconds);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "fovea");
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  if (transfer.options.progress) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  }
}

Error http_error(const std::string& shown, long status) {
  const auto words = fmt::format("{} answered {}", shown, status);
  switch (status) {
    case 401:
    case 403: return {Code::denied, words + " (not allowed)"};
    case 404:
    case 410: return {Code::not_found, words + " (not found)"};
    default: return {Code::io, words};
  }
}

Error transfer_error(CURL* curl, CURLcode code, const std::string& shown, const char* words) {
  const std::string detail = words[0] != '\0' ? words : curl_easy_strerror(code);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR: return http_error(shown, status);
    case CURLE_OPERATION_TIMEDOUT:
      return {Code::timeout, fmt::format("{} sends nothing: {}", shown, detail)};
    case CURLE_FILE_COULDNT_READ_FILE:
      return {Code::not_found, fmt::format("{}: no such file, or not readable", shown)};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return {Code::bad_input,
              fmt::format("'{}' is no http:, https: or file: URL: {}", shown, detail)};
    default: return {Code::io, fmt::format("fetching {}: {}", shown, detail)};
  }
}

}  // namespace

std::string shown_url(const std::string& url) {
  std::string shown = url;
  const size_t scheme = url.find("://");
  if (scheme != std::string::npos) {
    const size_t authority = scheme + 3;
    const size_t at = core::end_of_credentials(url, authority);
    // The '@' of an address in a query is none of a user's.
    const size_t end = std::min(url.find_first_of("/?#", authority), url.size());
    const bool has_user = url.find('@', authority) < end || !core::check_credentials(url);
    if (at != std::string::npos && has_user) shown.erase(authority, at + 1 - authority);
  }
  return shown.substr(0, shown.find('?'));
}

std::string shown_host(const std::string& url) {
  const std::string shown = shown_url(url);
  const size_t scheme = shown.find("://");
  return scheme == std::string::npos ? shown : shown.substr(0, shown.find('/', scheme + 3));
}

Status fetch_file(const std::string& url, const std::string& file, const FetchOptions& options) {
  const std::string shown = shown_url(url);
  PartFile part(file);
  if (!part.open()) {
    return Error{Code::io, fmt::format("cannot write beside {}: {}", file, std::strerror(errno))};
  }
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return Error{Code::internal, "libcurl does not start"};
  Transfer transfer{part, options};
  char words[CURL_ERROR_SIZE] = "";
  configure(curl.get(), url, transfer, words);
  const CURLcode code = curl_easy_perform(curl.get());
  if (transfer.too_large) {
    return Error{Code::bad_input,
                 fmt::format("{} has more than {} bytes", shown, options.bytes_max)};
  }
  if (transfer.disk_failed) {
    return Error{Code::io, fmt::format("writing {}: {}", file, std::strerror(errno))};
  }
  if (code != CURLE_OK) return transfer_error(curl.get(), code, shown, words);
  if (!part.move_to(file)) {
    return Error{Code::io, fmt::format("writing {}: {}", file, std::strerror(errno))};
  }
  return {};
}

}  // namespace fovea::net
