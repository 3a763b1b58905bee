#pragma once

#include <cstdint>

#include "core/image.h"

namespace fovea::video {

// The classes of the synthetic hall; the value is the pixel of the class map. This file and
// scene_classes.cpp are the one place for names and colours: models trained on the hall carry them
// in their manifest, so that an index keeps its meaning for ever (append, never reorder).
enum class SceneClass : uint8_t {
  background,  // walls, roof, columns, windows, cabinets: what is nobody's concern
  floor,
  marking,      // painted lanes and crossings
  danger_zone,  // the painted floor round the robot, border included
  conveyor,     // belts and their frames
  robot,
  part_box,       // parts on the belt, by kind
  part_cylinder,  //
  part_gear,      //
  person,
  forklift,
  storage,  // racks, pallets, barrels and the goods on them
};

inline constexpr int scene_class_count = 12;

// Names and palette, indexed by class. The colours are told apart with every common colour
// blindness (after Okabe and Ito, "Color Universal Design", and Paul Tol's "muted" scheme).
const core::ClassList& scene_classes();

}  // namespace fovea::video
