#pragma once

#include "auth/service.h"
#include "net/http_server.h"

namespace fovea::site {

// Who may sign in, for admins: /api/v1/users; and everybody's own password. `service` is null where
// the listener asks nobody to sign in: then there are no users to list, and none can be made here.
// Nobody who is signed in removes or demotes themselves. Outlived by both.
// Threads: the server's I/O thread; what is slow runs on the service's, which may outlive this.
class UserRoutes {
 public:
  UserRoutes(net::HttpServer& server, auth::Service* service);

 private:
  net::Response list() const;
  void add(const net::Request& request, const net::ResponderPtr& responder);
  void change(const net::Request& request, const net::ResponderPtr& responder);
  void remove(const net::Request& request, const net::ResponderPtr& responder);
  void change_own_password(const net::Request& request, const net::ResponderPtr& responder);

  auth::Service* const service_;
};

}  // namespace fovea::site
