#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/result.h"
#include "infer/runtime.h"

namespace fovea::infer {

// The engine that reads `path` (by its extension, or a folder), opened when first asked for.
// Errors: bad_input (no engine knows this kind of file; the message lists the known kinds),
// unsupported (the engine's plug-in is not part of this build).
core::Result<std::shared_ptr<const Runtime>> runtime_for(const std::string& path,
                                                         const core::Context& context);

// The file kinds that some engine of the list reads, sorted.
std::vector<std::string> model_extensions();

}  // namespace fovea::infer
