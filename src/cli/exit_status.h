#pragma once

#include "cli/command.h"
#include "core/result.h"

namespace fovea::cli {

// What a command ends with after this error: 2 where the caller can mend it, else 1.
inline int exit_status(const core::Error& error) {
  switch (error.code) {
    case core::Code::bad_input:
    case core::Code::not_found:
    case core::Code::exists:
    case core::Code::unsupported: return exit_usage;
    default: return exit_failed;
  }
}

}  // namespace fovea::cli
