#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/image.h"
#include "core/result.h"
#include "infer/catalog.h"
#include "infer/manifest.h"
#include "infer/model_reference.h"

namespace fovea::infer {

struct Segmentation {
  core::Image class_map;  // gray8 at the network's resolution (see Outputs::map_size)
  std::optional<core::Image> confidence;  // gray8, 255 = certain; same size; models with logits
  core::Area area;                        // the part of the frame that class_map covers
};

// What a model says about one picture; coordinates are always those of the frame.
struct Prediction {
  std::optional<Segmentation> segmentation;
  std::vector<core::Detection> detections;  // sorted by score, best first
  double infer_ms = 0;                      // the engine's run, preprocessing in the graph included
};

struct LoadOptions {
  std::string device = "CPU";
  int threads = 0;          // 0: all cores
  std::string cache_dir;    // compiled models; empty: the user's cache folder
  double score_min = 0.25;  // boxes below are dropped
  std::string precision;    // "f32", "bf16", "f16"; empty: what the engine prefers on this machine
  std::string mirror;       // a folder with files of the catalog, looked into first
};

// One running instance of a model. Threads: one at a time.
class Predictor {
 public:
  virtual ~Predictor() = default;

  // `picture` may be a scaled-down decode of the frame (see JpegDecoder::decode_covering);
  // `frame` is the size whose pixels the result speaks of. Takes rgb24.
  // Errors: bad_input (format or empty picture), internal (the engine failed).
  virtual core::Result<Prediction> predict(const core::Image& picture, core::Size frame) = 0;
};

// A loaded and compiled model; shareable, immutable. Threads: any.
class LoadedModel {
 public:
  virtual ~LoadedModel() = default;
  virtual const Manifest& manifest() const = 0;
  virtual std::string engine() const = 0;  // "openvino 2026.4.1 CPU f32"
  // The size a decoded picture should cover before the graph's own resize (see decode_cover()).
  virtual core::Size input_size() const = 0;
  virtual core::Result<std::unique_ptr<Predictor>> open() const = 0;
};

// Loads what `reference` names: a model file, a folder or manifest, or a name of the catalog.
// Without a manifest what inspect() proposes is used. Compiles; takes up to seconds, or up to
// minutes where the catalog's file is fetched first. The context's clock must outlive the model.
// Errors: not_found, bad_input (cut short, wrong sha256, unknown layout), unsupported (no engine,
// or a classifier).
core::Result<std::shared_ptr<const LoadedModel>> load_model(const std::string& reference,
                                                            const LoadOptions& options,
                                                            const core::Context& context);

// The same in two steps, for callers that show what was found before it is compiled.
core::Result<std::shared_ptr<const LoadedModel>> load_model(const ModelReference& found,
                                                            const LoadOptions& options,
                                                            const core::Context& context);

}  // namespace fovea::infer
