#include <fmt/format.h>

#include "infer/class_lists.h"
#include "infer/head.h"

namespace fovea::infer {

namespace {

// The map's size, or 0x0 if the tensor cannot be a class map.
core::Size map_size(const TensorInfo& output) {
  std::vector<int64_t> sides;  // without the sides of length 1 at both ends
  const auto& shape = output.shape;
  if (shape.size() == 3 && shape[0] == 1) sides = {shape[1], shape[2]};
  if (shape.size() == 4 && shape[0] == 1 && shape[3] == 1) sides = {shape[1], shape[2]};
  if (shape.size() == 4 && shape[0] == 1 && shape[1] == 1) sides = {shape[2], shape[3]};
  if (sides.empty() || sides[0] < 1 || sides[1] < 1) return {};
  return {int(sides[1]), int(sides[0])};
}

bool is_integer(const TensorInfo& output) {
  return output.type == "i64" || output.type == "i32" || output.type == "u8" ||
         output.type == "i8" || output.type == "u32" || output.type == "u64" ||
         output.type == "i16" || output.type == "u16";
}

// A ready class map, as exported with its argmax (DeepLab's TFLite models).
class ClassMapHead final : public HeadDecoder {
 public:
  Head head() const override { return Head::class_map; }
  Tail tail() const override { return Tail::class_map; }

  std::optional<Manifest> propose(const ModelShape& shape, const InputSpec& input) const override {
    if (shape.outputs.empty() || !is_integer(shape.outputs[0])) return {};
    if (map_size(shape.outputs[0]) == core::Size{}) return {};
    Manifest manifest;
    manifest.task = Task::segmentation;
    manifest.head = head();
    manifest.input = input;
    // The file does not say how many classes there are; what is exported this way is VOC's DeepLab.
    manifest.classes = voc_classes();
    return manifest;
  }

  core::Status check(const Manifest&, const ModelShape& shape) const override {
    if (!shape.outputs.empty() && map_size(shape.outputs[0]) != core::Size{}) return {};
    return core::Error{
        core::Code::bad_input,
        fmt::format("head 'class_map' needs an output [1,H,W], but the model gives {}",
                    shape.outputs.empty() ? "none" : to_string(shape.outputs[0]))};
  }

  core::Result<Prediction> decode(const DecodeInput& input) const override {
    return make_segmentation(input);
  }
};

}  // namespace

const HeadDecoder& class_map_head() {
  static const ClassMapHead head;
  return head;
}

}  // namespace fovea::infer
