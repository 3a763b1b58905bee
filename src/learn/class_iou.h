#pragma once

#include <optional>
#include <vector>

#include "core/json.h"

namespace fovea::learn {

// Intersection over union by class, 0..1; none for a class that no picture shows.
using ClassIou = std::vector<std::optional<double>>;

// A list of numbers; null where there is none.
core::Json to_json(const ClassIou& iou);
// Empty: the list is something else.
std::optional<ClassIou> parse_class_iou(const core::Json& list);

}  // namespace fovea::learn
