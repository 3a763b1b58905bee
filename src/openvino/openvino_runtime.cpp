#include "openvino/openvino_runtime.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <openvino/frontend/manager.hpp>
#include <sstream>

#include "infer/inspect.h"
#include "openvino/blob_cache.h"
#include "openvino/graph.h"
#include "openvino/openvino_model.h"
#include "openvino/stored_model.h"

namespace fovea::openvino {

using core::Code;
using core::Error;
using infer::EngineOptions;
using infer::GraphSpec;

namespace {

std::string engine_version() {
  const std::string build = ov::get_openvino_version().buildNumber;
  return build.substr(0, build.find('-'));
}

core::Result<ov::AnyMap> configuration(const EngineOptions& options) {
  ov::AnyMap config{ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY)};
  if (options.device == "CPU") {
    config.insert(ov::num_streams(1));
    config.insert(ov::hint::enable_cpu_pinning(false));
    if (options.threads > 0) config.insert(ov::inference_num_threads(options.threads));
  }
  if (options.precision == "f32") {
    config.insert(ov::hint::inference_precision(ov::element::f32));
  } else if (options.precision == "bf16") {
    config.insert(ov::hint::inference_precision(ov::element::bf16));
  } else if (options.precision == "f16") {
    config.insert(ov::hint::inference_precision(ov::element::f16));
  } else if (!options.precision.empty()) {
    return Error{Code::bad_input,
                 "the precision must be f32, bf16 or f16, not '" + options.precision + "'"};
  }
  return config;
}

// The front end that reads this kind of file; empty for the engine's own format. Asked by name:
// otherwise a file that is none of its kind goes through all of them, and TensorFlow's writes
// to stderr.
std::string front_end_of(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  if (extension == ".onnx") return "onnx";
  if (extension == ".tflite") return "tflite";
  return extension == ".xml" ? "" : "tf";
}

std::shared_ptr<ov::Model> read_file(ov::Core& core, const std::string& path) {
  const std::string name = front_end_of(path);
  if (name.empty()) return core.read_model(path);
  ov::frontend::FrontEndManager manager;
  const auto front_end = manager.load_by_framework(name);
  auto model = front_end->convert(front_end->load(path));
  // An empty file is a valid ONNX message: a network of nothing.
  OPENVINO_ASSERT(!model->inputs().empty() && !model->outputs().empty(), "it has no network");
  return model;
}

// Everything that decides what the compiled code is.
std::string key_of(const std::string& digest, const GraphSpec& spec, const EngineOptions& options) {
  const infer::InputSpec& input = spec.input;
  return cache_key(fmt::format(
      "graph 2|{}|{}x{} {} {} {} {} {} {}|{}|{} {} {}|{}|{}", digest, input.size.width,
      input.size.height, input.nchw, input.bgr, infer::to_string(input.resize), input.padding,
      fmt::join(input.mean, ","), fmt::join(input.scale, ","), int(spec.tail), options.device,
      options.threads, options.precision, ov::get_openvino_version().buildNumber, cpu_features()));
}

class OpenvinoRuntime final : public infer::Runtime {
 public:
  explicit OpenvinoRuntime(const core::Context& context) : context_(context.named("openvino")) {}

  std::string name() const override { return "openvino " + engine_version(); }

  std::vector<std::string> devices() const override {
    try {
      return core_.get_available_devices();
    } catch (const std::exception& problem) {
      context_.log.error("asking OpenVINO for devices: {}", engine_words(problem));
      return {};
    }
  }

  std::vector<std::string> extensions() const override {
    return {".onnx", ".pb", ".tflite", ".xml"};
  }

  core::Result<infer::ModelShape> inspect(const std::string& path) const override {
    auto model = read(path, {});
    if (!model) return model.error();
    return shape_of(**model);
  }

  core::Result<std::shared_ptr<const infer::Model>> compile(
      const std::string& path, const std::string& digest, const GraphSpec& spec,
      const EngineOptions& options) const override {
    auto config = configuration(options);
    if (!config) return config.error();
    const BlobCache cache(options.cache_dir, context_);
    const std::string key = key_of(digest, spec, options);
    if (auto payload = cache.load(key)) {
      if (auto model = import(*payload, spec, options, *config)) return model;
    }
    return compile_file(path, spec, options, *config, cache, key);
  }

