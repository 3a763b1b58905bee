#include "video/scene_actors.h"

// The robot, the parts that it moves and the belt that brings them.
namespace fovea::video::scene {
namespace {

constexpr float shoulder_z = 1.05f;
constexpr float shoulder_x = 0.18f;  // before the axis of the turret
constexpr float upper_arm = 1.3f, forearm = 1.35f;
constexpr float tool = 0.42f;  // from the wrist down to the tip

// The two angles of an arm in its vertical plane, elbow up: of the upper arm over the horizon, and
// of the forearm over the horizon.
struct Reach {
  float upper = 0, fore = 0;
};

Reach reach_for(float x, float z) {
  const float distance = std::clamp(std::hypot(x, z), 0.3f, upper_arm + forearm - 0.01f);
  const float bearing = std::atan2(z, x);
  const float cosine = (upper_arm * upper_arm + distance * distance - forearm * forearm) /
                       (2 * upper_arm * distance);
  const float upper = bearing + std::acos(std::clamp(cosine, -1.0f, 1.0f));
  const float elbow_x = upper_arm * std::cos(upper), elbow_z = upper_arm * std::sin(upper);
  return {upper, std::atan2(distance * std::sin(bearing) - elbow_z,
                            distance * std::cos(bearing) - elbow_x)};
}

// A joint: a thick disc whose axis is the arm plane's normal.
void add_joint(Mesh& mesh, const Pose& at, float radius, float width, Rgb colour) {
  const Pose axle = at.turned_x(pi / 2);
  const Ring rings[] = {{-width / 2, radius * 0.85f, radius * 0.85f, colour},
                        {-width * 0.42f, radius, radius, colour},
                        {width * 0.42f, radius, radius, colour},
                        {width / 2, radius * 0.85f, radius * 0.85f, colour}};
  mesh.loft(axle, rings, 14);
}

// An arm from the pose's origin along its x axis.
void add_arm(Mesh& mesh, const Pose& at, float reach, float thick, float thin, Rgb colour) {
  const Pose along = at.turned_y(pi / 2);
  const Ring rings[] = {{0, thick * 0.8f, thick, colour},
                        {reach * 0.2f, thick * 0.85f, thick * 0.9f, colour},
                        {reach * 0.85f, thin, thin, colour},
                        {reach, thin * 0.9f, thin * 0.95f, colour}};
  mesh.loft(along, rings, 12);
}

void add_gripper(Mesh& mesh, const Pose& wrist, float opening) {
  const Rgb grey = paint(0x5b6066), dark = paint(0x26282b);
  mesh.cylinder(wrist.moved({0, 0, -0.14f}), 0.075f, 0.1f, dark, 10);
  mesh.box(wrist.moved({0, 0, -0.2f}), {0.07f, 0.2f, 0.05f}, grey);
  const float gap = mix(0.13f, 0.21f, opening);
  for (const float side : {-1.0f, 1.0f}) {
    mesh.box(wrist.moved({0, side * gap, -0.38f}), {0.045f, 0.018f, 0.17f}, dark);
  }
}

void add_pedestal(Mesh& mesh, const Pose& cell, Rgb colour) {
  const Rgb dark = paint(0x33373b);
  mesh.block(cell, {1.0f, 1.0f, 0.06f}, dark);
  const Ring base[] = {{0.06f, 0.42f, 0.42f, dark},
                       {0.14f, 0.38f, 0.38f, dark},
                       {0.5f, 0.32f, 0.32f, colour},
                       {0.62f, 0.34f, 0.34f, colour}};
  mesh.loft(cell, base, 16);
}

// The status lamp on the forearm: green at work.
void add_lamp(Mesh& mesh, const Pose& elbow, double time_s) {
  mesh.set(robot_id, Surface::glow);
  const bool bright = std::fmod(time_s, 1.0) < 0.6;
  mesh.cylinder(elbow.moved({0, 0, 0.2f}), 0.05f, 0.12f,
                bright ? Rgb{0.2f, 1.3f, 0.3f} : Rgb{0.05f, 0.3f, 0.1f}, 8);
  mesh.set(robot_id);
}

void add_gear(Mesh& mesh, const Pose& pose, Rgb colour, float radius, float height, int teeth) {
  std::array<Vec2, 64> outline;
  const auto count = static_cast<size_t>(teeth) * 4;
  for (size_t i = 0; i < count; ++i) {
    const float r = i % 4 < 2 ? radius : radius * 0.78f;
    const float a =
        2 * pi * (static_cast<float>(i) + (i % 2 ? -0.15f : 0.15f)) / static_cast<float>(count);
    outline[i] = {r * std::cos(a), r * std::sin(a)};
  }
  mesh.prism(pose, std::span(outline).first(count), height, colour);
  mesh.set_casting(false);
  mesh.cylinder(pose.moved({0, 0, height}), radius * 0.42f, height * 0.5f, colour * 0.8f, 12);
  mesh.cylinder(pose.moved({0, 0, height * 1.5f}), radius * 0.2f, 0.004f, paint(0x121314), 10);
  mesh.set_casting(true);
}

void add_box_part(Mesh& mesh, const Pose& pose, const Part& part, float height, bool other) {
  constexpr uint32_t cartons[] = {0xbf9560, 0xa87d4a, 0xcfa873, 0xe0ddd4, 0x8a6a42};
  constexpr uint32_t totes[] = {0x2463b5, 0xb52f2a, 0x3a8a4a, 0x7c7f85};
  const float half_x = 0.14f + 0.05f * hash_unit(part.seed, 6);
  const float half_y = 0.12f + 0.04f * hash_unit(part.seed, 7);
  if (!other) {
    const Rgb colour = paint(cartons[hash(part.seed, 8) % 5]);
    mesh.block(pose, {half_x * 2, half_y * 2, height}, colour);
    mesh.set_casting(false);
    mesh.block(pose.moved({0, 0, height}), {half_x * 2.01f, 0.05f, 0.004f}, paint(0xd9c9a0));
    mesh.block(pose.moved({half_x * 0.3f, -half_y - 0.004f, height * 0.35f}),
               {half_x, 0.008f, height * 0.4f}, paint(0xefefe8));
    mesh.set_casting(true);
    return;
  }
  const Rgb colour = paint(totes[hash(part.seed, 8) % 4]);  // an open tote
  for (const float side : {-1.0f, 1.0f}) {
    mesh.block(pose.moved({side * half_x, 0, 0}), {0.03f, half_y * 2, height}, colour);
    mesh.block(pose.moved({0, side * half_y, 0}), {half_x * 2, 0.03f, height}, colour);
  }
  mesh.block(pose, {half_x * 2, half_y * 2, height * 0.3f}, colour * 0.5f);
}

void add_cylinder_part(Mesh& mesh, const Pose& pose, const Part& part, float height, bool other) {
  constexpr uint32_t cans[] = {0xc23b33, 0x2d6fb7, 0xd8dadb, 0x3d9160, 0xd9a32a};
  const Rgb colour = paint(cans[hash(part.seed, 8) % 5]);
  const Rgb metal = paint(0xc4c8cb);
  if (other) {  // a bottle
    const Rgb glass = paint(0x2f6b4a);
    const Ring bottle[] = {{0, 0.09f, 0.09f, glass},
                           {height * 0.15f, 0.095f, 0.095f, colour},
                           {height * 0.5f, 0.095f, 0.095f, glass},
                           {height * 0.65f, 0.09f, 0.09f, glass},
                           {height * 0.78f, 0.035f, 0.035f, glass},
                           {height, 0.032f, 0.032f, metal}};
    mesh.loft(pose, bottle, 12);
    return;
  }
  const float r = 0.1f + 0.04f * hash_unit(part.seed, 6);
  const Ring can[] = {{0, r * 0.94f, r * 0.94f, metal},      {0.02f, r, r, metal},
                      {height * 0.15f, r, r, colour},        {height * 0.85f, r, r, metal},
                      {height - 0.02f, r, r, metal * 0.85f}, {height, r * 0.92f, r * 0.92f, metal}};
  mesh.loft(pose, can, 14);
}

}  // namespace

void add_robot(Mesh& mesh, const Layout& layout, const Grip& grip, double time_s) {
  mesh.set(robot_id);
  const Rgb colour = layout.style.robot, dark = paint(0x2c2f33);
  add_pedestal(mesh, layout.cell, colour);
  const float yaw = std::atan2(grip.tip.y, grip.tip.x);
  const Pose turret = layout.cell.turned_z(yaw);
  const Ring body[] = {{0.62f, 0.36f, 0.36f, dark},
                       {0.68f, 0.36f, 0.36f, colour},
                       {0.85f, 0.33f, 0.33f, colour},
                       {1.2f, 0.2f, 0.26f, colour, 0.08f}};
  mesh.loft(turret, body, 16);
  const float x = std::hypot(grip.tip.x, grip.tip.y) - shoulder_x;
  const Reach reach = reach_for(x, grip.tip.z + tool - shoulder_z);
  const Pose shoulder = turret.moved({shoulder_x, 0, shoulder_z});
  add_joint(mesh, shoulder, 0.23f, 0.62f, dark);
  const Pose upper = shoulder.turned_y(-reach.upper);
  for (const float side : {-0.19f, 0.19f}) {  // twin plates
    add_arm(mesh, upper.moved({0, side, 0}), upper_arm, 0.13f, 0.09f, colour);
  }
  add_arm(mesh, upper, upper_arm, 0.15f, 0.11f, colour);
  const Pose elbow_joint = upper.moved({upper_arm, 0, 0});
  Pose elbow = elbow_joint;
  elbow.x = turret.x;
  elbow.y = turret.y;
  elbow.z = turret.z;
  add_joint(mesh, elbow, 0.19f, 0.5f, dark);
  const Pose fore = elbow.turned_y(-reach.fore);
  add_arm(mesh, fore.moved({-0.28f, 0, 0}), 0.4f, 0.15f, 0.13f, dark);  // motors at the back
  add_arm(mesh, fore, forearm, 0.14f, 0.075f, colour);
  Pose wrist = turret;
  wrist.origin = fore.point({forearm, 0, 0});
  add_joint(mesh, wrist, 0.1f, 0.22f, dark);
  add_gripper(mesh, wrist, grip.opening);
  mesh.set_casting(false);
  add_lamp(mesh, elbow, time_s);
  mesh.set_casting(true);
}

void add_part(Mesh& mesh, const Layout& layout, const Part& part) {
  const bool other = layout.options.other_parts;
  const float height = part_height(layout, part.kind, part.seed);
  const float turn = part.kind == PartKind::box ? 0.35f * (part.yaw / pi - 1) : part.yaw;
  const Pose pose = layout.cell.moved(part.at).turned_z(turn);
  switch (part.kind) {
    case PartKind::box:
      mesh.set(part.id);
      add_box_part(mesh, pose, part, height, other);
      break;
    case PartKind::cylinder:
      mesh.set(part.id);
      add_cylinder_part(mesh, pose, part, height, other);
      break;
    case PartKind::gear: {
      mesh.set(part.id);
      constexpr uint32_t metals[] = {0xaeb4ba, 0x8f969c, 0xb9914a, 0x6d7276};
      const Rgb colour = paint(metals[hash(part.seed, 8) % 4]);
      const float radius = 0.15f + 0.05f * hash_unit(part.seed, 6);
      // The boss on top adds half of the disc's height.
      if (other) {
        add_gear(mesh, pose, paint(0xc77a3a), radius * 0.85f, height / 1.5f, 6);
      } else {
        add_gear(mesh, pose, colour, radius, height / 1.5f, 12);
      }
    }
  }
}

void add_belt_seams(Mesh& mesh, const Layout& layout, double time_s) {
  mesh.set(id_of(SceneClass::conveyor));
  mesh.set_casting(false);
  const Belt& belt = layout.belt;
  const Rgb colour = layout.style.belt * 1.9f + Rgb{0.01f, 0.01f, 0.01f};
  constexpr float spacing = 0.7f;
  auto shift = static_cast<float>(std::fmod(time_s * belt.speed, spacing));
  for (float x = belt.from + shift; x < belt.to; x += spacing) {
    if (x < belt.from + 0.05f || x > belt.to - 0.05f) continue;
    mesh.box(layout.cell.moved({x, belt.centre_y, belt.height + 0.006f}),
             {0.018f, belt.width / 2 - 0.06f, 0.006f}, colour);
  }
  shift = static_cast<float>(std::fmod(time_s * 0.35, spacing));
  for (float y = layout.outfeed_from + shift; y < layout.outfeed_to - 0.05f; y += spacing) {
    if (y < layout.outfeed_from + 0.05f) continue;
    mesh.box(layout.cell.moved({layout.outfeed_x, y, belt.height + 0.006f}),
             {0.36f, 0.018f, 0.006f}, colour);
  }
  mesh.set_casting(true);
}

}  // namespace fovea::video::scene
