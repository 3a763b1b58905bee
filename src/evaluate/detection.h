#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/result.h"
#include "infer/predictor.h"

namespace fovea::evaluate {

// A box that is true, or one that was found (then with a score).
struct LabelledBox {
  int category = 0;  // index into the data's classes
  core::Area area;   // pixels of the picture
  double score = 0;
  bool crowd = false;  // true boxes: many things at once; finding parts of it is no mistake
};

// Mean average precision as COCO defines it: over IoU of 0.50 to 0.95 in steps of 0.05, 101 points
// of recall, the 100 best boxes of a picture (Lin et al.: "Microsoft COCO: Common Objects in
// Context", 2014; computed as pycocotools does). Threads: one.
class AveragePrecision {
 public:
  explicit AveragePrecision(size_t categories);
  AveragePrecision(AveragePrecision&&) noexcept;
  AveragePrecision& operator=(AveragePrecision&&) noexcept;
  ~AveragePrecision();

  void add_picture(const std::vector<LabelledBox>& truth, const std::vector<LabelledBox>& found);

  struct Scores {
    std::optional<double> ap;     // empty: no true box of it anywhere
    std::optional<double> ap_50;  // at an IoU of 0.5 alone
  };
  std::vector<Scores> of_categories() const;
  Scores mean() const;  // over the categories that have one

 private:
  struct Category;
  std::vector<Category> categories_;
};

// Pictures with boxes in COCO's own format: coco:PICTURES:ANNOTATIONS.json.
class BoxData {
 public:
  // Errors: bad_input (no such SPEC, what is wrong in the JSON), not_found, io.
  static core::Result<BoxData> open(const std::string& spec);

  const core::ClassList& classes() const { return classes_; }
  size_t size() const { return pictures_.size(); }
  const std::string& file(size_t index) const { return pictures_[index].file; }
  const std::vector<LabelledBox>& truth(size_t index) const { return pictures_[index].boxes; }
  core::Result<core::Image> read(size_t index) const;  // rgb24

 private:
  struct Picture {
    std::string file;
    std::vector<LabelledBox> boxes;
  };
  core::ClassList classes_;
  std::vector<Picture> pictures_;
};

struct BoxEvaluation {
  AveragePrecision precision{0};
  std::vector<std::string> unknown;  // the data's classes that the model does not have
  double infer_ms = 0;               // median
};

// Runs a detector over the pictures; classes are matched by name. Errors: those of the predictor
// and of reading; unsupported (it finds no boxes), bad_input (no name in common).
core::Result<BoxEvaluation> evaluate_detection(
    const infer::LoadedModel& model, const BoxData& data,
    const std::function<void(size_t done, size_t total)>& progress);

}  // namespace fovea::evaluate
