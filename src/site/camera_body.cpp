#include "site/camera_body.h"

#include <nlohmann/json.hpp>

#include "core/ids.h"

namespace fovea::site {

namespace {

constexpr size_t source_bytes_max = 2048;
constexpr size_t codec_bytes_max = 16;

// Takes the text of this name out of `json`; false: it is there and no such text.
bool take(nlohmann::json& json, const char* name, size_t bytes_max, std::string& into) {
  const auto found = json.find(name);
  if (found == json.end()) return true;
  if (!found->is_string()) return false;
  into = found->get<std::string>();
  json.erase(found);
  return into.size() <= bytes_max;
}

}  // namespace

core::Result<std::string> parse_probe_body(std::string_view body) {
  auto json = nlohmann::json::parse(body, nullptr, false);
  std::string source;
  const bool good = json.is_object() && take(json, "source", source_bytes_max, source) &&
                    !source.empty() && json.empty();
  if (good) return source;
  return core::Error{core::Code::bad_input, R"(the body is {"source": "rtsp://HOST/PATH"})"};
}

core::Result<NewCamera> parse_camera_body(std::string_view body) {
  auto json = nlohmann::json::parse(body, nullptr, false);
  NewCamera camera;
  const bool good = json.is_object() && take(json, "name", 256, camera.name) &&
                    take(json, "source", source_bytes_max, camera.source) &&
                    take(json, "codec", codec_bytes_max, camera.codec) && json.empty() &&
                    !camera.source.empty();
  if (!good) {
    return core::Error{core::Code::bad_input,
                       R"(the body is {"name": "yard", "source": "rtsp://HOST/PATH"}, and )"
                       R"("codec" if it is not to be auto)"};
  }
  if (auto named = core::check_name("camera", camera.name); !named) return named.error();
  return camera;
}

}  // namespace fovea::site
