#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "cli/infer_inputs.h"
#include "core/json.h"
#include "core/result.h"
#include "infer/predictor.h"

namespace fovea::cli {

// Writes what `fovea infer` leaves in its output folder: masks, overlays, detections.json and
// summary.json, in the form of the contract. Files that an earlier run wrote are replaced, and no
// others: a mask that somebody drew, or changed since, is work. What an earlier run wrote is known
// by its summary.json, which was written last.
class InferOutputs {
 public:
  InferOutputs(std::string folder, infer::Manifest manifest);

  // Errors: io; exists (a labelled data set lies there, with its classes.yaml).
  core::Status make_folder();

  // Whether the files of a picture may be written. Errors: exists (one is there that no run wrote).
  core::Status check_free(const std::string& stem) const;

  // <stem>.mask.png and <stem>.overlay.jpg, and the lines of this picture in the lists.
  // Errors: io; exists; those of the encoders.
  core::Status add(const InferInput& input, int image_id, const std::string& stem,
                   const core::Image& frame, const infer::Prediction& prediction);

  // An input that could not be used: named in the summary.
  void add_error(const InferInput& input, int image_id, const std::string& message);

  // summary.json and, for detectors, detections.json. Errors: io; exists.
  core::Status finish();

  const core::Json& summary() const { return summary_; }

 private:
  core::Status write(const std::string& name, std::string_view bytes);
  core::Status check_file(const std::filesystem::path& file) const;

  const std::string folder_;
  const infer::Manifest manifest_;
  std::optional<std::filesystem::file_time_type> earlier_run_;  // when its summary was written
  std::set<std::string> written_;                               // by this run
  core::Json summary_;
  core::Json detections_ = core::Json::array();
};

}  // namespace fovea::cli
