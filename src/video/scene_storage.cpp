#include "video/scene_actors.h"

// Racks, pallets, barrels, and the goods on them.
namespace fovea::video::scene {
namespace {

constexpr uint32_t goods[] = {0xb58a55, 0xa87c48, 0xc9a06a, 0xe0dccf, 0x2f64a8,
                              0x3f8a55, 0xb5382f, 0x8d9196, 0x5a4a3a, 0xd8a52a};

void add_pallet(Mesh& mesh, const Pose& pose, float width, float depth) {
  mesh.set(id_of(SceneClass::storage), Surface::wood);
  const Rgb wood = paint(0xa5834f);
  for (const float x : {-0.42f, 0.0f, 0.42f}) {
    mesh.block(pose.moved({x * width, 0, 0}), {0.1f, depth, 0.1f}, wood * 0.6f);
  }
  mesh.block(pose.moved({0, 0, 0.1f}), {width, depth, 0.04f}, wood);
  mesh.set(id_of(SceneClass::storage));
}

// A pallet's worth of cartons, or one wrapped bale, or two drums.
void add_goods(Mesh& mesh, const Pose& pose, Vec3 room, uint32_t seed) {
  Dice dice(seed);
  const Rgb colour = paint(dice.one_of(goods)) * dice.between(0.8f, 1.05f);
  add_pallet(mesh, pose, room.x, room.y);
  const Pose on = pose.moved({0, 0, 0.14f});
  const float height = room.z - 0.14f;
  switch (dice.below(5)) {
    case 0:
      mesh.block(on, {room.x * 0.95f, room.y * 0.95f, height}, mix(colour, paint(0xdfe4e6), 0.55f));
      break;
    case 1:
      for (const float x : {-0.25f, 0.25f}) {
        mesh.cylinder(on.moved({x * room.x, 0, 0}), room.x * 0.235f, std::min(height, 0.85f),
                      colour, 12);
      }
      break;
    default: {
      const int across = 2 + dice.below(2), layers = 1 + dice.below(3);
      const float w = room.x / static_cast<float>(across);
      const float h = height / static_cast<float>(std::max(layers, 2));
      for (int i = 0; i < across * layers; ++i) {
        const float x = (static_cast<float>(i % across) + 0.5f) * w - room.x / 2;
        const float z = static_cast<float>(i / across) * h;
        const float deep = room.y * dice.between(0.85f, 0.98f);
        mesh.block(on.moved({x, 0, z}), {w * 0.95f, deep, h * 0.96f},
                   colour * dice.between(0.85f, 1.12f));
        mesh.set_casting(false);
        mesh.box(on.moved({x, -deep / 2 - 0.004f, z + h * 0.5f}), {w * 0.13f, 0.004f, h * 0.16f},
                 paint(0xe6e6de));
        mesh.set_casting(true);
      }
    }
  }
}

void add_rack(Mesh& mesh, const RackBay& bay, const Style& style) {
  mesh.set(id_of(SceneClass::storage));
  for (const float x : {0.0f, bay.width}) {
    for (const float y : {0.05f, bay.depth - 0.05f}) {
      mesh.block(bay.pose.moved({x, y, 0}), {0.09f, 0.08f, bay.height}, style.rack_post);
    }
  }
  // What is behind the goods lies in the dark.
  mesh.set_casting(false);
  const float tall = bay.height - 0.3f;
  const Pose& p = bay.pose;
  mesh.face(p.point({0, bay.depth, 0}), p.point({bay.width, bay.depth, 0}),
            p.point({bay.width, bay.depth, tall}), p.point({0, bay.depth, tall}), paint(0x3a3d40));
  mesh.set_casting(true);
  for (int level = 0; level <= bay.levels; ++level) {
    const float z = 1.25f * static_cast<float>(level);
    if (level > 0) {
      mesh.set(id_of(SceneClass::storage));
      for (const float y : {0.03f, bay.depth - 0.03f}) {
        mesh.box(bay.pose.moved({bay.width / 2, y, z - 0.07f}), {bay.width / 2, 0.03f, 0.06f},
                 style.rack_beam);
      }
      mesh.box(bay.pose.moved({bay.width / 2, bay.depth / 2, z - 0.03f}),
               {bay.width / 2, bay.depth / 2, 0.015f}, paint(0x8a8c8d));
    }
    for (int place = 0; place < 2; ++place) {
      const uint32_t seed = hash(bay.seed, static_cast<uint32_t>(level * 2 + place));
      if (hash_unit(seed, 1) < 0.15f) continue;
      const float x = bay.width * (0.27f + 0.46f * static_cast<float>(place));
      const float room = mix(0.55f, 1.0f, hash_unit(seed, 2));
      add_goods(mesh, bay.pose.moved({x, bay.depth / 2 + 0.02f, z}), {1.15f, 0.95f, room}, seed);
    }
  }
}

void add_barrels(Mesh& mesh, const Pose& pose, Dice& dice) {
  constexpr uint32_t colours[] = {0x2456a5, 0xb0322a, 0x2f7a50, 0xd8a018, 0x35383c};
  mesh.set(id_of(SceneClass::storage));
  const Rgb colour = paint(dice.one_of(colours));
  for (int i = 0; i < 3; ++i) {
    const Ring barrel[] = {
        {0, 0.29f, 0.29f, colour},           {0.28f, 0.29f, 0.29f, colour * 1.15f},
        {0.3f, 0.305f, 0.305f, colour},      {0.58f, 0.29f, 0.29f, colour},
        {0.6f, 0.305f, 0.305f, colour},      {0.87f, 0.29f, 0.29f, colour},
        {0.88f, 0.27f, 0.27f, colour * 0.7f}};
    mesh.loft(pose.moved({0.63f * static_cast<float>(i % 2), 0.6f * static_cast<float>(i / 2), 0}),
              barrel, 16);
  }
}

}  // namespace

void add_storage(Mesh& mesh, const Layout& layout) {
  for (const auto& bay : layout.racks) add_rack(mesh, bay, layout.style);
  Dice dice(hash(layout.options.seed, 0x676f6f64));
  const float wall = layout.width / 2;
  // Loose pallets between the columns of both sides, clear of lanes and walkways.
  for (int i = 0; i < 5; ++i) {
    const float side = dice.chance(0.5f) ? 1.0f : -1.0f;
    const Pose pose = standing({side * (wall - dice.between(1.6f, 2.1f)), dice.between(3, 8), 0},
                               dice.between(-0.15f, 0.15f));
    add_goods(mesh, pose, {1.2f, 0.95f, dice.between(0.5f, 1.3f)},
              hash(layout.options.seed, 50U + static_cast<uint32_t>(i)));
  }
  add_barrels(mesh, standing({-wall + 1.6f, dice.between(9, 14), 0}, 0.2f), dice);
  add_barrels(mesh, standing({wall - 2.0f, dice.between(9, 14), 0}, -0.3f), dice);
  // Full bins wait beyond the end of the outfeed.
  const float away = layout.outfeed_x > 0 ? 1.0f : -1.0f;
  add_goods(mesh, layout.cell.moved({layout.outfeed_x + away * 2.3f, 3.4f, 0}),
            {1.2f, 1.0f, dice.between(0.6f, 1.2f)}, hash(layout.options.seed, 60));
}

}  // namespace fovea::video::scene
