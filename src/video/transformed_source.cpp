#include "video/transformed_source.h"

#include <fmt/format.h>

#include <utility>

#include "codec/jpeg.h"

namespace fovea::video {

namespace {

using core::Code;
using core::Error;

// A camera whose pictures are all broken is a failure, not a row of accidents.
constexpr int broken_in_a_row_max = 30;

class TransformedSource final : public Source {
 public:
  TransformedSource(std::unique_ptr<Source> inner, const Transform& transform, core::Size box,
                    const core::Context& context)
      : inner_(std::move(inner)),
        transform_(transform),
        box_(box),
        log_(context.log),
        broken_count_(context.metrics.counter("fovea_source_pictures_broken_total",
                                              "Pictures that could not be read, skipped.")) {}

  core::Result<Picture> next(std::stop_token stop) override {
    for (int broken = 0;;) {
      auto picture = inner_->next(stop);
      if (!picture) return picture;
      if (auto* frame = std::get_if<core::EncodedPicture>(&picture->content)) {
        if (transform_.is_identity() && target(frame->size) == frame->size) return picture;
        auto image = decode(*frame);
        if (!image) {
          broken_count_.add();
          if (++broken >= broken_in_a_row_max) return image.error();
          if (!std::exchange(broken_named_, true)) {
            log_.warning("skipping a broken picture: {} (said once)", image.error().message);
          }
          continue;
        }
        picture->content = std::move(*image);
      }
      return transformed(std::move(*picture));
    }
  }

  SourceFacts facts() const override { return inner_->facts(); }
  std::string description() const override { return inner_->description(); }

 private:
  core::Size target(core::Size size) const {
    return box_ == core::Size{} ? size : fit_size(size, box_);
  }

  core::Result<core::Image> decode(const core::EncodedPicture& frame) {
    if (frame.codec != core::Codec::jpeg) {
      return Error{Code::unsupported, "only JPEG can be decoded here"};
    }
    // A crop is in full pixels; without one the decoder may leave out what scaling would lose.
    if (transform_.crop || box_ == core::Size{}) return decoder_.decode(frame.data.span());
    core::Size cover = target(frame.size);
    if (transform_.rotate % 180 != 0) {
      cover = fit_size({frame.size.height, frame.size.width}, box_);
      std::swap(cover.width, cover.height);
    }
    return decoder_.decode_covering(frame.data.span(), cover);
  }

  core::Result<Picture> transformed(Picture picture) {
    auto& image = std::get<core::Image>(picture.content);
    const core::Size before = image.size;
    if (!transform_.is_identity()) {
      auto changed = transform_image(image, transform_);
      if (!changed) return changed.error();
      image = std::move(*changed);
    }
    const core::Size size = target(image.size);
    if (size != image.size) {
      auto scaled = scale_image(image, size, Scaling::smooth);
      if (!scaled) return scaled.error();
      image = std::move(*scaled);
    }
    if (picture.truth) {
      auto truth = transformed_truth(*picture.truth, before, size);
      if (!truth) return truth.error();
      picture.truth = std::move(*truth);
    }
    return picture;
  }

  core::Result<std::shared_ptr<const GroundTruth>> transformed_truth(const GroundTruth& truth,
                                                                     core::Size before,
                                                                     core::Size size) {
    auto map = transform_image(truth.class_map, transform_);
    if (!map) return map.error();
    const core::Size whole = map->size;
    auto scaled = scale_image(*map, size, Scaling::nearest);
    if (!scaled) return scaled.error();
    GroundTruth changed;
    changed.class_map = std::move(*scaled);
    const double x = double(size.width) / whole.width;
    const double y = double(size.height) / whole.height;
    for (auto detection : truth.boxes) {
      const auto area = transform_area(detection.area, before, transform_);
      detection.area = {area.x * x, area.y * y, area.width * x, area.height * y};
      if (area.width >= 1 && area.height >= 1) changed.boxes.push_back(detection);
    }
    return std::make_shared<const GroundTruth>(std::move(changed));
  }

  const std::unique_ptr<Source> inner_;
  const Transform transform_;
  const core::Size box_;
  const core::Log log_;
  core::Counter& broken_count_;
  codec::JpegDecoder decoder_;
  bool broken_named_ = false;
};

}  // namespace

std::unique_ptr<Source> make_transformed_source(std::unique_ptr<Source> inner,
                                                const Transform& transform, core::Size box,
                                                const core::Context& context) {
  return std::make_unique<TransformedSource>(std::move(inner), transform, box, context);
}

}  // namespace fovea::video
