#include "site/http_api_pictures.h"

#include <fmt/format.h>

#include "codec/overlay.h"
#include "codec/png.h"
#include "core/ids.h"

namespace fovea::site {

namespace {

net::Response picture_response(const char* content_type, core::Buffer data) {
  net::Response response;
  response.content_type = content_type;
  response.body = std::move(data);
  return response;
}

net::Response frame_response(const core::EncodedFrame& frame) {
  net::Response response = picture_response("image/jpeg", frame.data);
  response.headers["x-frame-sequence"] = std::to_string(frame.sequence);
  response.headers["x-captured"] = core::to_rfc3339(frame.captured);
  return response;
}

net::Response mask_response(const DeviceMask& mask, core::Buffer png) {
  const auto& area = mask.mask.area;
  net::Response response = picture_response("image/png", std::move(png));
  response.headers["x-frame-sequence"] = std::to_string(mask.mask.frame_sequence);
  response.headers["x-captured"] = core::to_rfc3339(mask.mask.captured);
  response.headers["x-area"] = fmt::format("{},{},{},{}", area.x, area.y, area.width, area.height);
  return response;
}

core::Result<core::Buffer> draw_mask(const DeviceMask& mask, bool colour, bool frame_size) {
  auto map = class_map_of(mask);
  if (!map) return map.error();
  if (frame_size) *map = codec::scale_class_map(*map, mask.mask.area, mask.mask.frame);
  if (colour) *map = codec::colour_class_map(*map, *mask.classes);
  return codec::encode_png(*map);
}

}  // namespace

core::Result<bool> query_flag(const net::Request& request, const std::string& name) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return false;
  if (found->second == "1" || found->second == "true") return true;
  if (found->second == "0" || found->second == "false") return false;
  return core::Error{core::Code::bad_input, fmt::format("'{}' takes 1 or 0, not '{}'", name,
                                                        core::printable(found->second))};
}

void PictureRoutes::draw(const net::Request& request, const net::ResponderPtr& responder,
                         std::function<net::Response()> work) {
  const bool taken =
      worker_.submit(net::holder_of(request.identity),
                     [responder, work = std::move(work)] { responder->send(work()); });
  if (!taken) {
    responder->send(net::problem(503, "Busy", "too many pictures are being drawn; try again"));
  }
}

void PictureRoutes::frame(const net::Request& request, const net::ResponderPtr& responder) {
  const std::string& device = request.parameters.at("id");
  const auto overlay = query_flag(request, "overlay");
  if (!overlay) return responder->send(net::problem(overlay.error()));
  const FramePtr frame = site_.frame(device);
  if (!frame) {
    return responder->send(
        net::problem(404, "No picture", "there is no picture of " + device + " yet"));
  }
  if (*overlay) {
    return draw(request, responder, [this, device] {
      auto jpeg = worker_.overlay_jpeg(device);
      return jpeg ? picture_response("image/jpeg", *jpeg) : net::problem(jpeg.error());
    });
  }
  if (frame->codec == core::Codec::jpeg) return responder->send(frame_response(*frame));
  draw(request, responder, [this, device] {
    const auto jpeg = site_.jpeg(device);
    return jpeg ? frame_response(**jpeg) : net::problem(jpeg.error());
  });
}

void PictureRoutes::mask(const net::Request& request, const net::ResponderPtr& responder) {
  const std::string& device = request.parameters.at("id");
  const auto colour = query_flag(request, "colour");
  if (!colour) return responder->send(net::problem(colour.error()));
  const auto size = request.query.find("size");
  const bool frame_size = size != request.query.end() && size->second == "frame";
  if (size != request.query.end() && !frame_size && size->second != "network") {
    return responder->send(
        net::problem(400, "The request is wrong", "'size' takes 'frame' or 'network'"));
  }
  const MaskPtr mask = site_.mask(device);
  if (!mask) {
    return responder->send(net::problem(404, "No mask", "there is no mask of " + device + " yet"));
  }
  if (!*colour && !frame_size) return responder->send(mask_response(*mask, mask->mask.png));
  draw(request, responder, [mask, colour = *colour, frame_size] {
    auto png = draw_mask(*mask, colour, frame_size);
    return png ? mask_response(*mask, *png) : net::problem(png.error());
  });
}

}  // namespace fovea::site
