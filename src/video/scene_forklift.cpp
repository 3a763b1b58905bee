#include "video/scene_actors.h"

namespace fovea::video::scene {
namespace {

const Rgb black = paint(0x1c1d1f);
const Rgb steel = paint(0x4a4e52);

void add_wheel(Mesh& mesh, const Pose& truck, Vec3 hub, float radius, float width, float rolled) {
  const float side = hub.y > 0 ? 1.0f : -1.0f;
  Pose axle = truck.moved(hub).turned_y(rolled / radius).turned_x(pi / 2);
  mesh.cylinder(axle.moved({0, 0, -width / 2}), radius, width, black, 14);
  mesh.set_casting(false);
  const float outer = side > 0 ? -width / 2 - 0.01f : width / 2 - 0.01f;
  mesh.cylinder(axle.moved({0, 0, outer}), radius * 0.55f, 0.02f, paint(0xc8c8c4), 8);
  mesh.box(axle.moved({0, 0, outer + 0.01f}), {radius * 0.5f, 0.03f, 0.016f}, steel);
  mesh.set_casting(true);
}

void add_chassis(Mesh& mesh, const Pose& truck, Rgb colour) {
  mesh.box(truck.moved({0.2f, 0, 0.45f}), {0.85f, 0.48f, 0.22f}, colour);   // floor
  mesh.box(truck.moved({-0.55f, 0, 0.75f}), {0.55f, 0.5f, 0.28f}, colour);  // bonnet
  const Ring tail[] = {{0.22f, 0.34f, 0.54f, colour * 0.55f},
                       {0.4f, 0.42f, 0.56f, colour * 0.6f},
                       {0.9f, 0.4f, 0.54f, colour},
                       {1.05f, 0.3f, 0.5f, colour}};
  mesh.loft(truck.moved({-1.05f, 0, 0}), tail, 12);                         // counterweight
  mesh.box(truck.moved({0.75f, 0, 0.85f}), {0.12f, 0.42f, 0.28f}, steel);   // dashboard
  mesh.box(truck.moved({-0.32f, 0, 1.03f}), {0.26f, 0.26f, 0.05f}, black);  // seat
  mesh.box(truck.moved({-0.6f, 0, 1.3f}).turned_y(-0.15f), {0.06f, 0.26f, 0.28f}, black);
  mesh.box(truck.moved({0.48f, 0, 1.12f}).turned_y(0.5f), {0.17f, 0.17f, 0.015f}, black);
  mesh.set_casting(false);
  for (const float side : {-1.0f, 1.0f}) {  // hazard stripes of the flanks
    for (int i = 0; i < 4; ++i) {
      mesh.box(truck.moved({-0.9f + 0.28f * static_cast<float>(i), side * 0.505f, 0.62f}),
               {0.06f, 0.012f, 0.08f}, black);
    }
  }
  mesh.set_casting(true);
}

// The cage that protects the driver, with lamps and the beacon.
void add_guard(Mesh& mesh, const Pose& truck, Rgb colour, double time_s) {
  const Rgb frame = mix(colour, black, 0.75f);
  for (const float side : {-0.46f, 0.46f}) {
    mesh.box(truck.moved({-0.78f, side, 1.55f}), {0.04f, 0.04f, 0.62f}, frame);
    mesh.box(truck.moved({0.66f, side, 1.45f}).turned_y(-0.16f), {0.04f, 0.04f, 0.74f}, frame);
    mesh.box(truck.moved({-0.1f, side, 2.17f}), {0.7f, 0.045f, 0.04f}, frame);
  }
  for (int i = 0; i < 6; ++i) {
    mesh.box(truck.moved({-0.78f + 0.27f * static_cast<float>(i), 0, 2.18f}),
             {0.035f, 0.46f, 0.03f}, frame);
  }
  mesh.set(forklift_id, Surface::glow);
  mesh.set_casting(false);
  const double turn = std::fmod(time_s * 1.6, 1.0);
  const float flash = 0.35f + 1.9f * static_cast<float>(std::pow(std::abs(std::sin(pi * turn)), 6));
  mesh.cylinder(truck.moved({-0.7f, 0.25f, 2.21f}), 0.07f, 0.14f, Rgb{1.0f, 0.42f, 0.04f} * flash,
                8);
  for (const float side : {-0.38f, 0.38f}) {
    mesh.box(truck.moved({0.6f, side, 2.05f}), {0.05f, 0.07f, 0.06f}, {1.5f, 1.45f, 1.3f});
    mesh.box(truck.moved({-1.44f, side, 0.85f}), {0.02f, 0.06f, 0.05f}, {0.9f, 0.05f, 0.04f});
  }
  mesh.set(forklift_id);
  mesh.set_casting(true);
}

void add_mast(Mesh& mesh, const Pose& truck, float lift) {
  const Rgb dark = steel * 0.7f;
  for (const float side : {-0.33f, 0.33f}) {
    mesh.box(truck.moved({1.08f, side, 1.2f}), {0.07f, 0.05f, 1.08f}, dark);
    mesh.box(truck.moved({1.1f, side * 0.78f, 1.25f + lift * 0.5f}), {0.05f, 0.04f, 1.0f}, steel);
    mesh.box(truck.moved({1.45f + 0.3f, side * 0.75f, lift - 0.03f}), {0.6f, 0.06f, 0.025f}, black);
    mesh.box(truck.moved({1.2f, side * 0.75f, lift + 0.22f}), {0.03f, 0.07f, 0.28f}, black);
  }
  for (const float z : {0.35f, 1.3f, 2.22f}) {
    mesh.box(truck.moved({1.08f, 0, z}), {0.05f, 0.33f, 0.05f}, dark);
  }
  mesh.box(truck.moved({1.1f, 0, 2.2f + lift * 0.5f}), {0.04f, 0.26f, 0.04f}, steel);
  mesh.set_casting(false);
  for (const float z : {0.08f, 0.42f}) {  // the carriage that the forks hang on
    mesh.box(truck.moved({1.17f, 0, lift + z}), {0.03f, 0.46f, 0.05f}, dark);
  }
  for (int i = 0; i < 5; ++i) {  // load backrest
    mesh.box(truck.moved({1.18f, -0.44f + 0.22f * static_cast<float>(i), lift + 0.75f}),
             {0.015f, 0.015f, 0.32f}, dark);
  }
  mesh.box(truck.moved({1.18f, 0, lift + 1.06f}), {0.018f, 0.46f, 0.02f}, dark);
  mesh.set_casting(true);
}

void add_load(Mesh& mesh, const Pose& truck, const Forklift& forklift, float lift) {
  mesh.set(id_of(SceneClass::storage), Surface::wood);
  const Pose pallet = truck.moved({1.8f, 0, lift});
  const Rgb wood = paint(0xa9834f);
  for (const float side : {-0.45f, 0.0f, 0.45f}) {
    mesh.box(pallet.moved({0, side, 0.06f}), {0.5f, 0.06f, 0.05f}, wood * 0.7f);
  }
  mesh.box(pallet.moved({0, 0, 0.125f}), {0.52f, 0.55f, 0.02f}, wood);
  mesh.set(id_of(SceneClass::storage));
  for (int layer = 0; layer < forklift.load_layers; ++layer) {
    for (int i = 0; i < 4; ++i) {
      const float x = i & 1 ? 0.245f : -0.245f, y = i & 2 ? 0.255f : -0.255f;
      const float z = 0.15f + 0.34f * static_cast<float>(layer);
      const float shade =
          0.85f + 0.3f * hash_unit(static_cast<uint32_t>(i), 3 + static_cast<uint32_t>(layer));
      mesh.block(pallet.moved({x, y, z}), {0.475f, 0.495f, 0.33f}, forklift.load * shade);
    }
  }
}

}  // namespace

void add_forklift(Mesh& mesh, const Forklift& forklift, const Drive& drive, double time_s) {
  mesh.set(forklift_id);
  const Pose truck = standing({drive.at.x, drive.at.y, 0}, drive.heading);
  add_chassis(mesh, truck, forklift.colour);
  for (const float side : {-1.0f, 1.0f}) {
    add_wheel(mesh, truck, {0.72f, side * 0.5f, 0.33f}, 0.33f, 0.24f, drive.rolled);
    add_wheel(mesh, truck, {-0.85f, side * 0.44f, 0.26f}, 0.26f, 0.2f, drive.rolled);
  }
  add_guard(mesh, truck, forklift.colour, time_s);
  add_mast(mesh, truck, drive.lift);
  add_load(mesh, truck, forklift, drive.lift);
}

}  // namespace fovea::video::scene
