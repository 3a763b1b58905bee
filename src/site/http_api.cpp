#include "site/http_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/ids.h"
#include "core/json.h"
#include "site/embedded_files.h"
#include "site/http_api_json.h"
#include "site/http_api_patch.h"
#include "site/http_api_rules.h"
#include "site/http_api_waiting.h"

namespace fovea::site {

using core::Json;
using net::Request;
using net::ResponderPtr;
using net::Response;
using net::Scope;

namespace {

net::Response unknown_device(const std::string& id) {
  return net::problem(
      404, "No such device",
      fmt::format("there is no device '{}'; GET /api/v1/devices lists them", core::printable(id)));
}

core::Buffer embedded(std::string_view name) {
  for (const auto& file : embedded_files()) {
    if (file.name == name) return {nullptr, file.data};
  }
  return {};
}

constexpr size_t changes_waiting_max = 16;
constexpr size_t reads_waiting_max = 256;  // every page asks for the rules now and then

// Places for all viewers and for those who ask beside them; of these for those who are not signed
// in.
constexpr size_t connections_beside_viewers = 256;
constexpr size_t strangers_max = 128;

// A rule with the most operators and corners, as the page writes it, has 25 KiB. What is read of it
// takes some 200 times as much memory.
constexpr size_t rule_bytes_max = 64u << 10;

HttpApiOptions completed(HttpApiOptions options) {
  options.live.version = options.version;
  options.server.connections_max = std::max(options.server.connections_max,
                                            options.live.viewers_max + connections_beside_viewers);
  options.server.strangers_max = strangers_max;
  options.server.connections_per_user_max = options.server.connections_max / 2;
  if (options.auth != nullptr) options.server.exact_origin = true;
  return options;
}

}  // namespace

HttpApi::HttpApi(Site& site, const HttpApiOptions& options, const core::Context& context)
    : site_(site),
      options_(completed(options)),
      context_(context),
      beat_(std::make_shared<Beat>(context.clock.steady())),
      web_files_(embedded_files(), options.web_dir),
      worker_(site),
      pictures_(site, worker_),
      mjpeg_(site, worker_, context),
      changes_(std::make_unique<JobThreads>("changes", 1, changes_waiting_max)),
      reads_(std::make_unique<JobThreads>("reads", 2, reads_waiting_max)),
      server_(net::make_http_server(options_.server, context)) {
  hub_ = std::make_unique<LiveHub>(site, *server_, options_.live, context);
  hub_->set_system_text([this](bool whole, LiveHub::Done done) {
    return reads_->run("hub", [this, whole, done = std::move(done),
                               watchers = watchers()](const std::stop_token&) {
      server_->post([done, text = system_text(watchers, whole)] { done(text); });
    });
  });
  site_.add_observer(*hub_);
  site_.add_observer(mjpeg_);
  add_routes();
  add_device_routes();
  add_rule_routes();
  add_sign_in_page();
  accounts_ = std::make_unique<AccountRoutes>(*server_, options_.auth);
  users_ = std::make_unique<UserRoutes>(*server_, options_.auth);
  cameras_ = std::make_unique<CameraRoutes>(*server_, site_, options_.cameras);
  if (options_.auth != nullptr) server_->set_guard(*options_.auth);
}

HttpApi::~HttpApi() {
  hub_->stop();
  mjpeg_.close();
  reads_->stop();  // while there is a server to post to
  server_.reset();
  cameras_->stop();
  changes_.reset();
  worker_.stop();
}

core::Status HttpApi::start() {
  core::Status started = server_->start();
  if (started) hub_->start();
  return started;
}

int HttpApi::port() const { return server_->port(); }

std::vector<net::HttpServer::Route> HttpApi::routes() const { return server_->routes(); }

core::SteadyTime HttpApi::last_beat() {
  if (!beat_->asked.exchange(true)) {
    server_->post([beat = beat_, &clock = context_.clock] {
      beat->last = clock.steady();
      beat->asked = false;
    });
  }
  return beat_->last;
}

void HttpApi::add(const std::string& method, const std::string& pattern, Scope scope,
                  Answer answer) {
  server_->route(
      method, pattern, scope,
      [answer = std::move(answer)](const Request& request, const ResponderPtr& responder) {
        responder->send(answer(request));
      });
}

void HttpApi::add_change(const std::string& method, const std::string& pattern, Scope scope,
                         Answer answer, size_t body_bytes_max) {
  add_job(*changes_, method, pattern, scope, body_bytes_max, std::move(answer));
}

void HttpApi::add_read(const std::string& pattern, Answer answer) {
  add_job(*reads_, "GET", pattern, Scope::view, 0, std::move(answer));
}

void HttpApi::add_job(JobThreads& threads, const std::string& method, const std::string& pattern,
                      Scope scope, size_t body_bytes_max, Answer answer) {
  server_->route(method, pattern, scope, body_bytes_max,
                 [&threads, answer = std::move(answer)](const Request& request,
                                                        const ResponderPtr& responder) {
                   run_job(
                       threads, request,
                       [answer, request, responder](const std::stop_token&) {
                         responder->send(answer(request));
                       },
                       responder);
                 });
}

HttpApi::Answer HttpApi::of_device(Answer answer) {
  return [this, answer = std::move(answer)](const Request& request) {
    const std::string& id = request.parameters.at("id");
    return site_.device(id) ? answer(request) : unknown_device(id);
  };
}

void HttpApi::add_device_picture(const std::string& pattern, net::RequestHandler handler) {
  server_->route(
      "GET", pattern, Scope::view,
      [this, handler = std::move(handler)](const Request& request, const ResponderPtr& responder) {
        const std::string& id = request.parameters.at("id");
        if (!site_.device(id)) return responder->send(unknown_device(id));
        handler(request, responder);
      });
}

void HttpApi::add_routes() {
  add("GET", "/healthz", Scope::open,
      [](const Request&) { return net::json_response(R"({"status":"ok"})"); });
  add("GET", "/readyz", Scope::open, [this](const Request& request) { return readiness(request); });
  add_read("/metrics", [this](const Request&) {
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = core::Buffer(context_.metrics.text());
    return response;
  });
  add("GET", "/api/v1/openapi.json", Scope::view, [](const Request&) {
    Response response;
    response.body = embedded("openapi.json");
    return response;
  });
  add("GET", "/api/v1/site", Scope::view, [this](const Request&) { return site_info(); });
  add("GET", "/api/v1/models", Scope::view, [this](const Request&) {
    Json list = Json::array();
    for (const auto& model : site_.models()) list.push_back(to_json(model));
    return net::json_response(dump({{"models", std::move(list)}}));
  });
  add_read("/api/v1/events", [this](const Request& request) { return events(request); });
  add("GET", "/api/v1/events/{number}/picture.jpg", Scope::view,
      [this](const Request& request) { return event_picture(request); });
  server_->route(
      "GET", "/api/v1/system", Scope::view,
      [this](const Request& request, const ResponderPtr& to) { send_system(request, to); });
  server_->websocket("/api/v1/live", Scope::view, [this](const Request& request) {
    return hub_->make_handler(request.identity.scope >= Scope::admin);
  });
  server_->fallback([this](const Request& request, const ResponderPtr& responder) {
    responder->send(web_files_.get(request));
  });
}

void HttpApi::add_device_routes() {
  add("GET", "/api/v1/devices", Scope::view, [this](const Request&) {
    return net::json_response(dump({{"devices", devices_json(site_.devices())}}));
  });
  add("GET", "/api/v1/devices/{id}", Scope::view, [this](const Request& request) {
    const std::string& id = request.parameters.at("id");
    const auto view = site_.device(id);
    return view ? net::json_response(dump(to_details_json(*view))) : unknown_device(id);
  });
  add_change("PUT", "/api/v1/devices/{id}", Scope::admin,
             [this](const Request& request) { return accept_device(site_, request); });
  add("GET", "/api/v1/waiting", Scope::view,
      [this](const Request&) { return list_waiting(site_); });
  add_change("DELETE", "/api/v1/waiting/{id}", Scope::admin,
             [this](const Request& request) { return ignore_device(site_, request); });
  add_change("PATCH", "/api/v1/devices/{id}", Scope::operate,
             of_device([this](const Request& request) { return patch_device(request); }));
  add_change("DELETE", "/api/v1/devices/{id}", Scope::admin,
             of_device([this](const Request& request) { return forget_device(request); }));
  add("GET", "/api/v1/devices/{id}/result", Scope::view, of_device([this](const Request& request) {
        const std::string& id = request.parameters.at("id");
        const ResultPtr result = site_.result(id);
        if (!result) {
          return net::problem(404, "No result", "there is no result of " + id + " yet");
        }
        return net::json_response(result->json);
      }));
  add_device_picture(
      "/devices/{id}/frame.jpg",
      [this](const Request& request, const ResponderPtr& to) { pictures_.frame(request, to); });
  add_device_picture(
      "/devices/{id}/mask.png",
      [this](const Request& request, const ResponderPtr& to) { pictures_.mask(request, to); });
  add_device_picture("/devices/{id}/video.mjpg",
                     [this](const Request& request, const ResponderPtr& to) {
                       const auto overlay = query_flag(request, "overlay");
                       if (!overlay) return to->send(net::problem(overlay.error()));
                       mjpeg_.serve(request, *overlay, to);
                     });
}

void HttpApi::add_rule_routes() {
  add_read("/api/v1/rules", [this](const Request&) { return list_rules(site_.rules()); });
  add_change(
      "PUT", "/api/v1/rules/{name}", Scope::operate,
      [this](const Request& request) { return put_rule(site_.rules(), request); }, rule_bytes_max);
  add_change("DELETE", "/api/v1/rules/{name}", Scope::operate,
             [this](const Request& request) { return remove_rule(site_.rules(), request); });
}

// All that a stranger may load.
void HttpApi::add_sign_in_page() {
  for (const char* pattern : {"/signin", "/signin/{file}", "/fovea.svg"}) {
    add("GET", pattern, Scope::open,
        [this](const Request& request) { return web_files_.get(request); });
  }
}

Response HttpApi::readiness(const Request& request) const {
  const auto bus = site_.bus_state();
  const bool connected = bus.connection == bus::Connection::connected;
  const bool served = site_.ready();
  const bool ready = connected && served;
  const char* status = ready ? "ready" : "not ready";
  if (request.identity.scope < Scope::view) {  // what exactly is missing is no stranger's business
    return net::json_response(dump({{"status", status}}), ready ? 200 : 503);
  }
  const Json json = {
      {"status", status},
      {"checks",
       {{{"name", "bus"}, {"ready", connected}, {"detail", bus.detail}},
        {{"name", "models"},
         {"ready", served},
         {"detail", served ? "every model was loaded or has said why not" : "still loading"}}}}};
  return net::json_response(dump(json), ready ? 200 : 503);
}

Response HttpApi::site_info() const {
  return net::json_response(
      dump({{"site", site_.name()},
            {"version", options_.version},
            {"started", core::to_rfc3339(site_.started())},
            {"bus", bus_json(site_.bus_capabilities(), site_.bus_state(), site_.bus_url())}}));
}

Response HttpApi::events(const Request& request) const {
  uint64_t after = 0;
  const auto found = request.query.find("after");
  if (found != request.query.end()) {
    const std::string& text = found->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), after);
    if (error != std::errc() || end != text.data() + text.size()) {
      return net::problem(400, "The request is wrong", "'after' takes the number of an event");
    }
  }
  Json list = Json::array();
  uint64_t newest = site_.timeline().newest();
  for (const auto& event : site_.timeline().after(after)) {
    list.push_back(to_json(event));
    newest = std::max(newest, event.number);
  }
  return net::json_response(dump({{"events", std::move(list)}, {"newest", newest}}));
}

