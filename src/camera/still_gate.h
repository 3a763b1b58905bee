#pragma once

#include <optional>

#include "codec/change_detector.h"
#include "codec/jpeg.h"
#include "codec/picture_rhythm.h"
#include "core/clock.h"
#include "core/image.h"
#include "video/source.h"

namespace fovea::camera {

// Leaves out pictures that show nothing new, where a camera is told to spare its link: what differs
// from the last published one passes (see codec::ChangeDetector), and at least one picture each
// `silence_max`. All pass while the scene's noise is being learned. Threads: one.
class StillGate {
 public:
  static constexpr auto silence_max = std::chrono::seconds(2);

  // Whether the picture is worth sending. What cannot be looked at (H.264 that is passed on, a
  // broken picture) is.
  bool passes(const video::Picture& picture, core::SteadyTime now);
  // The picture of the last passes() went out.
  void on_published(core::SteadyTime now);

 private:
  std::optional<core::Image> thumbnail_of(const video::Picture& picture);

  codec::JpegDecoder decoder_;
  codec::ChangeDetector detector_;
  std::optional<core::Image> thumbnail_;  // of the last passes()
  core::SteadyTime published_;
  codec::PictureRhythm rhythm_{silence_max};
};

}  // namespace fovea::camera
