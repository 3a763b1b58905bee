#include "core/result.h"

#include <cstdio>
#include <cstdlib>

namespace fovea::core {

const char* to_string(Code code) {
  switch (code) {
    case Code::bad_input: return "bad_input";
    case Code::not_found: return "not_found";
    case Code::exists: return "exists";
    case Code::denied: return "denied";
    case Code::timeout: return "timeout";
    case Code::busy: return "busy";
    case Code::closed: return "closed";
    case Code::unsupported: return "unsupported";
    case Code::io: return "io";
    case Code::internal: return "internal";
  }
  return "internal";
}

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "fovea: assertion failed: %s at %s:%d (a bug; please report it)\n",
               condition, file, line);
  std::abort();
}

}  // namespace fovea::core
