#include "train/checkpoint.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "core/json_reader.h"
#include "learn/network_file.h"

namespace fovea::train {

namespace {

using core::Code;
using core::Error;

constexpr int64_t count_max = std::numeric_limits<int64_t>::max();
constexpr double number_max = std::numeric_limits<double>::max();

// The document in this word of the file's metadata. Errors: bad_input.
core::Result<core::Json> read_metadata(const learn::NetworkFile& file, const char* name) {
  const auto found = file.metadata.find(name);
  if (found == file.metadata.end()) {
    return Error{Code::bad_input, fmt::format("it says nothing of its {}", name)};
  }
  return core::parse_json_object(found->second);
}

learn::ClassIou read_iou(core::JsonReader& reader, const char* name) {
  auto iou = learn::parse_class_iou(reader.list(name));
  if (!iou) reader.fail(name, "is not a list of numbers");
  return std::move(iou).value_or(learn::ClassIou());
}

core::Result<Progress> parse_progress(const learn::NetworkFile& file) {
  const auto json = read_metadata(file, "progress");
  if (!json) return json.error().context("it does not hold the state of a training");
  core::JsonReader reader(*json);
  Progress progress;
  progress.step = reader.integer("step", 0, count_max);
  progress.seconds = reader.number("seconds", 0, number_max);
  progress.checks = int(reader.integer("checks", 0, std::numeric_limits<int>::max()));
  progress.best_miou = reader.number("best_miou", -number_max, number_max);
  progress.best_iou = read_iou(reader, "best_iou");
  if (auto good = reader.status(); !good) {
    return good.error().context("it does not hold the state of a training");
  }
  return progress;
}

}  // namespace

core::Status write_best(const std::string& path, const TorchNetwork& network,
                        const Progress& progress) {
  const core::Json score{{"miou", progress.best_miou}, {"iou", learn::to_json(progress.best_iou)}};
  return learn::write_network(path,
                              {network.config(), network.weights(true), {{"score", score.dump()}}});
}

void read_best(const std::string& path, Progress& progress) {
  const auto file = learn::read_network(path);
  if (!file) return;
  const auto score = read_metadata(*file, "score");
  if (!score) return;  // of an older version: the state says it
  core::JsonReader reader(*score);
  const double miou = reader.number("miou", -number_max, number_max);
  auto iou = read_iou(reader, "iou");
  if (reader.failed()) return;
  progress.best_miou = miou;
  progress.best_iou = std::move(iou);
}

core::Status write_state(const std::string& path, const TorchNetwork& network,
                         const TorchNetwork& average, const Optimizer& optimizer,
                         const Progress& progress) {
  learn::NetworkFile file{network.config(), network.weights(true), {}};
  for (auto& [name, tensor] : average.weights(true))
    file.tensors.emplace("average." + name, std::move(tensor));
  optimizer.save(file.tensors);
  const core::Json words{{"step", progress.step},
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
