#pragma once

#include <string>

#include "cli/site_setup.h"
#include "core/result.h"

namespace fovea::cli {

// A bug report's facts about a site and its machine, as one JSON document: effective configuration
// (masked), versions, plug-ins and engine, the machine, the state folder (counts only), and of the
// running site, where it can be asked: devices, counters, events, its last log lines. No secrets,
// no pictures. What cannot be found out stands under "problems" in words; it never fails, as it is
// for sites that are broken.
//
// One document instead of an archive: it needs no further library, a person can look through it
// before sending it, and `jq` takes it apart.
//
// A site that asks people to sign in is asked with a token (scope `view`) that is made in its state
// for this question and removed again. `log_file` may be empty.
std::string diagnose(const SiteFlags& flags, const std::string& log_file);

// For its owner only (0600), replacing what is there; no link is followed. Errors: io.
core::Status write_diagnosis(const std::string& file, const std::string& text);

}  // namespace fovea::cli
