#include "codec/glyphs.h"
#include "video/scene_actors.h"

// The building and what stands about in it.
namespace fovea::video::scene {
namespace {

// A face of the building, cut into tiles: small triangles keep their depth exact.
void add_sheet(Mesh& mesh, Vec3 origin, Vec3 along, Vec3 up, Rgb colour) {
  constexpr int tiles = 6;
  for (int i = 0; i < tiles; ++i) {
    const Vec3 a = origin + along * (static_cast<float>(i) / tiles);
    const Vec3 b = origin + along * (static_cast<float>(i + 1) / tiles);
    mesh.face(a, b, b + up, a + up, colour);
  }
}

void add_shell(Mesh& mesh, const Layout& layout) {
  const float w = layout.width / 2, d = layout.depth, h = layout.height;
  mesh.set_casting(false);
  mesh.set(id_of(SceneClass::floor), Surface::floor);
  add_sheet(mesh, {-w, -1, 0}, {2 * w, 0, 0}, {0, d + 1, 0}, layout.style.floor);
  mesh.set(id_of(SceneClass::background), Surface::wall);
  add_sheet(mesh, {-w, d, 0}, {2 * w, 0, 0}, {0, 0, h}, layout.style.wall);
  add_sheet(mesh, {w, -1, 0}, {-2 * w, 0, 0}, {0, 0, h}, layout.style.wall);
  add_sheet(mesh, {-w, -1, 0}, {0, d + 1, 0}, {0, 0, h}, layout.style.wall);
  add_sheet(mesh, {w, d, 0}, {0, -d - 1, 0}, {0, 0, h}, layout.style.wall);
  mesh.set(id_of(SceneClass::background), Surface::roof);
  add_sheet(mesh, {w, -1, h}, {-2 * w, 0, 0}, {0, d + 1, 0}, layout.style.roof);
  mesh.set(id_of(SceneClass::background));
}

// A girder across the hall: two chords and zigzag between them.
void add_truss(Mesh& mesh, const Layout& layout, float y) {
  const float w = layout.width / 2, top = layout.height - 0.15f, bottom = top - 0.9f;
  const Rgb steel = layout.style.steel;
  mesh.box(standing({0, y, top}, 0), {w, 0.09f, 0.09f}, steel);
  mesh.box(standing({0, y, bottom}, 0), {w, 0.09f, 0.09f}, steel);
  constexpr int bays = 12;
  for (int i = 0; i < bays; ++i) {
    const float x = -w + 2 * w * (static_cast<float>(i) + 0.5f) / bays;
    const float lean = i % 2 ? 0.8f : -0.8f;
    mesh.box(standing({x, y, (top + bottom) / 2}, 0).turned_y(lean), {0.04f, 0.04f, 0.62f}, steel);
  }
}

void add_lights(Mesh& mesh, const Layout& layout, float y) {
  const float z = layout.height - 1.25f;
  const bool out = layout.options.night && static_cast<int>(y * 7) % 3 != 0;
  for (float x = -layout.width / 2 + 3; x < layout.width / 2 - 2; x += 4.5f) {
    mesh.set(id_of(SceneClass::background));
    mesh.box(standing({x, y, z + 0.08f}, 0), {0.8f, 0.14f, 0.05f}, paint(0xb8bcc0));
    mesh.set(id_of(SceneClass::background), Surface::glow);
    mesh.box(standing({x, y, z + 0.02f}, 0), {0.75f, 0.1f, 0.025f},
             out ? Rgb{0.05f, 0.05f, 0.06f} : Rgb{3.0f, 3.0f, 2.8f});
  }
  mesh.set(id_of(SceneClass::background));
}

void add_columns(Mesh& mesh, const Layout& layout) {
  for (const Vec3& column : layout.columns) {
    const Pose pose = standing({column.x, column.y, 0}, 0);
    const float w = column.z;
    mesh.block(pose, {w, w, layout.height - 0.6f}, layout.style.steel);
    for (int i = 0; i < 5; ++i) {  // impact guard
      mesh.block(pose.moved({0, 0, 0.22f * static_cast<float>(i)}), {w + 0.06f, w + 0.06f, 0.22f},
                 paint(i % 2 ? 0x1d1d1d : 0xe3b71c));
    }
  }
}

void add_cabinet(Mesh& mesh, const Pose& pose, Rgb colour) {
  mesh.block(pose, {1.2f, 0.5f, 1.9f}, colour);
  mesh.set_casting(false);
  for (const float x : {-0.3f, 0.3f}) {
    mesh.box(pose.moved({x, -0.255f, 0.98f}), {0.28f, 0.006f, 0.86f}, colour * 1.12f);
    mesh.box(pose.moved({x + 0.2f, -0.265f, 1.0f}), {0.015f, 0.012f, 0.09f}, paint(0x222222));
  }
  mesh.set(id_of(SceneClass::background), Surface::glow);
  mesh.box(pose.moved({-0.3f, -0.262f, 1.45f}), {0.17f, 0.008f, 0.12f}, {0.12f, 0.5f, 0.75f});
  mesh.set(id_of(SceneClass::background));
  mesh.set_casting(true);
}

void add_door(Mesh& mesh, const Layout& layout, float x) {
  const Pose pose = standing({x, layout.depth - 0.06f, 0}, 0);
  mesh.block(pose, {4.2f, 0.1f, 4.3f}, paint(0x4a4f55));
  for (int i = 0; i < 13; ++i) {
    mesh.block(pose.moved({0, -0.05f, 0.31f * static_cast<float>(i)}), {3.8f, 0.06f, 0.27f},
               paint(0xa9adb0) * (i % 2 ? 1.0f : 0.93f));
  }
}

// "H" and the hall's number on the back wall, painted in letters of a metre.
void add_sign(Mesh& mesh, const Layout& layout, float x) {
  constexpr float dot = 0.15f;
  const char text[] = {'H', static_cast<char>('1' + layout.options.seed % 9)};
  mesh.set(id_of(SceneClass::background));
  mesh.set_casting(false);
  for (int letter = 0; letter < 2; ++letter) {
    const auto rows = codec::glyph(text[letter]);
    for (int i = 0; i < codec::glyph_width * codec::glyph_height; ++i) {
      const int row = i / codec::glyph_width, column = i % codec::glyph_width;
      if (!(rows[static_cast<size_t>(row)] >> (codec::glyph_width - 1 - column) & 1)) continue;
      const float left = x + dot * static_cast<float>(column + letter * (codec::glyph_width + 1));
      const float top = 3.75f - dot * static_cast<float>(row);
      const float y = layout.depth - 0.03f;
      mesh.face({left, y, top - dot}, {left + dot, y, top - dot}, {left + dot, y, top},
                {left, y, top}, layout.style.line);
    }
  }
  mesh.set_casting(true);
}

void add_pipes(Mesh& mesh, const Layout& layout, Dice& dice) {
  constexpr uint32_t colours[] = {0x2f6fb0, 0xc4c8cb, 0xb52f2a, 0x3d9160};
  for (int i = 0; i < 2; ++i) {
    const float z = layout.height - 2.1f - 0.25f * static_cast<float>(i);
    const Rgb colour = paint(dice.one_of(colours));
    mesh.box(standing({0, layout.depth - 0.25f, z}, 0), {layout.width / 2, 0.06f, 0.06f}, colour);
    for (const float side : {-1.0f, 1.0f}) {
      mesh.box(standing({side * (layout.width / 2 - 0.25f), layout.depth / 2, z}, 0),
               {0.06f, layout.depth / 2, 0.06f}, colour);
    }
  }
}

// The machines at the belt's ends, which parts come from and go to.
void add_tunnel(Mesh& mesh, const Pose& at, const Belt& belt, Rgb colour) {
  const float w = belt.width / 2 + 0.25f;
  mesh.set(id_of(SceneClass::background));
  for (const float side : {-1.0f, 1.0f}) {
    mesh.block(at.moved({0, side * w, 0}), {1.6f, 0.16f, 1.75f}, colour);
  }
  mesh.block(at.moved({0, 0, 1.5f}), {1.6f, 2 * w + 0.16f, 0.45f}, colour);
  mesh.block(at.moved({0, 0, 1.95f}), {1.2f, w, 0.25f}, colour * 0.7f);
  mesh.box(at.moved({0, 0, 1.1f}), {0.05f, w, 0.45f}, paint(0x15171a));
  mesh.set_casting(false);
  for (const float side : {-1.0f, 1.0f}) {
    mesh.box(at.moved({0, side * (w + 0.085f), 1.1f}), {0.45f, 0.012f, 0.3f}, colour * 1.2f);
    mesh.set(id_of(SceneClass::background), Surface::glow);
    mesh.box(at.moved({0.6f, side * (w + 0.09f), 1.4f}), {0.05f, 0.012f, 0.05f},
             {0.2f, 1.1f, 0.3f});
    mesh.set(id_of(SceneClass::background));
  }
  mesh.set_casting(true);
}

// A low box with a rubber curtain at the end of the outfeed: it hides little of the cell.
void add_receiver(Mesh& mesh, const Pose& at, float width, float height, Rgb colour) {
  mesh.set(id_of(SceneClass::background));
  const float w = width / 2 + 0.08f, top = height + 0.5f;
  for (const float side : {-1.0f, 1.0f}) {
    mesh.block(at.moved({0, side * w, 0}), {0.9f, 0.1f, top}, colour);
  }
  mesh.block(at.moved({0.4f, 0, 0}), {0.1f, 2 * w, top}, colour);
  mesh.block(at.moved({0, 0, top}), {0.9f, 2 * w + 0.1f, 0.05f}, colour * 1.1f);
  mesh.box(at.moved({-0.2f, 0, height + 0.24f}), {0.02f, w, 0.26f}, paint(0x17191c));
  mesh.set_casting(false);
  for (int i = 0; i < 3; ++i) {
    mesh.box(at.moved({-0.26f + 0.3f * static_cast<float>(i), 0, top + 0.055f}), {0.05f, w, 0.006f},
             paint(i % 2 ? 0x1d1d1d : 0xe3b71c));
  }
  mesh.set_casting(true);
}

// One belt with side rails and legs, along the pose's x from `from` to `to`.
void add_belt(Mesh& mesh, const Pose& pose, float from, float to, float width, float height,
              const Style& style) {
  mesh.set(id_of(SceneClass::conveyor));
  const float middle = (from + to) / 2, half = (to - from) / 2;
  mesh.box(pose.moved({middle, 0, height - 0.06f}), {half, width / 2 - 0.05f, 0.06f}, style.belt);
  for (const float side : {-1.0f, 1.0f}) {
    mesh.box(pose.moved({middle, side * width / 2, height - 0.05f}), {half, 0.05f, 0.12f},
             style.frame);
    mesh.box(pose.moved({middle, side * (width / 2 - 0.1f), height - 0.32f}), {half, 0.03f, 0.04f},
             style.frame * 0.7f);
    for (float x = from + 0.4f; x < to; x += 1.7f) {
      mesh.block(pose.moved({x, side * (width / 2 - 0.04f), 0}), {0.08f, 0.07f, height - 0.15f},
                 style.frame * 0.85f);
      mesh.block(pose.moved({x, side * (width / 2 - 0.04f), 0}), {0.18f, 0.16f, 0.02f},
                 style.frame * 0.6f);
    }
  }
  const Ring drum[] = {{-width / 2 + 0.05f, 0.1f, 0.1f, paint(0x8a8f94)},
                       {width / 2 - 0.05f, 0.1f, 0.1f, paint(0x8a8f94)}};
  for (const float x : {from, to}) {
    mesh.loft(pose.moved({x, 0, height - 0.1f}).turned_x(pi / 2), drum, 12);
  }
}

// Yellow posts of a light curtain at the zone's corners.
void add_posts(Mesh& mesh, const Layout& layout) {
  mesh.set(id_of(SceneClass::background));
  const Rect& z = layout.zone;
  for (const float x : {z.x0, z.x1}) {
    const Pose post = layout.cell.moved({x, z.y1, 0});
    mesh.block(post, {0.3f, 0.3f, 0.03f}, paint(0x33373b));
    mesh.block(post, {0.12f, 0.12f, 1.25f}, paint(0xe8b80e));
    mesh.block(post.moved({0, 0, 1.25f}), {0.13f, 0.13f, 0.05f}, paint(0x222426));
  }
}

}  // namespace

void add_hall(Mesh& mesh, const Layout& layout) {
  add_shell(mesh, layout);
  for (float y = 4; y < layout.depth; y += 5.5f) {
    add_truss(mesh, layout, y);
    add_lights(mesh, layout, y + 2.2f);
  }
  Dice dice(hash(layout.options.seed, 0x77616c6c));
  add_pipes(mesh, layout, dice);
  mesh.set_casting(true);
  add_columns(mesh, layout);
  add_door(mesh, layout, dice.between(-layout.width / 2 + 4, layout.width / 2 - 4));
  add_sign(mesh, layout, dice.between(-7, 5));
  const float side = layout.outfeed_x > 0 ? -1.0f : 1.0f;
  add_cabinet(mesh, layout.cell.moved({side * -5.2f, 0.6f, 0}), paint(0xb9bdb8));
  add_cabinet(mesh, layout.cell.moved({side * -6.5f, 0.6f, 0}), layout.style.wainscot * 1.2f);
}

void add_conveyors(Mesh& mesh, const Layout& layout) {
  const Belt& belt = layout.belt;
  const Pose along = layout.cell.moved({0, belt.centre_y, 0});
  add_belt(mesh, along, belt.from, belt.to, belt.width, belt.height, layout.style);
  add_belt(mesh, layout.cell.moved({layout.outfeed_x, 0, 0}).turned_z(pi / 2), layout.outfeed_from,
           layout.outfeed_to, 0.85f, belt.height, layout.style);
  const Rgb housing = mix(layout.style.frame, paint(0xd8dad8), 0.6f);
  add_tunnel(mesh, along.moved({belt.from, 0, 0}).turned_z(pi), belt, housing);
  add_tunnel(mesh, along.moved({belt.to, 0, 0}), belt, housing);
  add_receiver(mesh,
               layout.cell.moved({layout.outfeed_x, layout.outfeed_to + 0.1f, 0}).turned_z(pi / 2),
               0.85f, belt.height, housing * 0.8f);
  add_posts(mesh, layout);
}

}  // namespace fovea::video::scene
