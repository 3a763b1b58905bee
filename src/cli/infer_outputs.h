#pragma once

#include <string>

#include "cli/infer_inputs.h"
#include "core/json.h"
#include "core/result.h"
#include "infer/predictor.h"

namespace fovea::cli {

// Writes what `fovea infer` leaves in its output folder: masks, overlays, detections.json and
// summary.json, in the form of the contract. Files of the same name are replaced.
class InferOutputs {
 public:
  InferOutputs(std::string folder, infer::Manifest manifest);

  // Errors: io.
  core::Status make_folder() const;

  // <stem>.mask.png and <stem>.overlay.jpg, and the lines of this picture in the lists.
  // Errors: io; those of the encoders.
  core::Status add(const InferInput& input, int image_id, const std::string& stem,
                   const core::Image& frame, const infer::Prediction& prediction);

  // An input that could not be used: named in the summary.
  void add_error(const InferInput& input, int image_id, const std::string& message);

  // summary.json and, for detectors, detections.json. Errors: io.
  core::Status finish() const;

  const core::Json& summary() const { return summary_; }

 private:
  core::Status write(const std::string& name, std::string_view bytes) const;

  const std::string folder_;
  const infer::Manifest manifest_;
  core::Json summary_;
  core::Json detections_ = core::Json::array();
};

}  // namespace fovea::cli