Response HttpApi::event_picture(const Request& request) const {
  const std::string& text = request.parameters.at("number");
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  Response response;
  if (error == std::errc() && end == text.data() + text.size()) {
    response.body = site_.timeline().picture(number);
  }
  if (response.body.empty()) {
    return net::problem(404, "No picture", "this event has no picture, or it is not kept any more");
  }
  response.content_type = "image/jpeg";
  return response;
}

Response HttpApi::patch_device(const Request& request) {
  if (!is_json_request(request)) {
    return net::problem(415, "JSON needed", "send the change with Content-Type: application/json");
  }
  const auto change = parse_device_change(request.body.text());
  if (!change) return net::problem(change.error());
  if (const auto offered = check_offered(*change, site_.models()); !offered) {
    return net::problem(offered.error());
  }
  const auto view = site_.change_device(request.parameters.at("id"), *change);
  if (!view) return net::problem(view.error());
  return net::json_response(dump(to_details_json(*view)), change->model ? 202 : 200);
}

Response HttpApi::forget_device(const Request& request) {
  const auto done = site_.forget_device(request.parameters.at("id"));
  if (!done && (done.error().code == core::Code::busy || done.error().code == core::Code::denied)) {
    return net::problem(409, "It cannot be forgotten now", done.error().message);
  }
  if (!done) return net::problem(done.error());
  Response response;
  response.status = 204;
  return response;
}

HttpApi::Watchers HttpApi::watchers() const {
  Watchers watchers{hub_->viewers(), hub_->viewed()};
  mjpeg_.add_viewed(watchers.viewed);
  for (auto& viewer : mjpeg_.viewers()) watchers.viewers.push_back(std::move(viewer));
  return watchers;
}

std::string HttpApi::system_text(Watchers watchers, bool whole) const {
  auto system = site_.system();
  if (!whole) {
    system.log.clear();
    for (auto& viewer : watchers.viewers) viewer.peer.clear();
  }
  return dump(system_json(system, watchers.viewers, watchers.viewed));
}

void HttpApi::send_system(const Request& request, const ResponderPtr& responder) {
  const bool whole = request.identity.scope >= Scope::admin;
  run_job(
      *reads_, request,
      [this, whole, watchers = watchers(), responder](const std::stop_token&) {
        responder->send(net::json_response(system_text(watchers, whole)));
      },
      responder);
}

}  // namespace fovea::site
