#include "evaluate/detection.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/file.h"
#include "core/ids.h"
#include "core/json.h"
#include "evaluate/class_match.h"
#include "evaluate/median.h"
#include "evaluate/picture_file.h"

namespace fovea::evaluate {

namespace fs = std::filesystem;
using core::Code;
using core::Error;
using core::Json;

namespace {

// COCO's own validation set has 20 MB of annotations.
constexpr size_t annotations_bytes_max = 2u << 30;

core::Result<Json> read_json(const std::string& file) {
  const auto text = core::read_file(file, annotations_bytes_max);
  if (!text) return text.error();
  auto document = core::parse_json_object(text->text(), {.bytes_max = annotations_bytes_max});
  if (!document) return document.error().context(file);
  return document;
}

Error wrong(const std::string& where, size_t index) {
  return {Code::bad_input, fmt::format("{}[{}] is not as COCO writes it", where, index)};
}

bool is_box(const Json& box) {
  return box.is_array() && box.size() == 4 &&
         std::all_of(box.begin(), box.end(), [](const Json& side) { return side.is_number(); });
}

}  // namespace

core::Result<BoxData> BoxData::open(const std::string& spec) {
  const size_t colon = spec.rfind(':');
  if (!spec.starts_with("coco:") || colon <= 5 || colon + 1 >= spec.size()) {
    return Error{Code::bad_input, "data of a detector is coco:PICTURES:ANNOTATIONS.json, not '" +
                                      core::printable(spec) + "'"};
  }
  const fs::path pictures = spec.substr(5, colon - 5);
  const auto document = read_json(spec.substr(colon + 1));
  if (!document) return document.error();
  BoxData data;
  std::map<int64_t, int> categories;
  std::map<int64_t, size_t> places;
  size_t index = 0;
  for (const Json& one : (*document)["categories"]) {
    const Json &id = one["id"], &name = one["name"];
    if (!id.is_number_integer() || !name.is_string()) return wrong("categories", index);
    categories[id.get<int64_t>()] = static_cast<int>(data.classes_.size());
    data.classes_.push_back({name.get<std::string>(), {}, static_cast<int>(id.get<int64_t>())});
    ++index;
  }
  index = 0;
  for (const Json& one : (*document)["images"]) {
    const Json &id = one["id"], &name = one["file_name"];
    if (!id.is_number_integer() || !name.is_string()) return wrong("images", index);
    places[id.get<int64_t>()] = data.pictures_.size();
    data.pictures_.push_back({(pictures / name.get<std::string>()).string(), {}});
    ++index;
  }
  index = 0;
  for (const Json& one : (*document)["annotations"]) {
    const Json &box = one["bbox"], &image = one["image_id"];
    const Json &kind = one["category_id"], &crowd = one["iscrowd"];
    if (!is_box(box) || !image.is_number_integer() || !kind.is_number_integer()) {
      return wrong("annotations", index);
    }
    const auto place = places.find(image.get<int64_t>());
    const auto category = categories.find(kind.get<int64_t>());
    if (place == places.end() || category == categories.end()) return wrong("annotations", index);
    const core::Area area{box[0].get<double>(), box[1].get<double>(), box[2].get<double>(),
                          box[3].get<double>()};
    data.pictures_[place->second].boxes.push_back(
        {category->second, area, 0, crowd.is_number_integer() && crowd.get<int64_t>() != 0});
    ++index;
  }
  if (data.pictures_.empty() || data.classes_.empty()) {
    return Error{Code::bad_input, spec.substr(colon + 1) + " names no images or no categories"};
  }
  return data;
}

core::Result<core::Image> BoxData::read(size_t index) const {
  auto picture = read_picture(pictures_[index].file);
  if (!picture) return picture.error().context(pictures_[index].file);
  return picture;
}

core::Result<BoxEvaluation> evaluate_detection(
    const infer::LoadedModel& model, const BoxData& data,
    const std::function<void(size_t done, size_t total)>& progress) {
  if (model.manifest().task != infer::Task::detection) {
    return Error{Code::unsupported, "the model finds no boxes; coco: is for detectors"};
  }
  const auto matched = match_classes(model.manifest().classes, data.classes());
  if (!matched) return matched.error();
  BoxEvaluation evaluation;
  evaluation.unknown = matched->unknown;
  auto predictor = model.open();
  if (!predictor) return predictor.error();
  evaluation.precision = AveragePrecision(data.classes().size());
  std::vector<double> times;
  for (size_t i = 0; i < data.size(); ++i) {
    progress(i, data.size());
    const auto picture = data.read(i);
    if (!picture) return picture.error();
    const auto prediction = (*predictor)->predict(*picture, picture->size);
    if (!prediction) return prediction.error().context(data.file(i));
    times.push_back(prediction->infer_ms);
    std::vector<LabelledBox> found;
    for (const auto& box : prediction->detections) {
      const int category = matched->data_class[static_cast<size_t>(box.class_index)];
      if (category != ClassMatch::none) found.push_back({category, box.area, box.score, false});
    }
    evaluation.precision.add_picture(data.truth(i), found);
  }
  progress(data.size(), data.size());
  evaluation.infer_ms = median(std::move(times));
  return evaluation;
}

}  // namespace fovea::evaluate
