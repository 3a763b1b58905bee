#include "site/camera_body.h"

#include "core/ids.h"
#include "core/json_reader.h"

namespace fovea::site {

namespace {

constexpr size_t source_bytes_max = 2048;
constexpr size_t codec_bytes_max = 16;

}  // namespace

core::Result<std::string> parse_probe_body(std::string_view body) {
  constexpr const char* wanted = R"(the body is {"source": "rtsp://HOST/PATH"})";
  const auto json = core::parse_json_object(body);
  if (!json) return json.error().context(wanted);
  core::JsonReader reader(*json);
  std::string source = reader.filled_text("source", source_bytes_max);
  if (auto good = reader.finish(); !good) return good.error().context(wanted);
  return source;
}

core::Result<NewCamera> parse_camera_body(std::string_view body) {
  constexpr const char* wanted =
      R"(the body is {"name": "yard", "source": "rtsp://HOST/PATH"}, and "codec" if not auto)";
  const auto json = core::parse_json_object(body);
  if (!json) return json.error().context(wanted);
  core::JsonReader reader(*json);
  NewCamera camera;
  camera.name = reader.optional_text("name", 256).value_or("");
  camera.source = reader.filled_text("source", source_bytes_max);
  camera.codec = reader.optional_text("codec", codec_bytes_max).value_or(camera.codec);
  if (auto good = reader.finish(); !good) return good.error().context(wanted);
  if (auto named = core::check_name("camera", camera.name); !named) return named.error();
  return camera;
}

}  // namespace fovea::site
