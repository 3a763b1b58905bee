#pragma once

#include <vector>

#include "video/scene.h"
#include "video/scene_classes.h"
#include "video/scene_math.h"

// What stands where in a hall, drawn from its seed, and where the moving things are at a time.
//
// The hall is a box: x from -width/2 to width/2, y from 0 to depth, z from 0 to height. The robot's
// cell has its own frame: the origin at the robot's base, x along the conveyor, which passes at
// negative y, and y away from it.
namespace fovea::video::scene {

// An instance's id is the byte that the renderer keeps per sample. Below scene_class_count it is
// the class itself: everything that is not counted one by one.
inline constexpr uint8_t robot_id = 12;
inline constexpr uint8_t forklift_id = 13;
inline constexpr uint8_t first_person_id = 14;  // and the driver, last
inline constexpr int people_max = 12;
inline constexpr uint8_t first_part_id = 32;
inline constexpr int part_ids = 110;  // per lane; far more than are visible at once
inline constexpr uint8_t id_of(SceneClass c) { return static_cast<uint8_t>(c); }

struct Rect {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  bool contains(Vec2 p) const { return p.x >= x0 && p.x <= x1 && p.y >= y0 && p.y <= y1; }
};

// A painted strip in the hall's frame.
struct Stripe {
  Vec2 from, to;
  float width = 0.1f;
  Rgb colour;
};

// A closed way that something goes round for ever.
struct Path {
  std::vector<Vec2> corners;
  float perimeter() const;
  // The place `distance` metres along, corners rounded.
  Vec2 at(float distance) const;
  float heading(float distance) const;
};

struct Clothes {
  Rgb vest, trousers, helmet, skin, sleeves;
  bool sash = false;  // reflective cross on the back
};

struct Person {
  Path path;  // empty: stands at `place` and works
  Vec2 place;
  float facing = 0;
  float speed = 1.2f;  // m/s
  float start = 0;     // metres along the path at time 0
  float height = 1.75f;
  bool carries = false;  // a box in front of the belly
  Clothes clothes;
};

struct Forklift {
  Path path;
  float speed = 1.5f;
  float start = 0;
  Rgb colour;
  Rgb load;
  int load_layers = 2;
};

struct RackBay {
  Pose pose;  // x along the front, y into the rack, origin at the front's left foot
  float width = 2.7f, depth = 1.1f, height = 3.2f;
  int levels = 3;
  uint32_t seed = 0;
};

struct Style {
  Rgb floor, wall, wainscot, roof, steel, line, robot, belt, frame, rack_post, rack_beam, zone;
  float floor_wear = 0.5f;   // 0..1
  float floor_gloss = 0.3f;  // 0..1
  int wall_kind = 0;         // 0 ribbed sheet, 1 panels, 2 brick
  int floor_kind = 0;        // 0 concrete, 1 tiles, 2 epoxy
};

struct Belt {
  float height = 0.85f, width = 1.1f;
  float from = -8, to = 8;  // along the cell's x
  float centre_y = -1.9f;   // in the cell's frame
  float speed = 0.45f;      // m/s, the sign is the direction along x
};

struct Layout {
  SceneOptions options;
  float width = 24, depth = 26, height = 7.5f;
  Pose cell;
  Belt belt;
  float outfeed_x = 1.9f;  // the second belt takes what the robot picks; runs along the cell's +y
  float outfeed_from = -0.6f, outfeed_to = 4.2f;
  float cycle_s = 4.5f;  // of the robot
  Rect zone;             // in the cell's frame
  std::vector<Stripe> stripes;
  std::vector<Person> people;
  Forklift forklift;
  std::vector<RackBay> racks;
  std::vector<Vec3> columns;  // x, y, and the bottom's width
  Style style;
  Vec3 camera_at, camera_target;
  float field_of_view = 1.2f;  // horizontal at 16:9, radians
};

Layout make_layout(const SceneOptions& options);

// Where a walking person is, and how far into the stride (radians).
struct Step {
  Vec2 at;
  float heading = 0;
  float phase = 0;
};
Step step_of(const Person& person, double time_s);

// Where the forklift is; slows down to handle its load `stops` times a round.
struct Drive {
  Vec2 at;
  float heading = 0;
  float rolled = 0;  // metres, turns the wheels
  float lift = 0;    // forks, metres over the floor
};
Drive drive_of(const Forklift& forklift, double time_s);

enum class PartKind { box, cylinder, gear };
struct Part {
  uint8_t id = 0;
  PartKind kind = PartKind::box;
  uint32_t seed = 0;
  Vec3 at;  // its bottom, in the cell's frame
  float yaw = 0;
};
float part_height(const Layout& layout, PartKind kind, uint32_t seed);

// The tip of the robot's gripper in the cell's frame, and whether it holds something.
struct Grip {
  Vec3 tip;
  float opening = 1;  // 0 closed on a part
};
Grip grip_of(const Layout& layout, double time_s);
std::vector<Part> parts_of(const Layout& layout, double time_s);

int people_in_danger(const Layout& layout, double time_s);

}  // namespace fovea::video::scene
