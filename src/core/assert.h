#pragma once

namespace fovea::core {

// Prints the broken condition with its place and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace fovea::core

// For programmer errors only, in every build. One condition each: split instead of `&&`.
#define FOVEA_ASSERT(condition) \
  ((condition) ? (void)0 : ::fovea::core::assertion_failed(#condition, __FILE__, __LINE__))
