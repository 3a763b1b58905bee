#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/result.h"

namespace fovea::net {

struct FetchOptions {
  // Gives up when nothing arrives for this long (a slow download that moves is fine); also the
  // limit for connecting.
  std::chrono::milliseconds limit{30000};
  size_t bytes_max = 1u << 30;
  std::function<void(size_t received, size_t total)> progress;  // total 0: unknown
};

// GET of an http:, https: or file: URL into a file (written beside it, then renamed, so that the
// file is whole or not there), following up to 8 redirects to http: or https:. By libcurl; blocks.
// Threads: any. Errors: not_found (404, 410, no such file), denied (401, 403), timeout, bad_input
// (the URL, or more than bytes_max), io (network, certificate, other answers, disk). A user and
// password in the URL never reach a message.
core::Status fetch_file(const std::string& url, const std::string& file,
                        const FetchOptions& options);

struct PostOptions {
  std::chrono::milliseconds limit{10000};  // for all of it
  std::map<std::string, std::string> headers;
  std::stop_token stop;  // gives up when it is requested
};

// POST to an http: or https: URL; the answer's status (200..599). Redirects are not followed, so
// that what is sent reaches nobody but whom the URL names. At most 64 KiB of an answer are read,
// and not looked at. By libcurl; blocks. Threads: any. Errors: timeout, bad_input (the URL), closed
// (it was to stop), io (network, certificate). A user, password or query in the URL never reach a
// message.
core::Result<int> post(const std::string& url, std::string_view body, const PostOptions& options);

struct GetOptions {
  std::chrono::milliseconds limit{10000};  // for all of it
  size_t bytes_max = 16u << 20;
  std::map<std::string, std::string> headers;
  // PEM: the server must be the one with this very certificate, by whatever name it is asked.
  std::string certificate;
};

// GET from an http: or https: URL; the answer's text. No redirects, no proxy. By libcurl; blocks.
// Threads: any. Errors: denied (401, 403), not_found, timeout, bad_input (the URL, or a larger
// answer), io (network, certificate, other answers).
core::Result<std::string> get(const std::string& url, const GetOptions& options);

// The URL as it may be shown: without user, password and query.
std::string shown_url(const std::string& url);
// Its scheme and host only: where the path says who one is, as with most webhooks.
std::string shown_host(const std::string& url);

}  // namespace fovea::net
