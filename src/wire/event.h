#pragma once

#include <map>
#include <optional>
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
//
// Ordered events (everything but frames) get two more extensions from the bus that publishes
// them: `publisher` (a random word for one run of one publisher) and `publication` (counts that
// publisher's events of one topic from 1). A hole in the count is an event that was lost on the
// way; subscriptions count the holes. A change of `publisher` starts a new count.
struct Event {
  Topic topic;
  std::string content_type;
  std::map<std::string, std::string> attributes;
  core::Buffer payload;
};

// What is wrong with an event: a fixed word for fovea_rejected_total{reason}, and a sentence.
struct Fault {
  const char* reason;
  std::string message;
};

// The checks every event from outside must pass: specversion 1.0, id, source and type there, type
// `fovea.<kind>.v1` and source `/<site>/<device>` as the topic says, attribute names of lower-case
// letters and digits, values without control characters, counts and lengths within limits, payload
// within limits (frames and masks: frame_bytes_max, everything else: json_bytes_max).
std::optional<Fault> find_fault(const Event& event);

// The same as a status. Errors: bad_input.
core::Status check_event(const Event& event);

// The topic that an event's own source and type name. Errors: bad_input.
core::Result<Topic> topic_of(const std::map<std::string, std::string>& attributes);

// --- frame: payload is the encoded picture ------------------------------------------------------
// Attributes: time (capture), frameseq, width, height, codec, keyframe, and published (when the
// camera handed it to the bus; RFC 3339 with microseconds) where it is given. Inter-coded frames
// (H.264, Annex B, one access unit each) that are no key frames also have refseq: the frameseq of
// the frame they build on. Whoever has not decoded that one waits for the next key frame.
// Frames of a camera's large stream have mainof: the device whose stream it is.
Event make_frame_event(const core::StreamId& stream, const core::EncodedFrame& frame,
                       std::optional<core::Timestamp> published = std::nullopt);

// Whether an event is an inter-coded frame that needs the one before it; for queues, which know
// nothing else of what they hold.
bool follows(const Event& event);

// Checks the attributes against core/limits.h, not the payload: a decoder does that.
// Errors: bad_input, with the attribute's name.
core::Result<core::EncodedFrame> parse_frame_event(const Event& event);

// When the camera published a frame; its capture time where the event does not say.
core::Result<core::Timestamp> published_time(const Event& event);

// --- mask: payload is the class map as 8-bit greyscale PNG at the network's resolution ----------
struct Mask {
  uint64_t frame_sequence = 0;
  core::Timestamp captured;
  core::Size frame;  // size of the frame it belongs to
  core::Area area;   // the part of the frame it covers, in the frame's pixels
  core::Buffer png;
};
// Attributes: time and frameseq as the frame's, width, height (of the frame), areax, areay,
// areawidth, areaheight (pixels of the frame; decimal numbers).
Event make_mask_event(const core::StreamId& stream, const Mask& mask);
core::Result<Mask> parse_mask_event(const Event& event);

}  // namespace fovea::wire