 private:
  core::Result<std::shared_ptr<ov::Model>> read(const std::string& path,
                                                const infer::InputSpec& input) const {
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) {
      return Error{Code::not_found, "there is no model file " + path};
    }
    try {
      auto model = read_file(core_, path);
      close_shape(*model, input);
      return model;
    } catch (const std::exception& problem) {
      return Error{Code::bad_input,
                   fmt::format("{} cannot be read as a model; it is cut short, damaged or of "
                               "another kind ({})",
                               path, engine_words(problem))};
    }
  }

  core::Status check_device(const std::string& device) const {
    const std::string kind = device.substr(0, device.find_first_of(".:"));
    if (kind == "AUTO" || kind == "HETERO" || kind == "MULTI") return {};
    const auto known = devices();
    const bool there = std::any_of(known.begin(), known.end(), [&](const std::string& name) {
      return name == device || name.substr(0, name.find('.')) == device;
    });
    if (there) return {};
    return Error{Code::unsupported, fmt::format("this machine has no device '{}' for OpenVINO; "
                                                "it has {} (and AUTO)",
                                                device, fmt::join(known, ", "))};
  }

  core::Result<std::shared_ptr<const infer::Model>> compile_file(
      const std::string& path, const GraphSpec& spec, const EngineOptions& options,
      const ov::AnyMap& config, const BlobCache& cache, const std::string& key) const {
    if (auto checked = check_device(options.device); !checked) return checked.error();
    auto model = read(path, spec.input);
    if (!model) return model.error();
    const infer::ModelShape shape = shape_of(**model);
    if (auto checked = infer::check_input(spec.input, shape); !checked) return checked.error();
    try {
      build_graph(*model, spec);
    } catch (const std::exception& problem) {
      return Error{Code::bad_input,
                   fmt::format("the model's outputs are not what the manifest's head reads ({})",
                               engine_words(problem))};
    }
    try {
      ov::CompiledModel compiled = core_.compile_model(*model, options.device, config);
      if (options.device == "CPU" && !options.cache_dir.empty()) {
        std::ostringstream blob;
        compiled.export_model(blob);
        cache.store(key, pack({shape, std::move(blob).str()}));
      }
      return wrap(std::move(compiled), shape, spec, options);
    } catch (const std::exception& problem) {
      return Error{Code::unsupported, fmt::format("OpenVINO cannot compile the model for {}: {}",
                                                  options.device, engine_words(problem))};
    }
  }

  // What the cache holds was made by this engine on this kind of processor; should it refuse it
  // all the same, the model is compiled again.
  std::shared_ptr<const infer::Model> import(const std::string& payload, const GraphSpec& spec,
                                             const EngineOptions& options,
                                             const ov::AnyMap& config) const {
    auto stored = unpack(payload);
    if (!stored) {
      context_.log.warning("a compiled model in the cache: {}", stored.error().message);
      return nullptr;
    }
    try {
      std::istringstream blob(std::move(stored->blob));
      ov::CompiledModel compiled = core_.import_model(blob, options.device, config);
      return wrap(std::move(compiled), std::move(stored->shape), spec, options);
    } catch (const std::exception& problem) {
      context_.log.warning("a compiled model in the cache was refused: {}", engine_words(problem));
      return nullptr;
    }
  }

  std::shared_ptr<const infer::Model> wrap(ov::CompiledModel compiled, infer::ModelShape shape,
                                           const GraphSpec& spec,
                                           const EngineOptions& options) const {
    // A hint is not a promise: what the engine really uses is read back.
    const auto precision = compiled.get_property(ov::hint::inference_precision);
    std::string device = options.device;
    if (device.starts_with("AUTO")) {
      const auto real = compiled.get_property(ov::execution_devices);
      device = fmt::format("AUTO:{}", fmt::join(real, ","));
    }
    const std::string engine = fmt::format("{} {} {}", name(), device,
                                           precision == ov::element::bf16  ? "bf16"
                                           : precision == ov::element::f16 ? "f16"
                                                                           : "f32");
    return std::make_shared<OpenvinoModel>(std::move(compiled), std::move(shape), spec, engine);
  }

  core::Context context_;
  mutable ov::Core core_;  // thread-safe by its own documentation
};

}  // namespace

std::unique_ptr<infer::Runtime> make_openvino_runtime(const core::Context& context) {
  return std::make_unique<OpenvinoRuntime>(context);
}

}  // namespace fovea::openvino
