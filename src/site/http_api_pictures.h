#pragma once

#include "net/http_server.h"
#include "site/mjpeg_overlay.h"
#include "site/site.h"

namespace fovea::site {

// GET /devices/{id}/frame.jpg and /devices/{id}/mask.png: the newest of each, as they came; what
// must be decoded or drawn is on the worker's thread. Threads: the server's I/O thread.
class PictureRoutes {
 public:
  PictureRoutes(const Site& site, OverlayWorker& worker) : site_(site), worker_(worker) {}

  // ?overlay=1: mask and boxes on it
  void frame(const net::Request& request, const net::ResponderPtr& responder);
  // ?colour=1: in the palette's colours; ?size=frame: at the frame's size
  void mask(const net::Request& request, const net::ResponderPtr& responder);

 private:
  void draw(const net::Request& request, const net::ResponderPtr& responder,
            std::function<net::Response()> work);

  const Site& site_;
  OverlayWorker& worker_;
};

// "1" or "true", "0" or "false"; absent: false. Errors: bad_input.
core::Result<bool> query_flag(const net::Request& request, const std::string& name);

}  // namespace fovea::site
