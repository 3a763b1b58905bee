#include "learn/class_iou.h"

#include "core/json.h"

namespace fovea::learn {

core::Json to_json(const ClassIou& iou) { return iou; }

std::optional<ClassIou> parse_class_iou(const core::Json& list) {
  if (!list.is_array()) return std::nullopt;
  ClassIou iou;
  for (const auto& value : list) {
    if (!value.is_null() && !value.is_number()) return std::nullopt;
    iou.push_back(value.number());
  }
  return iou;
}

}  // namespace fovea::learn
