#pragma once

#include "net/http_server.h"
#include "site/rules.h"

namespace fovea::site {

// The routes /api/v1/rules as openapi.json describes them. Threads: any.
net::Response list_rules(const Rules& rules);
net::Response put_rule(Rules& rules, const net::Request& request);
net::Response remove_rule(Rules& rules, const net::Request& request);

}  // namespace fovea::site
