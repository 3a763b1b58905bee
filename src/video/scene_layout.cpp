#include "video/scene_layout.h"

namespace fovea::video::scene {
namespace {

constexpr uint32_t floors[] = {0x8d8f8e, 0x9a9890, 0x7d868b, 0x8a9a90, 0xa39a8a, 0x77797c};
constexpr uint32_t walls[] = {0xc9ccca, 0xb7c2c8, 0xcfc8b8, 0xa9b3a6, 0xd8d6d0, 0xb9b2a8};
constexpr uint32_t wainscots[] = {0x3f5f7a, 0x5a6b5e, 0x6b6f73, 0x7a4b3a, 0x2f4a46, 0x8a7a4a};
constexpr uint32_t steels[] = {0x5c6670, 0x7b8288, 0x8a3b2e, 0x39536b, 0xb0a78f};
constexpr uint32_t robots[] = {0xe8731a, 0xe9b90f, 0xe6e6e2, 0x2f6fb0, 0xd8452b, 0xf08a1d};
constexpr uint32_t forklifts[] = {0xf2b90c, 0xe66a14, 0xc9252b, 0x2a7d4f, 0x2c5fa8, 0x8f9598};
constexpr uint32_t vests[] = {0xff6a13, 0xd7f205, 0xff7f1f, 0xc8f000, 0xff5030};
constexpr uint32_t trousers[] = {0x27324a, 0x3b3f45, 0x4a4235, 0x1f2a38, 0x55606a};
constexpr uint32_t helmets[] = {0xf4f4f0, 0xf3c415, 0x2468c4, 0xd7312a, 0xf08020, 0x2f9a57};
constexpr uint32_t skins[] = {0xe8b89a, 0xc98d68, 0x8d5a3c, 0xf0c8ae, 0x5f3b28};
constexpr uint32_t sleeves[] = {0x3a4a6a, 0x6a6f75, 0x8a3030, 0x2e5f4a, 0xb8b8b0, 0x2d2f33};
constexpr uint32_t belts[] = {0x2b2d30, 0x2f3a36, 0x3a3f46, 0x24405a};
constexpr uint32_t frames[] = {0x8d959b, 0x2f66a8, 0x3f7a55, 0xb8bcc0, 0xc8a020};
constexpr uint32_t posts[] = {0x23509a, 0x2c6e5a, 0x4a4f55, 0x8a2f2a};
constexpr uint32_t beams[] = {0xe8761c, 0xe3b21a, 0xd2452a, 0x9aa0a6};

Style make_style(Dice& dice) {
  Style style;
  style.floor = paint(dice.one_of(floors));
  style.wall = paint(dice.one_of(walls));
  style.wainscot = paint(dice.one_of(wainscots));
  style.roof = paint(0x9aa0a4) * dice.between(0.5f, 0.9f);
  style.steel = paint(dice.one_of(steels));
  style.line = paint(dice.chance(0.65f) ? 0xe9c21e : 0xe6e6de);
  style.robot = paint(dice.one_of(robots));
  style.belt = paint(dice.one_of(belts));
  style.frame = paint(dice.one_of(frames));
  style.rack_post = paint(dice.one_of(posts));
  style.rack_beam = paint(dice.one_of(beams));
  style.zone = paint(dice.chance(0.5f) ? 0xc8412c : 0xd9a514);
  style.floor_wear = dice.between(0.2f, 0.9f);
  style.floor_gloss = dice.between(0.15f, 0.6f);
  style.wall_kind = dice.below(3);
  style.floor_kind = dice.below(3);
  return style;
}

Clothes make_clothes(Dice& dice) {
  Clothes clothes;
  clothes.vest = paint(dice.one_of(vests));
  clothes.trousers = paint(dice.one_of(trousers));
  clothes.helmet = paint(dice.one_of(helmets));
  clothes.skin = paint(dice.one_of(skins));
  clothes.sleeves = paint(dice.one_of(sleeves));
  clothes.sash = dice.chance(0.5f);
  return clothes;
}

Person make_walker(Dice& dice, std::vector<Vec2> corners) {
  Person person;
  person.path.corners = std::move(corners);
  person.speed = dice.between(1.0f, 1.45f);
  person.start = dice.between(0, 100);
  person.height = dice.between(1.62f, 1.9f);
  person.carries = dice.chance(0.25f);
  person.clothes = make_clothes(dice);
  return person;
}

std::vector<Vec2> loop(const Rect& r) {
  return {{r.x0, r.y0}, {r.x1, r.y0}, {r.x1, r.y1}, {r.x0, r.y1}};
}

Vec2 flat(Vec3 v) { return {v.x, v.y}; }

// Somebody whose round leads through the danger zone, away from where the arm swings.
Person make_zone_crosser(const Layout& layout, Dice& dice) {
  const float side = layout.outfeed_x > 0 ? -1.0f : 1.0f;
  const float in = side * dice.between(1.0f, 1.4f), out = side * dice.between(4.0f, 4.8f);
  const float near = dice.between(0.6f, 1.2f), far = dice.between(3.4f, 4.0f);
  std::vector<Vec2> corners;
  for (const Vec2 p : {Vec2{in, near}, Vec2{out, near}, Vec2{out, far}, Vec2{in, far}}) {
    corners.push_back(flat(layout.cell.point({p.x, p.y, 0})));
  }
  Person person = make_walker(dice, std::move(corners));
  // A round takes 8 to 11 s: nobody waits 20 s for an entry.
  person.speed = person.path.perimeter() / dice.between(8.5f, 11.0f);
  person.carries = false;
  return person;
}

Person make_operator(const Layout& layout, Dice& dice) {
  const float side = layout.outfeed_x > 0 ? -1.0f : 1.0f;
  Person person = make_walker(dice, {});
  const float x = side * dice.between(3.6f, 5.5f);
  person.place = flat(layout.cell.point({x, layout.belt.centre_y - 1.0f, 0}));
  person.facing = std::atan2(layout.cell.y.y, layout.cell.y.x);
  person.carries = false;
  return person;
}

// The cell stands so that the robot is behind its conveyor, or before it (turned by half a round).
void place_cell(Layout& layout, Dice& dice) {
  const bool turned = dice.chance(0.5f);
  const float yaw = dice.between(-0.15f, 0.15f) + (turned ? pi : 0.0f);
  const float y = turned ? dice.between(8.2f, 9.2f) : dice.between(9.2f, 10.4f);
  layout.cell = standing({dice.between(-1.8f, 1.8f), y, 0}, yaw);
  layout.belt.width = dice.between(0.95f, 1.3f);
  layout.belt.height = dice.between(0.78f, 0.95f);
  layout.belt.from = -dice.between(7.0f, 8.5f);
  layout.belt.to = dice.between(7.0f, 8.5f);
  layout.belt.speed = dice.between(0.38f, 0.55f) * (dice.chance(0.5f) ? 1.0f : -1.0f);
  layout.outfeed_x = dice.chance(0.5f) ? 1.9f : -1.9f;
  layout.outfeed_to = turned ? dice.between(2.7f, 3.2f) : dice.between(3.6f, 4.6f);
  layout.cycle_s = dice.between(4.0f, 5.2f);
  layout.zone = {-2.6f, -1.1f, 2.9f, dice.between(2.3f, 2.8f)};
  if (layout.outfeed_x < 0) {
    layout.zone = {-layout.zone.x1, layout.zone.y0, -layout.zone.x0, layout.zone.y1};
  }
}

void place_forklift(Layout& layout, Dice& dice, float y) {
  const float reach = layout.width / 2 - 3.4f;
  const Rect round{-reach, y, reach, y + dice.between(3.2f, 4.0f)};
  layout.forklift.path.corners = loop(round);
  if (dice.chance(0.5f)) std::ranges::reverse(layout.forklift.path.corners);
  layout.forklift.speed = dice.between(1.4f, 2.0f);
  layout.forklift.start = dice.between(0, 60);
  layout.forklift.colour = paint(dice.one_of(forklifts));
  layout.forklift.load = paint(0xb48a58) * dice.between(0.8f, 1.1f);
  layout.forklift.load_layers = 1 + dice.below(3);
  const float edge = 1.5f;
  for (const float side : {round.y0 - edge, round.y1 + edge}) {
    layout.stripes.push_back(
        {{-reach - edge, side}, {reach + edge, side}, 0.12f, layout.style.line});
  }
  for (const float side : {-reach - edge, reach + edge}) {
    layout.stripes.push_back(
        {{side, round.y0 - edge}, {side, round.y1 + edge}, 0.12f, layout.style.line});
  }
}

void place_crossing(Layout& layout, float x, float y, float length) {
  const Rgb white = paint(0xe4e4dc);
  for (int i = 0; i < 6; ++i) {
    const float at = x + 0.55f * static_cast<float>(i);
    layout.stripes.push_back({{at, y}, {at, y + length}, 0.3f, white});
  }
}

void place_racks(Layout& layout, Dice& dice) {
  const float y = layout.depth - 0.5f;
  for (float x = -layout.width / 2 + 1.2f; x < layout.width / 2 - 3.5f; x += 2.75f) {
    if (dice.chance(0.2f)) continue;  // a gap: a door or a window is seen
    RackBay bay;
    bay.pose = standing({x, y - bay.depth, 0}, 0);
    bay.levels = 2 + dice.below(2);
    bay.height = static_cast<float>(bay.levels) * 1.25f + 0.3f;
    bay.seed = hash(layout.options.seed, static_cast<uint32_t>(layout.racks.size()) + 700);
    layout.racks.push_back(bay);
  }
  // Along one side wall, front to the middle.
  const bool left = dice.chance(0.5f);
  const float wall = layout.width / 2 - 0.4f;
  for (float at = 9; at < layout.depth - 6; at += 2.75f) {
    if (dice.chance(0.3f)) continue;
    RackBay bay;
    bay.pose = left ? standing({-wall + bay.depth, at, 0}, pi / 2)
                    : standing({wall - bay.depth, at + bay.width, 0}, -pi / 2);
    bay.levels = 2;
    bay.height = 2.8f;
    bay.seed = hash(layout.options.seed, static_cast<uint32_t>(layout.racks.size()) + 900);
    layout.racks.push_back(bay);
  }
}

void place_people(Layout& layout, Dice& dice, const Rect& front, float lane_y) {
  layout.people.push_back(make_zone_crosser(layout, dice));
  layout.people.push_back(make_walker(dice, loop(front)));
  layout.people.push_back(make_operator(layout, dice));
  const float side = layout.width / 2 - 2.6f;
  const int more = 1 + dice.below(4);
  for (int i = 0; i < more; ++i) {
    const float y = lane_y - dice.between(1.8f, 2.1f);
    const float x = dice.between(-side, side - 5);
    switch (dice.below(3)) {
      case 0:  // along the lane
        layout.people.push_back(make_walker(dice, loop({x, y - 0.6f, x + 5, y})));
        break;
      case 1:  // the other way round at the front
        layout.people.push_back(
            make_walker(dice, loop({front.x0 - 1, front.y0 + 0.5f, front.x1 + 1.2f, front.y1})));
        std::ranges::reverse(layout.people.back().path.corners);
        break;
      default:  // along the racks at the back
        layout.people.push_back(
            make_walker(dice, loop({x, layout.depth - 3.0f, x + 6, layout.depth - 2.1f})));
    }
  }
}

void place_camera(Layout& layout, Dice& dice) {
  const Vec3 cell = layout.cell.origin;
  const float wall = layout.width / 2;
  layout.field_of_view = dice.between(1.12f, 1.3f);
  layout.camera_at = {dice.between(-5.5f, 5.5f), dice.between(0.3f, 1.2f),
                      dice.between(3.9f, 5.2f)};
  layout.camera_target = {mix(cell.x, layout.camera_at.x, 0.15f) + dice.between(-0.8f, 0.8f),
                          cell.y + dice.between(0.3f, 1.5f), dice.between(1.3f, 1.9f)};
  switch (layout.options.view) {
    case 1:
      layout.camera_at = {-wall + 1.9f, cell.y - 3.0f, 4.4f};
      layout.camera_target = {cell.x + 1, cell.y + 1.5f, 1.0f};
      break;
    case 2:
      layout.camera_at = {wall - 1.9f, cell.y - 4.0f, 5.6f};
      layout.camera_target = {cell.x - 1, cell.y + 1, 0.8f};
      break;
    case 3:
      layout.camera_at = {cell.x + 3.5f, layout.depth - 2.6f, 5.2f};
      layout.camera_target = {cell.x, cell.y, 0.6f};
      break;
    case 4:
      layout.camera_at = {cell.x + 1.2f, cell.y - 4.2f, 7.0f};
      layout.camera_target = {cell.x, cell.y + 0.3f, 0.4f};
      layout.field_of_view = 1.35f;
      break;
    default: break;
  }
}

}  // namespace

Layout make_layout(const SceneOptions& options) {
  Layout layout;
  layout.options = options;
  Dice dice(hash(options.seed, 0x68616c6c));
  layout.style = make_style(dice);
  layout.width = dice.between(21, 27);
  layout.height = dice.between(7.2f, 8.6f);
  place_cell(layout, dice);
  const bool behind = layout.cell.y.y > 0;  // the robot stands behind its conveyor
  const float lane_y = layout.cell.origin.y + (behind ? 7.0f : 6.4f);
  layout.depth = lane_y + dice.between(9.0f, 11.0f);
  place_forklift(layout, dice, lane_y);
  const float front_y = layout.cell.origin.y - (behind ? 5.4f : 5.6f);
  const float half = dice.between(3.5f, 6.0f);
  const Rect front{-half, front_y, half, front_y + dice.between(0.9f, 1.3f)};
  place_crossing(layout, dice.between(-6, 3), lane_y - 1.3f, 1.0f);
  for (const float y : {front.y0 - 0.7f, front.y1 + 0.6f}) {
    layout.stripes.push_back({{-layout.width / 2 + 1.5f, y},
                              {layout.width / 2 - 1.5f, y},
                              0.1f,
                              paint(dice.chance(0.5f) ? 0xe6e6de : 0x3f8f5a)});
  }
  place_people(layout, dice, front, lane_y);
  place_racks(layout, dice);
  for (float y = 5; y < layout.depth; y += 5.5f) {
    for (const float side : {-1.0f, 1.0f}) {
      layout.columns.push_back({side * (layout.width / 2 - 0.25f), y, 0.4f});
    }
  }
  place_camera(layout, dice);
  return layout;
}

}  // namespace fovea::video::scene
