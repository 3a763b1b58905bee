#include "video/scene_actors.h"

namespace fovea::video::scene {
namespace {

constexpr int sides = 8;

// A limb of two segments that hangs from `joint`: `swing` forward at the joint, `bend` at the
// middle. Angles turn round the body's y axis; x is forward.
struct Limb {
  float upper = 0.4f, lower = 0.4f;
  float thick = 0.08f, thin = 0.05f;
  Rgb upper_colour, lower_colour;
};

// Returns the pose at the limb's end (the hand or the foot).
Pose add_limb(Mesh& mesh, const Pose& joint, const Limb& limb, float swing, float bend) {
  const Pose upper = joint.turned_y(pi - swing);
  const float middle = mix(limb.thick, limb.thin, 0.5f);
  const Ring first[] = {{-0.02f, limb.thick * 0.8f, limb.thick * 0.8f, limb.upper_colour},
                        {limb.upper * 0.3f, limb.thick, limb.thick, limb.upper_colour},
                        {limb.upper, middle, middle, limb.upper_colour}};
  mesh.loft(upper, first, sides);
  const Pose lower = upper.moved({0, 0, limb.upper}).turned_y(-bend);
  const Ring second[] = {{-0.02f, middle, middle, limb.lower_colour},
                         {limb.lower * 0.35f, middle * 1.05f, middle * 1.05f, limb.lower_colour},
                         {limb.lower, limb.thin, limb.thin, limb.lower_colour}};
  mesh.loft(lower, second, sides);
  return lower.moved({0, 0, limb.lower});
}

void add_head(Mesh& mesh, const Pose& neck, const Clothes& clothes) {
  const Ring skull[] = {{0.0f, 0.05f, 0.05f, clothes.skin},
                        {0.07f, 0.06f, 0.06f, clothes.skin},
                        {0.12f, 0.085f, 0.075f, clothes.skin, 0.015f},
                        {0.2f, 0.1f, 0.085f, clothes.skin, 0.01f},
                        {0.27f, 0.095f, 0.08f, clothes.skin}};
  mesh.set_casting(false);  // the helmet covers it
  mesh.loft(neck, skull, sides);
  mesh.set_casting(true);
  const Pose crown = neck.moved({0, 0, 0.225f});
  const Rgb colour = clothes.helmet;
  const Ring helmet[] = {{0.0f, 0.15f, 0.13f, colour, 0.025f},
                         {0.02f, 0.125f, 0.115f, colour},
                         {0.08f, 0.115f, 0.105f, colour},
                         {0.125f, 0.075f, 0.07f, colour},
                         {0.14f, 0.02f, 0.02f, colour}};
  mesh.loft(crown, helmet, sides + 2);
}

// From hips to shoulders: trousers' top, vest with two reflective bands, collar.
void add_torso(Mesh& mesh, const Pose& hips, const Clothes& clothes, float trunk) {
  const Rgb silver = paint(0xe2e6e4) * 1.15f;
  const Ring rings[] = {
      {-0.08f, 0.1f, 0.15f, clothes.trousers},     {0.0f, 0.125f, 0.175f, clothes.vest},
      {trunk * 0.22f, 0.12f, 0.17f, silver},       {trunk * 0.32f, 0.122f, 0.172f, clothes.vest},
      {trunk * 0.52f, 0.135f, 0.19f, silver},      {trunk * 0.62f, 0.14f, 0.2f, clothes.vest},
      {trunk * 0.86f, 0.125f, 0.2f, clothes.vest}, {trunk * 0.97f, 0.09f, 0.14f, clothes.sleeves},
      {trunk * 1.0f, 0.06f, 0.07f, clothes.skin},
  };
  mesh.loft(hips, rings, sides + 2);
  if (!clothes.sash) return;
  mesh.set_casting(false);
  for (const float side : {-1.0f, 1.0f}) {  // braces over the shoulders
    for (const float front : {-1.0f, 1.0f}) {
      mesh.box(hips.moved({front * 0.122f, side * 0.085f, trunk * 0.7f}),
               {0.014f, 0.02f, trunk * 0.13f}, silver);
    }
  }
  mesh.set_casting(true);
}

void add_boot(Mesh& mesh, const Pose& ankle) {
  Pose flat = ankle;
  flat.z = ankle.z * -1.0f;  // the limb points down
  flat.x = ankle.x * -1.0f;
  const Rgb leather = paint(0x2a2320);
  mesh.box(flat.moved({0.055f, 0, -0.035f}), {0.13f, 0.048f, 0.045f}, leather);
}

}  // namespace

void add_person(Mesh& mesh, const Person& person, const Step& step, uint8_t id) {
  mesh.set(id);
  const Clothes& clothes = person.clothes;
  const bool walks = !person.path.corners.empty();
  const float size = person.height / 1.75f;
  const float stride = walks ? 0.52f * std::sin(step.phase) : 0.06f;
  // The body is lowest when the legs are widest apart.
  const float leg = 0.86f * size;
  const float drop = leg * (1 - std::cos(stride)) * 0.8f;
  Pose hips = standing({step.at.x, step.at.y, leg + 0.08f - drop}, step.heading);
  if (walks) hips = hips.turned_y(0.05f);
  const float trunk = 0.56f * size;
  const Limb legs{leg * 0.5f, leg * 0.5f, 0.088f, 0.055f, clothes.trousers, clothes.trousers};
  const Limb arms{0.29f * size, 0.27f * size, 0.06f, 0.04f, clothes.sleeves, clothes.sleeves};
  for (const float side : {-1.0f, 1.0f}) {
    const float swing = side * stride;
    // The leg that comes forward bends its knee.
    const float lift = walks ? std::max(0.0f, side * std::cos(step.phase)) : 0.0f;
    const Pose foot = add_limb(mesh, hips.moved({0, side * 0.095f, 0}), legs, swing + 0.25f * lift,
                               -(0.1f + 0.75f * lift));
    mesh.set_casting(false);
    add_boot(mesh, foot.turned_y(swing * 0.5f - 0.4f * lift));
    mesh.set_casting(true);
    float arm = -swing * 0.9f, elbow = 0.35f;
    if (person.carries) {
      arm = 0.55f;
      elbow = 0.9f;
    } else if (!walks) {  // both hands busy on the belt
      arm = 0.75f + 0.25f * std::sin(step.phase * 1.7f + side);
      elbow = 0.75f + 0.3f * std::sin(step.phase * 2.3f + side * 2);
    }
    const Pose shoulder = hips.moved({0, side * 0.235f, trunk * 0.9f});
    const Pose hand = add_limb(mesh, shoulder.turned_x(-side * 0.08f), arms, arm, elbow);
    mesh.set_casting(false);
    mesh.ball(hand.moved({0, 0, 0.04f}), 0.05f, clothes.skin, 6);
    mesh.set_casting(true);
  }
  add_torso(mesh, hips, clothes, trunk);
  add_head(mesh, hips.moved({0, 0, trunk * 0.98f}), clothes);
  if (person.carries) {
    mesh.set(id_of(SceneClass::storage));
    mesh.box(hips.moved({0.38f, 0, trunk * 0.38f}), {0.17f, 0.22f, 0.14f}, paint(0xb98d58));
  }
}

void add_driver(Mesh& mesh, const Drive& drive, const Clothes& clothes, uint8_t id) {
  mesh.set(id);
  const Pose seat = standing({drive.at.x, drive.at.y, 1.02f}, drive.heading).moved({-0.28f, 0, 0});
  add_torso(mesh, seat, clothes, 0.56f);
  add_head(mesh, seat.moved({0, 0, 0.55f}), clothes);
  const Limb legs{0.42f, 0.4f, 0.09f, 0.06f, clothes.trousers, clothes.trousers};
  const Limb arms{0.3f, 0.28f, 0.06f, 0.04f, clothes.sleeves, clothes.skin};
  for (const float side : {-1.0f, 1.0f}) {
    add_limb(mesh, seat.moved({0.02f, side * 0.12f, 0.02f}), legs, 1.4f, -1.2f);
    add_limb(mesh, seat.moved({0, side * 0.23f, 0.5f}), arms, 0.6f, 0.7f);
  }
}

}  // namespace fovea::video::scene
