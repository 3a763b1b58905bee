#pragma once

#include <string>

#include "bus/bus.h"
#include "core/context.h"
#include "video/source.h"
#include "wire/result_event.h"

namespace fovea::camera {

// The model name of results that are a synthetic scene's own knowledge.
inline constexpr const char* truth_model_name = "ground-truth";

// The attribute by which a site knows masks and results that a device made itself.
inline constexpr const char* producer_attribute = "producer";
inline constexpr const char* producer_device = "device";

// What `truth` says about the frame, as a result.
wire::FrameResult make_truth_result(const core::StreamId& stream, const core::EncodedFrame& frame,
                                    const video::GroundTruth& truth);

// Publishes the frame's ground truth as any capable device publishes what it inferred itself: a
// `mask` event, then a `result` event. Errors: those of encoding and of the bus.
core::Status publish_truth(bus::Bus& bus, const core::StreamId& stream,
                           const core::EncodedFrame& frame, const video::GroundTruth& truth);

}  // namespace fovea::camera
