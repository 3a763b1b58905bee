#include <fmt/format.h>

#include "core/limits.h"
#include "infer/class_lists.h"
#include "infer/head.h"

namespace fovea::infer {

namespace {

// One score per class and pixel, before softmax. Argmax and confidence are in the graph.
class LogitsHead final : public HeadDecoder {
 public:
  explicit LogitsHead(bool nchw) : nchw_(nchw) {}

  Head head() const override { return nchw_ ? Head::logits_nchw : Head::logits_nhwc; }
  Tail tail() const override { return nchw_ ? Tail::logits_nchw : Tail::logits_nhwc; }

  std::optional<Manifest> propose(const ModelShape& shape, const InputSpec& input) const override {
    if (shape.outputs.empty()) return {};
    const auto& sides = shape.outputs[0].shape;
    const int64_t classes = class_count(sides);
    if (classes < 2 || classes > int64_t(core::limits::classes_max)) return {};
    // Fewer classes than pixels across tells the layouts apart; a tie goes to the input's.
    const int64_t other = nchw_ ? sides[3] : sides[1];
    if (classes > other || (classes == other && nchw_ != input.nchw)) return {};
    Manifest manifest;
    manifest.task = Task::segmentation;
    manifest.head = head();
    manifest.input = input;
    manifest.classes = classes_by_count(size_t(classes));
    return manifest;
  }

  core::Status check(const Manifest& manifest, const ModelShape& shape) const override {
    const int64_t classes = shape.outputs.empty() ? 0 : class_count(shape.outputs[0].shape);
    if (classes == int64_t(manifest.classes.size())) return {};
    const std::string has = shape.outputs.empty() ? "none" : to_string(shape.outputs[0]);
    if (classes == 0) {
      return core::Error{core::Code::bad_input,
                         fmt::format("head '{}' needs an output {}, but the model gives {}",
                                     to_string(head()), nchw_ ? "[1,C,H,W]" : "[1,H,W,C]", has)};
    }
    return core::Error{core::Code::bad_input,
                       fmt::format("the manifest lists {} classes, but the model's output {} has "
                                   "{}; correct 'classes' or 'head'",
                                   manifest.classes.size(), has, classes)};
  }

  core::Result<Prediction> decode(const DecodeInput& input) const override {
    return make_segmentation(input);
  }

 private:
  int64_t class_count(const std::vector<int64_t>& sides) const {
    if (sides.size() != 4 || sides[0] != 1) return 0;
    for (const int64_t side : sides) {
      if (side < 1) return 0;
    }
    return nchw_ ? sides[1] : sides[3];
  }

  const bool nchw_;
};

}  // namespace

const HeadDecoder& logits_nchw_head() {
  static const LogitsHead head(true);
  return head;
}

const HeadDecoder& logits_nhwc_head() {
  static const LogitsHead head(false);
  return head;
}

}  // namespace fovea::infer
