#pragma once

#include <string>
#include <vector>

#include "bus/bus.h"
#include "bus/url.h"
#include "core/result.h"
#include "core/yaml_reader.h"

namespace fovea::bus {

// The bus follows the rule of the site's listener: on loopback and in this process nobody is asked
// for anything, beyond that a bus has credentials and TLS, or somebody has said that it may be
// open. Pure; threads: any.

// As it is written: "false", "unencrypted", "true". Errors: bad_input.
core::Result<BusOpen> parse_bus_open(const std::string& text);
const char* to_string(BusOpen open);
// The key `bus_open` of a configuration; problems stay with the reader.
BusOpen read_bus_open(core::YamlMap& root);

bool has_credentials(const Url& url);
bool is_encrypted(const Url& url);

// What the way to this broker lacks; nothing on loopback.
std::vector<Warning> open_ways(const Url& url);

// Errors: bad_input: the URL (its secrets masked), what it lacks, and the ways out.
core::Status check_open(const std::string& url, BusOpen allowed);

}  // namespace fovea::bus
