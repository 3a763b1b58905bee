#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "net/http_client.h"

namespace fovea::net {

namespace {

using core::Code;
using core::Error;

struct Answer {
  std::string text;
  size_t bytes_max = 0;
};

size_t take(char* bytes, size_t size, size_t count, void* context) {
  auto& answer = *static_cast<Answer*>(context);
  const size_t length = size * count;
  if (length > answer.bytes_max - answer.text.size()) return 0;
  answer.text.append(bytes, length);
  return length;
}

Error get_error(CURLcode code, long status, const std::string& shown, const char* words) {
  const std::string detail = words[0] != '\0' ? words : curl_easy_strerror(code);
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR:
      return {status == 401 || status == 403 ? Code::denied
              : status == 404                ? Code::not_found
                                             : Code::io,
              fmt::format("{} answered {}", shown, status)};
    case CURLE_OPERATION_TIMEDOUT:
      return {Code::timeout, fmt::format("{} does not answer in time", shown)};
    case CURLE_WRITE_ERROR: return {Code::bad_input, shown + " answers more than is wanted"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
      return {Code::bad_input, fmt::format("'{}' is no http: or https: URL: {}", shown, detail)};
    default: return {Code::io, fmt::format("asking {}: {}", shown, detail)};
  }
}

}  // namespace

core::Result<std::string> get(const std::string& url, const GetOptions& options) {
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) return Error{Code::internal, "libcurl does not start"};
  curl_slist* list = nullptr;
  for (const auto& [name, value] : options.headers) {
    list = curl_slist_append(list, fmt::format("{}: {}", name, value).c_str());
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list,
                                                                            curl_slist_free_all);
  Answer answer{{}, options.bytes_max};
  char words[CURL_ERROR_SIZE] = "";
  const auto set = [&](CURLoption option, auto value) {
    curl_easy_setopt(curl.get(), option, value);
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");  // what is meant is this very host, whatever the environment says
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.limit.count()));
  set(CURLOPT_USERAGENT, "fovea");
  set(CURLOPT_ERRORBUFFER, words);
  set(CURLOPT_WRITEFUNCTION, take);
  set(CURLOPT_WRITEDATA, &answer);
  if (!options.certificate.empty()) {
    set(CURLOPT_CAINFO, options.certificate.c_str());
    set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  const CURLcode code = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK) return get_error(code, status, shown_url(url), words);
  return std::move(answer.text);
}

}  // namespace fovea::net
