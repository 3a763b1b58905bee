#pragma once

#include <string>

#include "auth/service.h"
#include "net/http_server.h"

namespace fovea::site {

// Signing in and out over HTTP: /api/v1/session, /api/v1/setup, /api/v1/sessions. `service` is null
// where the listener asks nobody to sign in; the routes are there all the same and say so.
// Outlived by both. Threads: the server's I/O thread.
class AccountRoutes {
 public:
  AccountRoutes(net::HttpServer& server, auth::Service* service);

 private:
  void sign_in(const net::Request& request, net::ResponderPtr responder);
  void set_up(const net::Request& request, net::ResponderPtr responder);
  net::Response who(const net::Request& request) const;
  void sign_out(const net::Request& request, net::ResponderPtr responder);
  net::Response sessions(const net::Request& request) const;
  void end_session(const net::Request& request, net::ResponderPtr responder);

  auth::Service* const service_;
};

}  // namespace fovea::site
