#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/result.h"
#include "infer/manifest.h"

namespace fovea::infer {

// Runtime -> Model -> Session: an engine, a compiled artifact that is shared, a running instance
// that is not. An engine honours the whole InputSpec and the Tail, in its compiled graph where it
// can; runtime_conformance.h is the suite that holds every engine to that.

struct TensorInfo {
  std::string name;
  std::string type;            // "u8", "f32", "i64", ...
  std::vector<int64_t> shape;  // -1: any
};

// What a model file says of itself, before anything is added to its graph.
struct ModelShape {
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
};
std::string to_string(const TensorInfo& tensor);  // "u8 [1,513,513,3]"

// How the graph ends.
enum class Tail {
  class_map,    // integer class per pixel -> u8
  logits_nchw,  // argmax -> u8, and the winner's softmax share as u8 (255 = certain)
  logits_nhwc,
  raw,  // the first output as f32
};

struct GraphSpec {
  InputSpec input;
  Tail tail = Tail::raw;
};

struct EngineOptions {
  std::string device = "CPU";  // the engine's own name of a device: CPU, GPU, AUTO
  int threads = 0;             // 0: all cores the process may use
  std::string precision;       // "f32", "bf16", "f16"; empty: what the engine prefers here
  std::string cache_dir;       // compiled models; empty: none are kept
};

// The outputs of one run. The spans belong to the session and are valid until its next run().
struct Outputs {
  core::Size map_size;  // of Tail::class_map the output's; of logits the network's input, if the
                        // scores are a whole number of times coarser (score_map.h), else theirs
  std::span<const uint8_t> class_map;   // map_size pixels; empty for Tail::raw
  std::span<const uint8_t> confidence;  // as class_map; logits only
  std::span<const float> raw;           // Tail::raw only
  std::vector<size_t> raw_shape;
};

// One running instance with its own buffers. Threads: one at a time. Sessions of one model share
// the model's threads: two that run at once wait for each other, they do not get more cores.
class Session {
 public:
  virtual ~Session() = default;

  // Takes rgb24 of any size up to limits::picture_*; a size that changes costs no recompile.
  // Errors: bad_input (format, empty), internal (the engine's own words).
  virtual core::Result<Outputs> run(const core::Image& picture) = 0;
};

// A compiled model. Immutable; threads: any. It may outlive its Runtime handle.
class Model {
 public:
  virtual ~Model() = default;
  virtual std::string engine() const = 0;       // "openvino 2026.4.1 CPU f32", read back
  virtual const ModelShape& shape() const = 0;  // of the file
  virtual core::Result<std::unique_ptr<Session>> open() const = 0;
};

// An engine; one per process and kind. Threads: any; compile() of one caller does not block
// sessions that run.
class Runtime {
 public:
  virtual ~Runtime() = default;
  virtual std::string name() const = 0;                     // "openvino 2026.4.1"
  virtual std::vector<std::string> devices() const = 0;     // that are there now
  virtual std::vector<std::string> extensions() const = 0;  // of files it reads: ".onnx", ...

  // Reads the file; nothing is compiled. Errors: not_found, bad_input (cut short, not a model).
  virtual core::Result<ModelShape> inspect(const std::string& path) const = 0;

  // Builds the graph of `spec` around the network and compiles it, or loads it from the cache:
  // the key is `digest` (of the file, digest.h), spec, options, engine version and CPU features.
  // Takes milliseconds (cached) to seconds. A damaged cache entry is replaced.
  // Errors: bad_input (the file, or a spec that does not fit it), unsupported (device, precision).
  virtual core::Result<std::shared_ptr<const Model>> compile(
      const std::string& path, const std::string& digest, const GraphSpec& spec,
      const EngineOptions& options) const = 0;
};

}  // namespace fovea::infer
