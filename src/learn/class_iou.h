#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

namespace fovea::learn {

// Intersection over union by class, 0..1; none for a class that no picture shows.
using ClassIou = std::vector<std::optional<double>>;

// A list of numbers; null where there is none.
nlohmann::json to_json(const ClassIou& iou);
// Throws nlohmann::json::exception if it is no such list.
ClassIou parse_class_iou(const nlohmann::json& list);

}  // namespace fovea::learn
