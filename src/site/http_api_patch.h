#pragma once

#include "core/result.h"
#include "net/http_server.h"
#include "site/site.h"

namespace fovea::site {

// The body of PATCH /api/v1/devices/{id}: {"model":"name"|null,"fps_max":5|null,"weight":2|null,
// "gating":true|null,"name":"text"|null,"paused":true|null,"results_from":"site"|"device"|null}.
// Errors: bad_input (no JSON object, unknown names with the nearest one, wrong types).
core::Result<DeviceChange> parse_device_change(std::string_view body);

// A model that PATCH asks for must be one of those that GET /api/v1/models lists: the catalog's and
// the configured ones, never a path of the caller's choice. Errors: bad_input.
core::Status check_offered(const DeviceChange& change, const std::vector<ModelView>& models);

// True for "application/json" with or without parameters.
bool is_json_request(const net::Request& request);
// The answer to one that is not: 415.
net::Response json_needed();

}  // namespace fovea::site
