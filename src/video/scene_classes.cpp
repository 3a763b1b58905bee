#include "video/scene_classes.h"

namespace fovea::video {

const core::ClassList& scene_classes() {
  static const core::ClassList classes = {
      {"background", {0, 0, 0}},      {"floor", {136, 136, 136}},
      {"marking", {240, 228, 66}},    {"danger_zone", {213, 94, 0}},
      {"conveyor", {0, 114, 178}},    {"robot", {204, 121, 167}},
      {"part_box", {0, 158, 115}},    {"part_cylinder", {86, 180, 233}},
      {"part_gear", {221, 221, 221}}, {"person", {230, 159, 0}},
      {"forklift", {136, 34, 85}},    {"storage", {51, 34, 136}},
  };
  return classes;
}

}  // namespace fovea::video
