#include "train/checkpoint.h"

#include <nlohmann/json.hpp>

#include "learn/network_file.h"

namespace fovea::train {

namespace {

using core::Code;
using core::Error;

core::Result<Progress> parse_progress(const learn::NetworkFile& file) {
  try {
    const auto json = nlohmann::json::parse(file.metadata.at("progress"));
    return Progress{json.at("step").get<int64_t>(), json.at("seconds").get<double>(),
                    json.at("checks").get<int>(), json.at("best_miou").get<double>(),
                    learn::parse_class_iou(json.at("best_iou"))};
  } catch (const std::exception&) {
    return Error{Code::bad_input, "it holds no state of a training"};
  }
}

}  // namespace

core::Status write_best(const std::string& path, const TorchNetwork& network,
                        const Progress& progress) {
  const nlohmann::json score{{"miou", progress.best_miou},
                             {"iou", learn::to_json(progress.best_iou)}};
  return learn::write_network(path,
                              {network.config(), network.weights(true), {{"score", score.dump()}}});
}

void read_best(const std::string& path, Progress& progress) {
  const auto file = learn::read_network(path);
  if (!file) return;
  try {
    const auto score = nlohmann::json::parse(file->metadata.at("score"));
    const auto miou = score.at("miou").get<double>();
    auto iou = learn::parse_class_iou(score.at("iou"));
    progress.best_miou = miou;
    progress.best_iou = std::move(iou);
  } catch (const std::exception&) {
    return;  // of an older version: the state says it
  }
}

core::Status write_state(const std::string& path, const TorchNetwork& network,
                         const TorchNetwork& average, const Optimizer& optimizer,
                         const Progress& progress) {
  learn::NetworkFile file{network.config(), network.weights(true), {}};
  for (auto& [name, tensor] : average.weights(true))
    file.tensors.emplace("average." + name, std::move(tensor));
  optimizer.save(file.tensors);
  const nlohmann::json words{{"step", progress.step},
                             {"seconds", progress.seconds},
                             {"checks", progress.checks},
                             {"best_miou", progress.best_miou},
                             {"best_iou", learn::to_json(progress.best_iou)}};
  file.metadata = {{"progress", words.dump()}};
  return learn::write_network(path, file);
}

core::Result<Progress> read_state(const std::string& path, TorchNetwork& network,
                                  TorchNetwork& average, Optimizer& optimizer) {
  const auto file = learn::read_network(path);
  if (!file) return file.error();
  const auto& tensors = file->tensors;
  if (network.take(tensors, "") + average.take(tensors, "average.") > 0) {
    return Error{Code::bad_input, path + " is of another network than the job describes"};
  }
  auto progress = parse_progress(*file);
  if (!progress) return progress.error().context(path);
  if (auto loaded = optimizer.load(tensors, progress->step); !loaded)
    return loaded.error().context(path);
  return progress;
}

}  // namespace fovea::train
