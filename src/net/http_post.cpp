#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "net/http_client.h"

namespace fovea::net {

namespace {

using core::Code;
using core::Error;

constexpr size_t answer_bytes_max = 64u << 10;

size_t count_answer(char*, size_t size, size_t count, void* context) {
  auto& received = *static_cast<size_t*>(context);
  received += size * count;
  return received > answer_bytes_max ? 0 : size * count;
}

int watch_stop(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(context)->stop_requested() ? 1 : 0;
}

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

HeaderList make_headers(const std::map<std::string, std::string>& headers) {
  curl_slist* list = nullptr;
  for (const auto& [name, value] : headers) {
    list = curl_slist_append(list, fmt::format("{}: {}", name, value).c_str());
  }
  list = curl_slist_append(list, "Expect:");  // no waiting for "100 Continue"
  return {list, curl_slist_free_all};
}

Error post_error(CURLcode code, const std::string& shown, const char* words) {
  const std::string detail = words[0] != '\0' ? words : curl_easy_strerror(code);
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK: return {Code::closed, "told to stop"};
    case CURLE_OPERATION_TIMEDOUT:
      return {Code::timeout, fmt::format("{} does not answer in time", shown)};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return {Code::bad_input, fmt::format("'{}' is no http: or https: URL: {}", shown, detail)};
    default: return {Code::io, fmt::format("sending to {}: {}", shown, detail)};
  }
}

}  // namespace

core::Result<int> post(const std::string& url, std::string_view body, const PostOptions& options) {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return Error{Code::internal, "libcurl does not start"};
  const HeaderList headers = make_headers(options.headers);
  size_t received = 0;
  char words[CURL_ERROR_SIZE] = "";
  const auto set = [&](CURLoption option, auto value) {
    curl_easy_setopt(curl.get(), option, value);
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDS, body.data());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.limit.count()));
  set(CURLOPT_USERAGENT, "fovea");
  set(CURLOPT_ERRORBUFFER, words);
  set(CURLOPT_WRITEFUNCTION, count_answer);
  set(CURLOPT_WRITEDATA, &received);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, watch_stop);
  set(CURLOPT_XFERINFODATA, const_cast<std::stop_token*>(&options.stop));
  const CURLcode code = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  const bool answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && status > 0);
  if (!answered) return post_error(code, shown_host(url), words);
  return static_cast<int>(status);
}

}  // namespace fovea::net
