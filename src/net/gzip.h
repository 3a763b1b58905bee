#pragma once

#include <span>

#include "core/buffer.h"

namespace fovea::net {

// RFC 1952, by zlib at its fastest level; empty when zlib fails.
core::Bytes gzip(std::span<const uint8_t> data);

}  // namespace fovea::net
