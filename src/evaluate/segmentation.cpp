#include "evaluate/segmentation.h"

#include "codec/overlay.h"
#include "evaluate/label_count.h"
#include "evaluate/median.h"

namespace fovea::evaluate {

using core::Code;
using core::Error;

core::Image map_of(const infer::Segmentation& prediction, core::Size frame,
                   const ClassMatch& matched) {
  const core::Image scaled = codec::scale_class_map(prediction.class_map, prediction.area, frame);
  core::Bytes pixels(scaled.pixels.size(), core::no_class);
  for (size_t i = 0; i < pixels.size(); ++i) {
    const uint8_t index = scaled.pixels.data()[i];
    if (index >= matched.data_class.size()) continue;
    const int known = matched.data_class[index];
    if (known != ClassMatch::none) pixels[i] = static_cast<uint8_t>(known);
  }
  return {core::PixelFormat::gray8, frame, std::move(pixels)};
}

core::Result<Evaluation> evaluate_segmentation(
    const infer::LoadedModel& model, DataSet& data,
    const std::function<void(size_t done, size_t total)>& progress) {
  const auto matched = match_classes(model.manifest().classes, data.classes());
  if (!matched) return matched.error();
  auto predictor = model.open();
  if (!predictor) return predictor.error();
  Evaluation evaluation;
  evaluation.classes = data.classes();
  evaluation.unknown = matched->unknown;
  evaluation.confusion = Confusion(data.classes().size());
  LabelCount labels(data.classes());
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
    labels.add(sample->class_map);
    Confusion one(data.classes().size());
    const auto shown = map_of(*prediction->segmentation, sample->picture.size, *matched);
    if (auto added = one.add(sample->class_map, shown); !added) return added.error();
    evaluation.pictures.push_back({i, one.miou()});
    evaluation.confusion.add(one);
  }
  progress(data.size(), data.size());
  evaluation.infer_ms = median(std::move(times));
  evaluation.notes = data.notes();
  if (auto doubt = labels.doubt(); !doubt.empty()) evaluation.notes.push_back(std::move(doubt));
  return evaluation;
}

}  // namespace fovea::evaluate
