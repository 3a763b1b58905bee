#include "learn/export.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "core/file.h"
#include "core/temporary_directory.h"
#include "infer/digest.h"
#include "infer/model_reference.h"
#include "infer/package.h"
#include "learn/network_file.h"
#include "learn/onnx.h"

namespace fovea::learn {

namespace {

constexpr const char* model_file = "model.onnx";
constexpr size_t onnx_bytes_max = size_t(2) << 30;

infer::Manifest manifest_of(const NetworkConfig& config, const ExportOptions& options) {
  infer::Manifest manifest;
  manifest.name = options.name;
  manifest.version = options.version;
  manifest.task = infer::Task::segmentation;
  manifest.head = infer::Head::logits_nchw;
  manifest.classes = config.classes;
  manifest.input.size = config.input;
  manifest.input.nchw = true;
  manifest.input.mean = config.mean;
  manifest.input.scale = config.scale;
  manifest.licence = options.licence;
  manifest.training_data = options.training_data;
  manifest.source = "fovea train";
  manifest.parent = options.parent;
  manifest.metrics = options.metrics;
  manifest.file = model_file;
  return manifest;
}

core::Status check(const infer::Manifest& manifest) {
  const auto good = infer::parse_manifest(infer::to_json(manifest));
  return good ? core::Status() : good.error();
}

}  // namespace

core::Status check_options(const ExportOptions& options) {
  NetworkConfig config;
  config.classes = {{"any", {}, -1}};
  return check(manifest_of(config, options));
}

core::Result<std::string> export_network(const std::string& file, const std::string& folder,
                                         const ExportOptions& options) {
  const auto network = read_network(file);
  if (!network) return network.error();
  const auto onnx = write_onnx({network->config, network->tensors}, options.half);
  if (!onnx) return onnx.error().context(file);
  auto place = core::TemporaryDirectory::make("fovea-export");
  if (!place) return place.error();
  const std::string path = (place->path() / model_file).string();
  if (auto written = core::replace_file(path, *onnx); !written) return written.error();
  auto manifest = manifest_of(network->config, options);
  if (auto good = check(manifest); !good) return good.error();
  const auto digest = infer::model_digest(path);
  if (!digest) return digest.error();
  return infer::package_model({std::move(manifest), path, *digest}, folder);
}

core::Status import_network(const std::string& from, const std::string& to) {
  if (is_network_file(from)) {
    const auto network = read_network(from);
    if (!network) return network.error();
    return write_network(to, *network);
  }
  if (core::lower_extension(from) != ".onnx") {
    return core::Error{core::Code::unsupported,
                       from +
                           " cannot be trained on; only a network that 'fovea train' made can: "
                           "its package, its .onnx or its best.safetensors"};
  }
  const auto bytes = core::read_file(from, onnx_bytes_max);
  if (!bytes) return bytes.error();
  const auto network = read_onnx(bytes->span());
  if (!network) return network.error().context(from);
  return write_network(to, {network->config, network->weights, {}});
}

}  // namespace fovea::learn
