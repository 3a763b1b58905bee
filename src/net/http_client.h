#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "core/buffer.h"
#include "core/result.h"

namespace fovea::net {

struct FetchOptions {
  std::chrono::milliseconds limit{30000};
  size_t bytes_max = 1u << 30;
  std::function<void(size_t received, size_t total)> progress;  // total 0: unknown
};

// GET of an http:, https: or file: URL into a file (written beside it, then renamed), following
// redirects. By libcurl. Errors: not_found (404), denied (401, 403), io, timeout, bad_input.
core::Status fetch_file(const std::string& url, const std::string& file,
                        const FetchOptions& options);

}  // namespace fovea::net
