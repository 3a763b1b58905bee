#pragma once

#include <map>
#include <string>

#include "core/buffer.h"
#include "core/clock.h"
#include "core/image.h"
#include "core/result.h"
#include "wire/topic.h"

namespace fovea::wire {

// A CloudEvent 1.0 (https://github.com/cloudevents/spec) in binary mode: the payload is the plain
// data (a JPEG, a PNG, JSON), everything else is attributes. `attributes` holds the context
// attributes by their spec names, without any broker's prefix: specversion, id, source, type,
// time, and extensions in lower-case alphanumerics (frameseq, width, height, codec, keyframe,
// areax ...). Each bus adapter maps them as its broker's binding says.
struct Event {
  Topic topic;
  std::string content_type;
  std::map<std::string, std::string> attributes;
  core::Buffer payload;
};

// The checks every event from outside must pass: specversion 1.0, id, source and type there, type
// `fovea.<kind>.v1` and source `/<site>/<device>` as the topic says, counts and lengths within
// limits, payload within limits. Errors: bad_input.
core::Status check_event(const Event& event);

// --- frame: payload is the encoded picture ------------------------------------------------------
Event make_frame_event(const core::StreamId& stream, const core::EncodedFrame& frame);
core::Result<core::EncodedFrame> parse_frame_event(const Event& event);

// --- mask: payload is the class map as 8-bit greyscale PNG at the network's resolution ----------
struct Mask {
  uint64_t frame_sequence = 0;
  core::Timestamp captured;
  core::Size frame;  // size of the frame it belongs to
  core::Area area;   // the part of the frame it covers, in the frame's pixels
  core::Buffer png;
};
Event make_mask_event(const core::StreamId& stream, const Mask& mask);
core::Result<Mask> parse_mask_event(const Event& event);

}  // namespace fovea::wire
