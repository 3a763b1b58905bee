#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/context.h"
#include "net/http_server.h"
#include "site/http_api_json.h"
#include "site/mjpeg_overlay.h"
#include "site/observer.h"
#include "site/rate_meter.h"

namespace fovea::site {

// GET /devices/{id}/video.mjpg for VLC and old browsers: multipart/x-mixed-replace, the camera's
// own JPEG bytes (of H.264 what the site makes of it meanwhile), or with ?overlay=1 the newest mask
// and boxes drawn on them (once per frame for all who watch). Newest wins per viewer; what a viewer
// did not get is counted for it. Threads: any. Limit: the server's connections.
class MjpegStreams final : public Observer {
 public:
  MjpegStreams(const Site& site, OverlayWorker& worker, const core::Context& context);

  void serve(const net::Request& request, bool overlay, const net::ResponderPtr& responder);
  void on_frame(const std::string& device, const FramePtr& frame) override;
  void on_jpeg(const std::string& device, const FramePtr& frame) override;

  std::vector<ViewerView> viewers() const;
  void add_viewed(std::map<std::string, ViewedDevice>& devices) const;
  void close();  // all streams

 private:
  struct Stream {
    std::string device;
    std::string peer;
    bool overlay = false;
    std::shared_ptr<net::BodyStream> body;
    std::shared_ptr<void> jpeg_wanted;
    RateMeter rate;
    uint64_t dropped = 0;  // as counted so far
  };
  using StreamPtr = std::shared_ptr<Stream>;

  void forget_ended();
  std::vector<StreamPtr> streams_of(const std::string& device, bool overlay) const;
  void write(const std::vector<StreamPtr>& streams, const core::Buffer& part);
  void count_dropped(const std::string& device, uint64_t frames);
  void draw_and_write(const std::string& device);

  const Site& site_;
  OverlayWorker& worker_;
  const core::Context context_;
  mutable std::mutex mutex_;  // guards streams_, what is in them, and drawing_
  std::vector<StreamPtr> streams_;
  std::set<std::string> drawing_;  // a job waits for this device
};

// One picture as a part of the stream, with the boundary after it, so that browsers show it at
// once.
core::Buffer mjpeg_part(std::span<const uint8_t> jpeg);

}  // namespace fovea::site
