#pragma once

#include <string>

#include "core/result.h"

namespace fovea::core {

// Plug-ins are shared objects `libfovea_<name>.so` in `lib/fovea/` beside the program's `bin/`
// (or in the folder FOVEA_PLUGINS names). They are opened when first used and never closed
// (their libraries keep threads). Program and plug-in must come from one build: each plug-in
// exports `extern "C" const char* fovea_plugin_build_id()`, compared with build_id().
// That keeps mistakes out, and is no boundary: by then the plug-in's constructors have run. Whoever
// sets FOVEA_PLUGINS runs code here; the units of systemd unset it.
// Threads: any.
//
// Returns the address of the exported factory function `symbol`. Errors: unsupported (this build
// has no such plug-in, or it belongs to another build; the message says which file was tried).
Result<void*> open_plugin(const std::string& name, const std::string& symbol);

// Where they are, and fovea-train too.
std::string plugin_folder();

// Identifies the build: version and a hash of the sources' commit or build time.
const char* build_id();

// The folder that holds `bin/` and `lib/` of the running program.
std::string install_root();

}  // namespace fovea::core

// Placed once in each plug-in, beside its factory.
#define FOVEA_PLUGIN_BUILD_ID                                                             \
  extern "C" __attribute__((visibility("default"))) const char* fovea_plugin_build_id() { \
    return ::fovea::core::build_id();                                                     \
  }
