#include "video/scene_activity.h"

namespace fovea::video::scene {
namespace {

constexpr uint32_t salt = 0x76697369U;

uint32_t dice_of(const Layout& layout, uint32_t number) {
  return hash(layout.options.seed ^ salt, number);
}

}  // namespace

// Each minute's activity begins at a time of its own within the minute.
Activity activity_of(const SceneOptions& options, double time_s) {
  if (options.activity >= 1) return {time_s, std::nullopt, 0};
  const double active_s = options.activity * activity_period_s;
  const double minute = std::floor(time_s / activity_period_s);
  const auto number = static_cast<uint32_t>(static_cast<int64_t>(minute));
  const double begin_s = (activity_period_s - active_s) * double{hash_unit(options.seed, number)};
  const double since = time_s - minute * activity_period_s - begin_s;
  Activity activity;
  activity.number = number;
  activity.machine_time_s = minute * active_s + std::clamp(since, 0.0, active_s);
  if (since >= 0 && since < active_s) activity.visit = since / active_s;
  return activity;
}

Person visitor_of(const Layout& layout, uint32_t number) {
  const uint32_t dice = dice_of(layout, number);
  Person visitor = layout.people[dice % layout.people.size()];
  visitor.path.corners.clear();
  visitor.carries = hash_unit(dice, 1) < 0.25f;
  return visitor;
}

Step visitor_step(const Layout& layout, const Activity& activity) {
  const uint32_t dice = dice_of(layout, activity.number);
  const Vec3 view = layout.camera_target - layout.camera_at;
  const Vec2 ahead{view.x, view.y};
  const float reach = length(ahead);
  const Vec2 forward = ahead * (1 / reach);
  const float depth = reach * mix(0.6f, 1.05f, hash_unit(dice, 2));
  // Half the way: what the camera sees to one side at that depth, and a body beyond it.
  const float slant = std::hypot(depth, layout.camera_at.z);
  const float side = slant * std::tan(layout.field_of_view / 2) + 0.8f;
  const float direction = hash_unit(dice, 3) < 0.5f ? 1.0f : -1.0f;
  const Vec2 along = Vec2{-forward.y, forward.x} * direction;
  const float gone = static_cast<float>(activity.visit.value_or(0)) * 2 - 1;
  Step step;
  step.at = Vec2{layout.camera_at.x, layout.camera_at.y} + forward * depth + along * (gone * side);
  step.heading = std::atan2(along.y, along.x);
  const float stride = 0.8f * 1.75f;
  step.phase = std::fmod(2 * pi * (gone + 1) * side / stride, 2 * pi);
  return step;
}

}  // namespace fovea::video::scene
