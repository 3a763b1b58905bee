#include "openvino/openvino_model.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <sstream>

#include "core/ids.h"
#include "core/limits.h"
#include "infer/geometry.h"
#include "infer/score_map.h"
#include "openvino/graph.h"

namespace fovea::openvino {

using core::Code;
using core::Error;

namespace {

core::Status check_picture(const core::Image& picture) {
  const core::Size size = picture.size;
  if (picture.format != core::PixelFormat::rgb24) {
    return Error{Code::bad_input, "the engine takes pictures as rgb24"};
  }
  if (size.width < 1 || size.height < 1 || size.width > core::limits::picture_side_max ||
      size.height > core::limits::picture_side_max) {
    return Error{Code::bad_input,
                 fmt::format("a picture of {}x{} cannot be used", size.width, size.height)};
  }
  if (picture.pixels.size() != core::image_bytes(picture.format, size)) {
    return Error{Code::bad_input, fmt::format("{} bytes are not a picture of {}x{}",
                                              picture.pixels.size(), size.width, size.height)};
  }
  return {};
}

class OpenvinoSession final : public infer::Session {
 public:
  OpenvinoSession(std::shared_ptr<const OpenvinoModel> model, ov::InferRequest request,
                  infer::GraphSpec spec)
      : model_(std::move(model)), request_(std::move(request)), spec_(spec) {
    for (const auto& output : request_.get_compiled_model().outputs()) {
      if (!output.get_names().contains(scores_name)) continue;
      const auto& shape = output.get_shape();
      finest_.emplace(core::Size{int(shape[2]), int(shape[1])}, spec_.input.size, shape[0]);
    }
  }

  core::Result<infer::Outputs> run(const core::Image& picture) override {
    if (auto checked = check_picture(picture); !checked) return checked.error();
    try {
      feed(picture);
      request_.infer();
      return outputs();
    } catch (const std::exception& problem) {
      return Error{Code::internal, "OpenVINO failed: " + engine_words(problem)};
    }
  }

 private:
  void feed(const core::Image& picture) {
    // The tensor only reads: it is an input.
    auto* pixels = const_cast<uint8_t*>(picture.pixels.data());
    const ov::Shape shape{1, size_t(picture.size.height), size_t(picture.size.width), 3};
    request_.set_tensor(picture_name, ov::Tensor(ov::element::u8, shape, pixels));
    if (spec_.input.resize == infer::Resize::stretch || picture.size == placed_) return;
    const auto placement = infer::place(spec_.input.resize, picture.size, spec_.input.size);
    inner_ = {placement.inner.height, placement.inner.width};
    before_ = {0, placement.top, placement.left, 0};
    after_ = {0, spec_.input.size.height - placement.top - placement.inner.height,
              spec_.input.size.width - placement.left - placement.inner.width, 0};
    request_.set_tensor(inner_name, ov::Tensor(ov::element::i64, {2}, inner_.data()));
    request_.set_tensor(before_name, ov::Tensor(ov::element::i64, {4}, before_.data()));
    request_.set_tensor(after_name, ov::Tensor(ov::element::i64, {4}, after_.data()));
    placed_ = picture.size;
  }

  infer::Outputs outputs() {
    infer::Outputs outputs;
    if (spec_.tail == infer::Tail::raw) {
      const ov::Tensor raw = request_.get_tensor(raw_name);
      outputs.raw = {raw.data<const float>(), raw.get_size()};
      outputs.raw_shape = raw.get_shape();
      return outputs;
    }
    if (finest_) return finest_outputs();
    const ov::Tensor map = request_.get_tensor(class_map_name);
    outputs.map_size = {int(map.get_shape()[1]), int(map.get_shape()[0])};
    outputs.class_map = {map.data<const uint8_t>(), map.get_size()};
    if (spec_.tail != infer::Tail::class_map) {
      const ov::Tensor confidence = request_.get_tensor(confidence_name);
      outputs.confidence = {confidence.data<const uint8_t>(), confidence.get_size()};
    }
    return outputs;
  }

  infer::Outputs finest_outputs() {
    const ov::Tensor scores = request_.get_tensor(scores_name);
    const ov::Tensor confidence = request_.get_tensor(confidence_name);
    const auto& shape = scores.get_shape();
    finest_->make({{scores.data<const float>(), scores.get_size()},
                   {confidence.data<const uint8_t>(), confidence.get_size()},
                   {int(shape[2]), int(shape[1])}});
    infer::Outputs outputs;
    outputs.map_size = finest_->size();
    outputs.class_map = finest_->class_map();
    outputs.confidence = finest_->confidence();
    return outputs;
  }

  const std::shared_ptr<const OpenvinoModel> model_;  // keeps the engine loaded
  ov::InferRequest request_;
  const infer::GraphSpec spec_;
  std::optional<infer::FinestMap> finest_;  // of logits that are coarser than the input
  core::Size placed_;                       // the picture size that the letterbox inputs are for
  std::array<int64_t, 2> inner_{};
  std::array<int64_t, 4> before_{};
  std::array<int64_t, 4> after_{};
};

}  // namespace

std::string engine_words(const std::exception& problem) {
  std::istringstream lines(problem.what());
  std::string best;
  for (std::string line; std::getline(lines, line);) {
    const bool noise = line.find("failed at") != std::string::npos ||
                       line.starts_with("Exception from") || line.empty();
    if (!noise) best = line;
  }
  return core::printable(best.empty() ? problem.what() : best, 240);
}

core::Result<std::unique_ptr<infer::Session>> OpenvinoModel::open() const {
  try {
    return std::unique_ptr<infer::Session>(std::make_unique<OpenvinoSession>(
        shared_from_this(), compiled_.create_infer_request(), spec_));
  } catch (const std::exception& problem) {
    return Error{Code::internal, "OpenVINO opened no session: " + engine_words(problem)};
  }
}

}  // namespace fovea::openvino
