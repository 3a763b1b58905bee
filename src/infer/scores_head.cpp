#include <fmt/format.h>

#include "infer/head.h"

namespace fovea::infer {

namespace {

// A classifier: recognised, so that inspect and the catalog can speak of it, but it says nothing
// about places in a picture.
class ScoresHead final : public HeadDecoder {
 public:
  Head head() const override { return Head::scores; }
  Tail tail() const override { return Tail::raw; }

  std::optional<Manifest> propose(const ModelShape& shape, const InputSpec& input) const override {
    if (shape.outputs.size() != 1 || class_count(shape.outputs[0]) < 2) return {};
    Manifest manifest;
    manifest.task = Task::classification;
    manifest.head = head();
    manifest.input = input;
    return manifest;
  }

  core::Status check(const Manifest& manifest, const ModelShape& shape) const override {
    const int64_t classes = shape.outputs.empty() ? 0 : class_count(shape.outputs[0]);
    if (classes > 0 && (manifest.classes.empty() || classes == int64_t(manifest.classes.size()))) {
      return {};
    }
    return core::Error{core::Code::bad_input,
                       fmt::format("head 'scores' needs an output [1,C] with the manifest's {} "
                                   "classes, but the model gives {}",
                                   manifest.classes.size(),
                                   shape.outputs.empty() ? "none" : to_string(shape.outputs[0]))};
  }

  core::Result<Prediction> decode(const DecodeInput&) const override {
    return core::Error{core::Code::unsupported,
                       "a classification model says nothing about places in a picture; "
                       "segmentation and detection models can be run"};
  }

 private:
  static int64_t class_count(const TensorInfo& output) {
    return output.shape.size() == 2 && output.shape[0] == 1 ? output.shape[1] : 0;
  }
};

}  // namespace

const HeadDecoder& scores_head() {
  static const ScoresHead head;
  return head;
}

}  // namespace fovea::infer
