#include "learn/class_iou.h"

#include <nlohmann/json.hpp>

namespace fovea::learn {

nlohmann::json to_json(const ClassIou& iou) {
  auto list = nlohmann::json::array();
  for (const auto& value : iou) {
    list.push_back(value ? nlohmann::json(*value) : nlohmann::json(nullptr));
  }
  return list;
}

ClassIou parse_class_iou(const nlohmann::json& list) {
  ClassIou iou;
  for (const auto& value : list.get_ref<const nlohmann::json::array_t&>()) {
    iou.push_back(value.is_null() ? std::nullopt : std::optional(value.get<double>()));
  }
  return iou;
}

}  // namespace fovea::learn
