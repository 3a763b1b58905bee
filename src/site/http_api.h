#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "auth/service.h"
#include "core/context.h"
#include "net/http_server.h"
#include "site/http_api_accounts.h"
#include "site/http_api_cameras.h"
#include "site/http_api_pictures.h"
#include "site/http_api_users.h"
#include "site/job_threads.h"
#include "site/live_hub.h"
#include "site/mjpeg.h"
#include "site/mjpeg_overlay.h"
#include "site/site.h"
#include "site/web_files.h"

namespace fovea::site {

struct HttpApiOptions {
  net::ServerOptions server;
  std::string version;
  std::string web_dir;  // serves the page from this folder instead of the program
  LiveHubOptions live;
  Cameras* cameras = nullptr;     // of this process; null: none
  auth::Service* auth = nullptr;  // who may do what; null: everybody all, on loopback only
};

// Everything the site says over HTTP: the REST API, pictures and streams, the live WebSocket,
// metrics and the page. openapi.json describes every route; a test holds the two together.
// Life: constructed before Site::start() (it observes the site); start() after it; destroyed
// after Site::stop() and before the site. Threads: the owner's.
class HttpApi {
 public:
  HttpApi(Site& site, const HttpApiOptions& options, const core::Context& context);
  ~HttpApi();
  HttpApi(const HttpApi&) = delete;
  HttpApi& operator=(const HttpApi&) = delete;

  core::Status start();  // Errors: those of HttpServer::start()
  int port() const;
  core::Status reload_tls() { return server_->reload_tls(); }
  std::vector<net::HttpServer::Route> routes() const;
  // When the server's I/O thread last answered this very question, which asks it again. Ask every
  // second, and a time that stands still is a thread that hangs.
  core::SteadyTime last_beat();

 private:
  using Answer = std::function<net::Response(const net::Request&)>;

  void add(const std::string& method, const std::string& pattern, net::Scope scope, Answer answer);
  // The same on other threads than the server's: for what is written to disk, and for what takes
  // long to gather or waits for a lock.
  void add_change(const std::string& method, const std::string& pattern, net::Scope scope,
                  Answer answer, size_t body_bytes_max = 0);
  void add_read(const std::string& pattern, Answer answer);
  void add_job(JobThreads& threads, const std::string& method, const std::string& pattern,
               net::Scope scope, size_t body_bytes_max, Answer answer);
  // The answer of a route below a device: 404 when there is no such device.
  Answer of_device(Answer answer);
  void add_device_picture(const std::string& pattern, net::RequestHandler handler);
  void add_routes();
  void add_device_routes();
  void add_rule_routes();

  void add_sign_in_page();

  net::Response readiness(const net::Request& request) const;
  net::Response site_info() const;
  net::Response events(const net::Request& request) const;
  net::Response event_picture(const net::Request& request) const;
  net::Response patch_device(const net::Request& request);
  net::Response forget_device(const net::Request& request);

  // Who looks at what, as only the I/O thread knows.
  struct Watchers {
    std::vector<ViewerView> viewers;
    std::map<std::string, ViewedDevice> viewed;
  };
  Watchers watchers() const;
  // `whole`: with what only admins may know, the log and who looks from where. Any thread.
  std::string system_text(Watchers watchers, bool whole) const;
  void send_system(const net::Request& request, const net::ResponderPtr& responder);

  struct Beat {
    explicit Beat(core::SteadyTime now) : last(now) {}
    std::atomic<core::SteadyTime> last;
    std::atomic<bool> asked = false;
  };

  Site& site_;
  const HttpApiOptions options_;
  const core::Context context_;
  const std::shared_ptr<Beat> beat_;
  WebFiles web_files_;
  OverlayWorker worker_;
  PictureRoutes pictures_;
  MjpegStreams mjpeg_;
  std::unique_ptr<LiveHub> hub_;
  std::unique_ptr<AccountRoutes> accounts_;
  std::unique_ptr<UserRoutes> users_;
  std::unique_ptr<CameraRoutes> cameras_;
  std::unique_ptr<JobThreads> changes_;
  std::unique_ptr<JobThreads> reads_;
  std::unique_ptr<net::HttpServer> server_;  // last: stops first, then no handler runs any more
};

}  // namespace fovea::site
