#pragma once

#include "infer/predictor.h"
#include "site/devices.h"
#include "site/scheduler.h"

namespace fovea::site {

// One frame with what the model said about it, on its way from a session to the publisher.
struct Inferred {
  Work work;
  ServedPtr served;
  infer::Prediction prediction;
  double wait_ms = 0;  // received -> taken
  double decode_ms = 0;
};

// One frame that shows what an inferred one showed, and that one's result.
struct Repeated {
  Work work;
  ResultPtr result;
  double shift_x = 0;  // how far the picture has moved since, in pixels of the frame
  double shift_y = 0;
  double wait_ms = 0;  // received -> judged, without decoding
};

// Share of the covered area and mean confidence per class that occurs, in the order of indices.
// Pixels without a class count for the area only. Pure.
std::vector<wire::ClassShare> class_shares(const infer::Segmentation& segmentation,
                                           const core::ClassList& classes);

// The result of one frame, without the time that encoding the mask takes. Pure.
wire::FrameResult make_result(const std::string& site, const Inferred& inferred);

// The same result for another frame; its boxes move with the picture. Pure.
wire::FrameResult make_repeated_result(const Repeated& repeated);

}  // namespace fovea::site
