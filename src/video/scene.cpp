#include "video/scene.h"

#include "core/limits.h"
#include "video/scene_activity.h"
#include "video/scene_actors.h"
#include "video/scene_compose.h"
#include "video/scene_surface.h"

namespace fovea::video {
namespace {

using namespace scene;

// Samples kept around the picture, so that it can shake.
int margin_of(core::Size size) { return 2 * ((shake_max(size.width) + 3) / 2); }

Samples make_samples(core::Size size) {
  const int margin = margin_of(size);
  return {2 * (size.width + margin), 2 * (size.height + margin)};
}

Camera make_camera(const Layout& layout, core::Size size) {
  Camera camera;
  camera.position = layout.camera_at;
  camera.look_at(layout.camera_target);
  const auto wide =
      std::max(static_cast<float>(size.width), static_cast<float>(size.height) * 16 / 9);
  camera.focal = wide / std::tan(layout.field_of_view / 2);  // samples: two per pixel
  const auto margin = static_cast<float>(margin_of(size));
  camera.centre_x = static_cast<float>(size.width) + margin;
  camera.centre_y = static_cast<float>(size.height) + margin;
  return camera;
}

Composer::Instances make_instances(const Layout& layout, const std::vector<Part>& parts) {
  Composer::Instances instances;
  const auto set = [&](size_t id, SceneClass c) { instances.class_of[id] = id_of(c); };
  for (size_t id = 0; id < scene_class_count; ++id)
    instances.class_of[id] = static_cast<uint8_t>(id);
  set(robot_id, SceneClass::robot);
  set(forklift_id, SceneClass::forklift);
  for (size_t i = 0; i <= layout.people.size(); ++i) set(first_person_id + i, SceneClass::person);
  constexpr SceneClass kinds[] = {SceneClass::part_box, SceneClass::part_cylinder,
                                  SceneClass::part_gear};
  for (const auto& part : parts) set(part.id, kinds[static_cast<int>(part.kind)]);
  return instances;
}

Clothes driver_clothes(const Layout& layout) {
  Clothes clothes = layout.people.back().clothes;
  clothes.vest = layout.people.front().clothes.vest;
  return clothes;
}

}  // namespace

struct Scene::State {
  SceneOptions options;
  core::Size size;
  Layout layout;
  Light light;
  LightSamples light_samples;
  Camera camera;
  Samples background;
  Canvas canvas;
  Composer composer;
  ShadowLayer shadows;
  SensorNoise noise;
  Mesh mesh;
  ShadowMap shadow;

  State(const SceneOptions& wanted, core::Size picture)
      : options(wanted),
        size(picture),
        layout(make_layout(wanted)),
        light(layout),
        light_samples(light.key_direction),
        camera(make_camera(layout, picture)),
        background(painted(layout, camera, light, picture)),
        canvas(background),
        composer(background, picture, margin_of(picture)),
        shadows(picture),
        noise(light.noise) {}

  static Samples painted(const Layout& layout, const Camera& camera, const Light& light,
                         core::Size picture) {
    Samples samples = make_samples(picture);
    paint_background(layout, camera, light, samples);
    return samples;
  }

  // Draws what `mesh` holds, with its shadow on the floor and, where it is near one, on the belt.
  void place(Shift shift, bool on_floor, bool on_belt) {
    canvas.draw(mesh, camera, light);
    const auto margin = margin_of(size);
    const Shift seen{shift.x + margin, shift.y + margin};
    if (on_floor) {
      shadow.cast(mesh, light_samples, 0, 0.07f);
      shadows.add(shadow, camera, light, seen, false);
    }
    if (on_belt) {
      shadow.cast(mesh, light_samples, layout.belt.height, 0.04f);
      shadows.add(shadow, camera, light, seen, true);
    }
    mesh.clear();
  }

  void place_people(Shift shift, const Activity& activity, double time_s) {
    auto id = first_person_id;
    if (options.activity < 1) {
      if (!activity.visit) return;
      add_person(mesh, visitor_of(layout, activity.number), visitor_step(layout, activity), id);
      return place(shift, true, false);
    }
    for (const auto& person : layout.people) {
      add_person(mesh, person, step_of(person, time_s), id++);
      place(shift, true, false);
    }
    const Drive drive = drive_of(layout.forklift, time_s);
    add_forklift(mesh, layout.forklift, drive, time_s);
    add_driver(mesh, drive, driver_clothes(layout), id);
    place(shift, true, false);
  }
};

Scene::Scene(std::unique_ptr<State> state) : state_(std::move(state)) {}
Scene::~Scene() = default;
Scene::Scene(Scene&&) noexcept = default;
Scene& Scene::operator=(Scene&&) noexcept = default;

core::Result<Scene> Scene::open(const SceneOptions& options, core::Size size) {
  using namespace core::limits;
  const bool fits =
      size.width > 0 && size.height > 0 && size.width <= picture_side_max &&
      size.height <= picture_side_max &&
      static_cast<size_t>(size.width) * static_cast<size_t>(size.height) <= picture_pixels_max;
  if (!fits) {
    return core::Error{core::Code::bad_input, "a scene of " + std::to_string(size.width) + "x" +
                                                  std::to_string(size.height) +
                                                  " pixels cannot be drawn"};
  }
  if (options.view < 0 || options.view > scene_view_max) {
    return core::Error{core::Code::bad_input, "there is no view " + std::to_string(options.view) +
                                                  "; use 0 to " + std::to_string(scene_view_max)};
  }
  return Scene(std::make_unique<State>(options, size));
}

SceneFrame Scene::render(double time_s) {
  State& s = *state_;
  const Layout& layout = s.layout;
  const Shift shift = s.options.shake ? shake(s.options.seed, time_s, s.size.width) : Shift{};
  const Activity activity = activity_of(s.options, time_s);
  const double machine_time_s = activity.machine_time_s;
  s.canvas.begin();
  s.shadows.begin();
  s.mesh.clear();
  add_belt_seams(s.mesh, layout, machine_time_s);
  s.place(shift, false, false);
  const auto parts = parts_of(layout, machine_time_s);
  for (const auto& part : parts) add_part(s.mesh, layout, part);
  s.place(shift, false, true);
  add_robot(s.mesh, layout, grip_of(layout, machine_time_s), machine_time_s);
  s.place(shift, true, true);
  s.place_people(shift, activity, time_s);
  return s.composer.compose(s.canvas, s.shadows, shift, make_instances(layout, parts),
                            s.options.noise ? &s.noise : nullptr,
                            frame_seed(s.options.seed, time_s));
}

std::vector<ScenePoint> Scene::danger_zone() const {
  const Layout& layout = state_->layout;
  const Rect& zone = layout.zone;
  const auto margin = static_cast<double>(margin_of(state_->size));
  std::vector<ScenePoint> outline;
  for (const Vec2 p : {Vec2{zone.x0, zone.y0}, Vec2{zone.x1, zone.y0}, Vec2{zone.x1, zone.y1},
                       Vec2{zone.x0, zone.y1}}) {
    const auto spot = state_->camera.project(layout.cell.point({p.x, p.y, 0}));
    if (!spot) continue;
    outline.push_back({(spot->x - margin) / (2.0 * state_->size.width),
                       (spot->y - margin) / (2.0 * state_->size.height)});
  }
  return outline;
}

int Scene::people_in_danger(double time_s) const {
  return scene::people_in_danger(state_->layout, time_s);
}

core::Result<SceneFrame> render(const SceneOptions& options, double time_s, core::Size size) {
  auto scene = Scene::open(options, size);
  if (!scene) return scene.error();
  return scene->render(time_s);
}

}  // namespace fovea::video
