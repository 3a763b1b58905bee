#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "core/result.h"
#include "video/source.h"

namespace fovea::video {

// Which hall, and how far it is from the ordinary one (domain shift). A seed gives a hall of its
// own: layout, colours, people, camera; all seeds with the same shifts are one domain.
struct SceneOptions {
  uint32_t seed = 1;
  bool night = false;        // lamps out but a few, dark windows, a noisier picture
  bool fog = false;          // thick air
  bool other_parts = false;  // other shapes and colours for the same part classes
  int view = 0;              // 0: the hall's own camera; 1..4: left, right, back, from above
  bool shake = true;         // the camera trembles
  bool noise = true;         // sensor noise
  // Share of each minute in which anything moves; below 1 the hall's own people are away, and one
  // visitor walks through the picture while the machines run.
  double activity = 1;
  bool clock = false;  // of a camera: the capture time is painted in (paint_clock())

  bool operator==(const SceneOptions&) const = default;
};

inline constexpr int scene_view_max = 4;
inline constexpr core::Size scene_default_size{640, 360};

// Reads what follows `synthetic:`, e.g. "7", "7?shift=night,fog&view=2": SEED (0..4294967295),
// then any of shift=night,fog,parts; view=0..4; shake=off; noise=off; activity=0.01..1;
// clock=on.
// Errors: bad_input; the message says what is possible.
core::Result<SceneOptions> parse_scene_options(std::string_view text);

struct SceneFrame {
  core::Image picture;  // rgb24
  GroundTruth truth;    // of exactly this picture, shake included; classes of scene_classes.h
};

// A point of the picture, 0..1 from left to right and from top to bottom (may lie outside).
struct ScenePoint {
  double x = 0;
  double y = 0;
};

// A hall seen by one camera at one size. Making one costs as much as tens of frames (everything
// that stands still is painted then); a frame after that is cheap.
// A frame is a pure function of (options, size, time): what was rendered before does not matter.
// Boxes are those of people, forklifts, robots and parts, tight round what is visible of each in
// the class map; score 1; nothing for what shows fewer than scene_box_pixels_min pixels.
// Threads: one at a time; instances share nothing. Memory: about 60 bytes per pixel.
class Scene {
 public:
  // Errors: bad_input (an empty size, more than limits::picture_*, no such view).
  static core::Result<Scene> open(const SceneOptions& options, core::Size size);
  ~Scene();
  Scene(Scene&&) noexcept;
  Scene& operator=(Scene&&) noexcept;

  // The hall at `time_s` seconds after its beginning, any number below 1e10 in size.
  SceneFrame render(double time_s);

  // The floor round the robot that nobody should enter, as seen without shake.
  std::vector<ScenePoint> danger_zone() const;
  // How many people stand in it at that time (visible or not).
  int people_in_danger(double time_s) const;

 private:
  struct State;
  explicit Scene(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

inline constexpr int scene_box_pixels_min = 4;

// One frame of a hall that is not needed again.
core::Result<SceneFrame> render(const SceneOptions& options, double time_s, core::Size size);

}  // namespace fovea::video
