#include "video/scene_activity.h"
#include "video/scene_layout.h"

// Where everything that moves is at a time: functions of the layout and the time only.
namespace fovea::video::scene {
namespace {

// Times are kept in double up to here: after months of running a float has no milliseconds left.
float round_position(double metres, float perimeter) {
  const double turns = metres / perimeter;
  return static_cast<float>((turns - std::floor(turns)) * perimeter);
}

Vec2 on_polyline(const std::vector<Vec2>& corners, float distance) {
  for (size_t i = 0; i < corners.size(); ++i) {
    const Vec2 a = corners[i], b = corners[(i + 1) % corners.size()];
    const float side = length(b - a);
    if (distance <= side) return a + (b - a) * (distance / side);
    distance -= side;
  }
  return corners.front();
}

}  // namespace

float Path::perimeter() const {
  float sum = 0;
  for (size_t i = 0; i < corners.size(); ++i) {
    sum += length(corners[(i + 1) % corners.size()] - corners[i]);
  }
  return sum;
}

Vec2 Path::at(float distance) const {
  const float around = perimeter();
  // The mean of a stretch of the way cuts its corners into parabolas.
  constexpr int samples = 5;
  const float reach = std::min(0.7f, around / 12);
  Vec2 sum;
  for (int i = 0; i < samples; ++i) {
    const float offset = reach * (static_cast<float>(i) * 2 / (samples - 1) - 1);
    sum = sum + on_polyline(corners, round_position(double{distance} + offset, around));
  }
  return sum * (1.0f / samples);
}

float Path::heading(float distance) const {
  const Vec2 d = at(distance + 0.25f) - at(distance - 0.25f);
  return std::atan2(d.y, d.x);
}

Step step_of(const Person& person, double time_s) {
  if (person.path.corners.empty()) {
    const double shift = std::fmod(time_s, 3600.0);
    return {person.place, person.facing + 0.25f * std::sin(static_cast<float>(shift * 0.4)),
            static_cast<float>(shift)};
  }
  const double metres = person.start + person.speed * time_s;
  const float distance = round_position(metres, person.path.perimeter());
  // Two steps a stride; a stride is about 0.8 of the height.
  const float stride = 0.8f * person.height;
  return {person.path.at(distance), person.path.heading(distance),
          2 * pi * round_position(metres, stride) / stride};
}

Drive drive_of(const Forklift& forklift, double time_s) {
  const float around = forklift.path.perimeter();
  constexpr float stops = 2;
  const float uniform = round_position(forklift.start + forklift.speed * time_s, around);
  const float angle = 2 * pi * stops * uniform / around;
  // Slow where the sine falls, fast where it rises, never backwards.
  const float distance = uniform + 0.85f * around / (2 * pi * stops) * std::sin(angle);
  Drive drive;
  drive.at = forklift.path.at(distance + around);
  drive.heading = forklift.path.heading(distance + around);
  drive.rolled = distance;
  drive.lift = 0.12f + 1.1f * smoothstep(0.55f, 1.0f, -std::cos(angle));
  return drive;
}

float part_height(const Layout& layout, PartKind kind, uint32_t seed) {
  const float vary = hash_unit(seed, 5);
  switch (kind) {
    case PartKind::box: return mix(0.2f, 0.34f, vary);
    case PartKind::cylinder: return layout.options.other_parts ? 0.42f : mix(0.26f, 0.36f, vary);
    default: return layout.options.other_parts ? 0.2f : 0.12f;
  }
}

namespace {

constexpr float release_s = 2.0f;       // after the pick
constexpr float hover = 0.5f;           // metres over the belt while swinging
constexpr float pick_y_offset = 0.22f;  // the picked lane, from the belt's middle to the robot
constexpr float outfeed_speed = 0.35f;

uint32_t part_seed(const Layout& layout, int64_t number, uint32_t lane) {
  return hash(hash(layout.options.seed, lane), static_cast<uint32_t>(number));
}

PartKind kind_of(uint32_t seed) { return static_cast<PartKind>(hash(seed, 3) % 3); }

Vec3 pick_point(const Layout& layout, float top) {
  return {0, layout.belt.centre_y + pick_y_offset, layout.belt.height + top};
}

Vec3 place_point(const Layout& layout, float top) {
  return {layout.outfeed_x, 0.2f, layout.belt.height + top};
}

// A swing keeps to circles round the base, as a real arm does.
Vec3 swing(Vec3 from, Vec3 to, float t) {
  const float s = smooth(t);
  const float yaw_from = std::atan2(from.y, from.x);
  float turn = std::atan2(to.y, to.x) - yaw_from;
  turn = std::remainder(turn, 2 * pi);
  const float yaw = yaw_from + turn * s;
  const float radius = mix(std::hypot(from.x, from.y), std::hypot(to.x, to.y), s);
  return {radius * std::cos(yaw), radius * std::sin(yaw), mix(from.z, to.z, s)};
}

}  // namespace

Grip grip_of(const Layout& layout, double time_s) {
  const double cycle = layout.cycle_s;
  // The part that is in hand or next: its pick lies between 0.5 s ahead and one cycle behind.
  const auto number = static_cast<int64_t>(std::floor((time_s + 0.5) / cycle));
  const auto since = static_cast<float>(time_s - static_cast<double>(number) * cycle);
  const uint32_t seed = part_seed(layout, number, 1);
  const uint32_t next = part_seed(layout, number + 1, 1);
  const float top = part_height(layout, kind_of(seed), seed);
  const float next_top = part_height(layout, kind_of(next), next);
  const Vec3 pick = pick_point(layout, top), place = place_point(layout, top);
  const Vec3 along{layout.belt.speed, 0, 0};
  const Vec3 up{0, 0, hover};
  const struct {
    float at_s;
    Vec3 tip;
    float opening;
  } keys[] = {
      {-0.5f, pick + along * -0.5f + up, 1},
      {0, pick, 0},
      {0.5f, pick + along * 0.5f + up, 0},
      {1.6f, place + up, 0},
      {release_s, place, 1},
      {release_s + 0.45f, place + up, 1},
      {layout.cycle_s - 0.5f, pick_point(layout, next_top) + along * -0.5f + up, 1},
  };
  for (size_t i = 1; i < std::size(keys); ++i) {
    if (since > keys[i].at_s && i + 1 < std::size(keys)) continue;
    const float t = (since - keys[i - 1].at_s) / (keys[i].at_s - keys[i - 1].at_s);
    return {swing(keys[i - 1].tip, keys[i].tip, t),
            mix(keys[i - 1].opening, keys[i].opening, smooth(t * 2 - 1))};
  }
  return {keys[0].tip, 1};
}

std::vector<Part> parts_of(const Layout& layout, double time_s) {
  std::vector<Part> parts;
  const Belt& belt = layout.belt;
  const float speed = std::abs(belt.speed);
  const float ahead_m = belt.speed > 0 ? -belt.from : belt.to;
  const auto add = [&](int64_t number, uint32_t lane, Vec3 at) {
    const uint32_t seed = part_seed(layout, number, lane);
    const auto slot = static_cast<int>(((number % part_ids) + part_ids) % part_ids);
    const int first = first_part_id + (lane == 1 ? 0 : part_ids);
    parts.push_back(
        {static_cast<uint8_t>(first + slot), kind_of(seed), seed, at, hash_unit(seed, 9) * 6.28f});
  };
  // The lane that the robot empties: part n is at the pick point at n cycles.
  const double cycle = layout.cycle_s;
  const float out_s = release_s + (layout.outfeed_to - 0.2f) / outfeed_speed;
  auto number = static_cast<int64_t>(std::ceil((time_s - out_s) / cycle));
  for (; static_cast<double>(number) * cycle < time_s + ahead_m / speed; ++number) {
    const auto since = static_cast<float>(time_s - static_cast<double>(number) * cycle);
    const uint32_t seed = part_seed(layout, number, 1);
    const float top = part_height(layout, kind_of(seed), seed);
    Vec3 at = pick_point(layout, 0) + Vec3{belt.speed * since, 0, 0};
    if (since > release_s) {
      at = place_point(layout, 0) + Vec3{0, outfeed_speed * (since - release_s), 0};
    } else if (since > 0) {
      at = grip_of(layout, time_s).tip - Vec3{0, 0, top};
    }
    add(number, 1, at);
  }
  // The lane that passes by: unevenly spaced.
  constexpr float spacing = 1.05f;
  const double moved = time_s * speed;
  const float belt_length = belt.to - belt.from;
  number = static_cast<int64_t>(std::ceil((moved - belt_length) / spacing)) - 1;
  for (; static_cast<double>(number) * spacing < moved; ++number) {
    const uint32_t seed = part_seed(layout, number, 2);
    if (hash_unit(seed, 21) < 0.2f) continue;
    const auto gone = static_cast<float>(moved - static_cast<double>(number) * spacing) -
                      0.35f * hash_unit(seed, 22);
    if (gone < 0 || gone > belt_length) continue;
    const float x = belt.speed > 0 ? belt.from + gone : belt.to - gone;
    const float y = belt.centre_y - mix(0.2f, 0.27f, hash_unit(seed, 23));
    add(number, 2, {x, y, belt.height});
  }
  return parts;
}

int people_in_danger(const Layout& layout, double time_s) {
  const auto in_zone = [&](Vec2 at) {
    const Vec3 local = layout.cell.local({at.x, at.y, 0});
    return layout.zone.contains({local.x, local.y}) ? 1 : 0;
  };
  if (layout.options.activity < 1) {
    const Activity activity = activity_of(layout.options, time_s);
    return activity.visit ? in_zone(visitor_step(layout, activity).at) : 0;
  }
  int inside = 0;
  for (const auto& person : layout.people) inside += in_zone(step_of(person, time_s).at);
  return inside;
}

}  // namespace fovea::video::scene
