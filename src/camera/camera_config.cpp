#include "camera/camera_config.h"

#include <fmt/format.h>

#include <set>

#include "core/ids.h"
#include "core/limits.h"
#include "wire/device_name.h"

namespace fovea::camera {

namespace {

using core::Code;
using core::Error;

void read_transform(core::YamlMap& map, video::SourceOptions& options) {
  if (const auto size = map.optional_text("size")) {
    auto parsed = video::parse_size(*size);
    if (parsed) options.size = *parsed;
    if (!parsed) map.problem("size", "is wrong: " + parsed.error().message);
  }
  if (const auto crop = map.optional_text("crop")) {
    auto parsed = video::parse_crop(*crop);
    if (parsed) options.transform.crop = *parsed;
    if (!parsed) map.problem("crop", "is wrong: " + parsed.error().message);
  }
  options.transform.rotate = static_cast<int>(map.integer("rotate", 0, 0, 270));
  if (auto good = video::check_rotate(options.transform.rotate); !good) {
    map.problem("rotate", "is wrong: " + good.error().message);
  }
  const std::string flip = map.text("flip", "none");
  if (auto good = video::parse_flip(flip, options.transform); !good) {
    map.problem("flip", "is wrong: " + good.error().message);
  }
}

core::Status check_main(const AgentOptions& options) {
  if (options.main_source.empty()) return {};
  if (auto known = video::check_spec(options.main_source); !known) return known;
  if (options.source_options.transform.crop && !options.privacy.empty()) {
    return Error{Code::bad_input,
                 "a large stream shows more than what 'crop' leaves, and then privacy areas would "
                 "lie elsewhere in it: leave out one of 'main', 'crop' and 'privacy'"};
  }
  return core::check_name("main stream", main_stream_name(options.stream.device));
}

AgentOptions read_camera(core::YamlMap& map, const std::string& site) {
  AgentOptions options;
  options.stream = {site, map.text("name")};
  options.source = map.text_with_environment("source");
  options.source_written = map.text("source");
  options.main_source = map.text_with_environment("main");
  options.main_written = map.text("main");
  options.source_options.secrets = map.secrets();
  read_transform(map, options.source_options);
  options.source_options.fps =
      map.number("fps", 0, core::limits::camera_fps_min, core::limits::camera_fps_max);
  options.source_options.loop = map.flag("loop", true);
  options.quality = static_cast<int>(map.integer("quality", quality_default, 1, 100));
  options.publish_truth = map.flag("publish_truth", false);
  options.adapt = map.flag("adapt", true);
  options.gating = map.flag("gating", false);
  auto privacy = parse_privacy(map.texts("privacy"));
  if (!privacy) map.problem("privacy", "is wrong: " + privacy.error().message);
  if (privacy) options.privacy = *std::move(privacy);
  const auto codec = parse_codec(map.text("codec", "auto"));
  if (!codec) map.problem("codec", "is wrong: " + codec.error().message);
  if (codec) options.codec = *codec;

  if (!map.has("name")) {
    map.problem("", "a camera needs a 'name'");
  } else if (auto good = wire::check_device_name("camera", options.stream.device); !good) {
    map.problem("name", "is wrong: " + good.error().message);
  }
  if (!map.has("source")) {
    map.problem("", "a camera needs a 'source', such as rtsp://HOST/PATH");
  } else if (!options.source.empty()) {
    if (auto known = video::check_spec(options.source); !known) {
      map.problem("source", "is wrong: " + known.error().message);
    }
  }
  if (auto good = check_main(options); !good) {
    map.problem("main", "is wrong: " + good.error().message);
  }
  return options;
}

}  // namespace

std::vector<AgentOptions> read_cameras(core::YamlMap root, const std::string& site) {
  std::vector<AgentOptions> cameras;
  std::set<std::string> names;
  for (auto& map : root.maps("cameras")) {
    auto options = read_camera(map, site);
    if (!names.insert(options.stream.device).second) {
      map.problem("name", "is used by another camera already; names tell streams apart");
    }
    if (cameras.size() == core::limits::devices_max) {
      map.problem("", "there are more cameras than a site takes");
      break;
    }
    cameras.push_back(std::move(options));
  }
  return cameras;
}

core::Status check_options(const AgentOptions& options) {
  if (auto good = check_main(options); !good) return good;
  if (auto good = core::check_name("site", options.stream.site); !good) return good;
  if (auto good = wire::check_device_name("device", options.stream.device); !good) return good;
  if (auto good = video::check_rotate(options.source_options.transform.rotate); !good) return good;
  if (options.quality < 1 || options.quality > 100) {
    return Error{Code::bad_input, "the quality of JPEG is 1 to 100"};
  }
  const double fps = options.source_options.fps;
  const bool in_range = fps >= core::limits::camera_fps_min && fps <= core::limits::camera_fps_max;
  if (fps != 0 && !in_range) {
    return Error{Code::bad_input,
                 fmt::format("the rate is {} to {} pictures a second", core::limits::camera_fps_min,
                             core::limits::camera_fps_max)};
  }
  return video::check_spec(options.source);
}

}  // namespace fovea::camera
