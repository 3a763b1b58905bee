#include "evaluate/segmentation.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/overlay.h"
#include "evaluate/median.h"

namespace fovea::evaluate {

using core::Code;
using core::Error;

Error no_common_class(const core::ClassList& model, const core::ClassList& data) {
  return {Code::bad_input,
          fmt::format("no class of the model ({}, ...) is called as one of the data ({}, ...); "
                      "they are matched by name",
                      model.empty() ? "it has none" : model.front().name, data.front().name)};
}

core::Result<std::vector<uint8_t>> match_classes(const core::ClassList& model,
                                                 const core::ClassList& data) {
  std::vector<uint8_t> matched(model.size(), core::no_class);
  bool any = false;
  for (size_t i = 0; i < model.size(); ++i) {
    for (size_t j = 0; j < data.size(); ++j) {
      if (model[i].name != data[j].name) continue;
      matched[i] = static_cast<uint8_t>(j);
      any = true;
    }
  }
  if (!any) return no_common_class(model, data);
  return matched;
}

core::Image map_of(const infer::Segmentation& prediction, core::Size frame,
                   const std::vector<uint8_t>& matched) {
  const core::Image scaled = codec::scale_class_map(prediction.class_map, prediction.area, frame);
  core::Bytes pixels(scaled.pixels.size(), core::no_class);
  for (size_t i = 0; i < pixels.size(); ++i) {
    const uint8_t index = scaled.pixels.data()[i];
    if (index < matched.size()) pixels[i] = matched[index];
  }
  return {core::PixelFormat::gray8, frame, std::move(pixels)};
}

namespace {

std::vector<std::string> names_missing(const core::ClassList& data,
                                       const std::vector<uint8_t>& matched) {
  std::vector<std::string> names;
  for (size_t i = 0; i < data.size(); ++i) {
    if (std::find(matched.begin(), matched.end(), i) == matched.end()) {
      names.push_back(data[i].name);
    }
  }
  return names;
}

}  // namespace

core::Result<Evaluation> evaluate_segmentation(
    const infer::LoadedModel& model, DataSet& data,
    const std::function<void(size_t done, size_t total)>& progress) {
  const auto matched = match_classes(model.manifest().classes, data.classes());
  if (!matched) return matched.error();
  auto predictor = model.open();
  if (!predictor) return predictor.error();
  Evaluation evaluation;
  evaluation.classes = data.classes();
  evaluation.unknown = names_missing(data.classes(), *matched);
  evaluation.confusion = Confusion(data.classes().size());
  std::vector<double> times;
  for (size_t i = 0; i < data.size(); ++i) {
    progress(i, data.size());
    auto sample = data.read(i);
    if (!sample) return sample.error();
    const auto prediction = (*predictor)->predict(sample->picture, sample->picture.size);
    if (!prediction) return prediction.error().context(data.name(i));
    if (!prediction->segmentation) {
      return Error{Code::unsupported,
                   "the model makes no class maps; detectors are measured on "
                   "coco:PICTURES:ANNOTATIONS.json"};
    }
    times.push_back(prediction->infer_ms);
    Confusion one(data.classes().size());
    const auto shown = map_of(*prediction->segmentation, sample->picture.size, *matched);
    if (auto added = one.add(sample->class_map, shown); !added) return added.error();
    evaluation.pictures.push_back({i, one.miou()});
    evaluation.confusion.add(one);
  }
  progress(data.size(), data.size());
  evaluation.infer_ms = median(std::move(times));
  return evaluation;
}

}  // namespace fovea::evaluate
