#pragma once

#include <span>

#include "core/buffer.h"

namespace fovea::net {

// RFC 1952, by zlib; level 1 (fastest) to 9 (smallest). Empty when zlib fails.
core::Bytes gzip(std::span<const uint8_t> data, int level);

}  // namespace fovea::net
