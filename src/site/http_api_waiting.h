#pragma once

#include "net/http_server.h"
#include "site/site.h"

namespace fovea::site {

// Who may come in, over HTTP: GET /api/v1/waiting, PUT /api/v1/devices/{id} (accepts), DELETE
// /api/v1/waiting/{id} (ignores). Threads: any; all but the first write to disk.
net::Response list_waiting(Site& site);
net::Response accept_device(Site& site, const net::Request& request);
net::Response ignore_device(Site& site, const net::Request& request);

}  // namespace fovea::site
