#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "video/probe.h"

namespace fovea::video {

// What an error means, and what to do. Pure.
SourceProbe::Failure explain_spec(const std::string& spec,
                                  const core::Error& error);  // of check_spec()
SourceProbe::Failure explain_host(const core::Error& error);  // of check_host()
// Of opening or reading SPEC.
SourceProbe::Failure explain(const std::string& spec, const core::Error& error);

// What a source that works could do better. Pure.
std::vector<std::string> hints_for(const SourceProbe& probe);

}  // namespace fovea::video
