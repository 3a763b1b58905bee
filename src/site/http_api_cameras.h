#pragma once

#include "net/http_server.h"
#include "site/cameras.h"
#include "site/job_threads.h"
#include "site/site.h"

namespace fovea::site {

// /api/v1/cameras: the cameras of the site's own process; trying, adding and removing them. What
// blocks runs on threads of its own: two for trials, one for changes. `cameras` may be null: then
// there are none, and none can be added. Outlived by all three but for the server, which goes
// first. Threads: the server's I/O thread.
class CameraRoutes {
 public:
  CameraRoutes(net::HttpServer& server, Site& site, Cameras* cameras);

  void stop();  // ends trials under way; nothing is called afterwards

 private:
  net::Response list() const;
  void probe(const net::Request& request, const net::ResponderPtr& responder);
  void add(const net::Request& request, const net::ResponderPtr& responder);
  void remove(const net::Request& request, const net::ResponderPtr& responder);
  core::Status check_free(const std::string& name) const;

  Site& site_;
  Cameras* const cameras_;
  std::unique_ptr<JobThreads> trials_;
  std::unique_ptr<JobThreads> changes_;
};

}  // namespace fovea::site
