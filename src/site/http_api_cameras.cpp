#include "site/http_api_cameras.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base64.h"
#include "core/ids.h"
#include "core/json.h"
#include "site/camera_body.h"
#include "site/http_api_json.h"
#include "site/http_api_patch.h"

namespace fovea::site {

using core::Json;
using net::problem;
using net::Request;
using net::ResponderPtr;
using net::Response;
using net::Scope;

namespace {

// Each holds a connection to a camera, and cameras allow few.
constexpr size_t trials_at_once = 2;
constexpr size_t trials_waiting_max = 4;
constexpr size_t changes_waiting_max = 16;

Json to_json(const CameraView& camera) {
  return {{"name", camera.name},
          {"source", camera.source},
          {"codec", camera.codec},
          {"removable", camera.removable}};
}

Json number_or_null(double value) { return value > 0 ? Json(value) : Json(nullptr); }

std::string text_of(const core::Buffer& bytes) {
  return {reinterpret_cast<const char*>(bytes.span().data()), bytes.size()};
}

Response answer(const CameraTrial& trial) {
  if (!trial.trouble.empty()) {
    const Json document = {{"type", "about:blank"},
                           {"title", "The camera does not work"},
                           {"status", 422},
                           {"detail", fmt::format("{}. {}.", trial.problem, trial.advice)},
                           {"trouble", trial.trouble},
                           {"problem", trial.problem},
                           {"advice", trial.advice}};
    Response response = net::json_response(dump(document), 422);
    response.content_type = "application/problem+json";
    return response;
  }
  const Json picture =
      trial.picture.empty() ? Json() : Json(core::base64_encode(text_of(trial.picture)));
  return net::json_response(dump({{"source", trial.source},
                                  {"codec", trial.codec},
                                  {"width", trial.size.width},
                                  {"height", trial.size.height},
                                  {"fps", number_or_null(trial.fps)},
                                  {"fps_stated", number_or_null(trial.fps_stated)},
                                  {"has_sound", trial.has_sound},
                                  {"hints", trial.hints},
                                  {"picture", picture}}));
}

Response none_here() {
  return problem(409, "No cameras here", "this site reads no cameras itself");
}

std::string with_doer(const char* what, const std::string& who) {
  return who.empty() ? what : fmt::format("{} by {}", what, who);
}

}  // namespace

CameraRoutes::CameraRoutes(net::HttpServer& server, Site& site, Cameras* cameras)
    : site_(site),
      cameras_(cameras),
      trials_(std::make_unique<JobThreads>("camera trial", trials_at_once, trials_waiting_max)),
      changes_(std::make_unique<JobThreads>("cameras", 1, changes_waiting_max)) {
  const auto change = [&](const char* method, const char* pattern, auto handler) {
    server.route(method, pattern, Scope::admin,
                 [this, handler](const Request& request, const ResponderPtr& responder) {
                   if (cameras_ == nullptr) return responder->send(none_here());
                   (this->*handler)(request, responder);
                 });
  };
  server.route("GET", "/api/v1/cameras", Scope::view,
               [this](const Request&, const ResponderPtr& to) { to->send(list()); });
  change("POST", "/api/v1/cameras", &CameraRoutes::add);
  change("POST", "/api/v1/cameras/probe", &CameraRoutes::probe);
  change("DELETE", "/api/v1/cameras/{name}", &CameraRoutes::remove);
}

void CameraRoutes::stop() {
  trials_.reset();
  changes_.reset();
}

Response CameraRoutes::list() const {
  Json list = Json::array();
  if (cameras_ != nullptr) {
    for (const auto& camera : cameras_->list()) list.push_back(to_json(camera));
  }
  return net::json_response(dump({{"cameras", std::move(list)}}));
}

void CameraRoutes::probe(const Request& request, const ResponderPtr& responder) {
  if (!is_json_request(request)) return responder->send(json_needed());
  const auto source = parse_probe_body(request.body.text());
  if (!source) return responder->send(problem(source.error()));
  run_job(
      *trials_, request,
      [this, source = *source, responder](const std::stop_token& stop) {
        const auto trial = cameras_->probe(source, stop);
        responder->send(trial ? answer(*trial) : problem(trial.error()));
      },
      responder);
}

// A device that somebody else's camera publishes must not get a second voice.
core::Status CameraRoutes::check_free(const std::string& name) const {
  const auto device = site_.device(name);
  if (!device || device->state == DeviceState::away) return {};
  if (device->state == DeviceState::connecting && device->frames == 0) return {};
  return core::Error{core::Code::exists,
                     fmt::format("there is a device '{}' already; choose another name", name)};
}

void CameraRoutes::add(const Request& request, const ResponderPtr& responder) {
  if (!is_json_request(request)) return responder->send(json_needed());
  const auto camera = parse_camera_body(request.body.text());
  if (!camera) return responder->send(problem(camera.error()));
  if (auto free = check_free(camera->name); !free) return responder->send(problem(free.error()));
  run_job(
      *changes_, request,
      [this, camera = *camera, who = request.identity.name, responder](const std::stop_token&) {
        const auto added = cameras_->add(camera);
        if (!added) return responder->send(problem(added.error()));
        site_.add_event(EventKind::device, camera.name, with_doer("added", who));
        responder->send(net::json_response(dump(to_json(*added)), 201));
      },
      responder);
}

void CameraRoutes::remove(const Request& request, const ResponderPtr& responder) {
  run_job(
      *changes_, request,
      [this, name = request.parameters.at("name"), who = request.identity.name,
       responder](const std::stop_token&) {
        if (auto removed = cameras_->remove(name); !removed) {
          return responder->send(problem(removed.error()));
        }
        site_.add_event(EventKind::device, name, with_doer("its camera was removed", who));
        Response response;
        response.status = 204;
        responder->send(std::move(response));
      },
      responder);
}

}  // namespace fovea::site
