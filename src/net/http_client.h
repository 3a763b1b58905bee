#pragma once

#include <chrono>
#include <functional>
#include <string>

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

}  // namespace fovea::net
