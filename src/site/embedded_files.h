#pragma once

#include <span>

#include "core/embedded_file.h"

namespace fovea::site {

using core::EmbeddedFile;

// "web/index.html", "openapi.json". Without web/dist at configure time there are no "web/" files;
// see WebFiles.
std::span<const EmbeddedFile> embedded_files();

}  // namespace fovea::site
