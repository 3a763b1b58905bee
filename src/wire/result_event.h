#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/polygon.h"
#include "wire/event.h"

namespace fovea::wire {

struct ClassShare {
  int index = 0;
  std::string name;
  double share = 0;                  // of the covered area, 0..1
  std::optional<double> confidence;  // mean over the class's pixels, if the model tells
};

struct ResultBox {
  std::string label;
  double score = 0;
  core::Area area;  // pixels of the frame
};

struct Timings {
  double capture = 0;  // capture -> published by the camera, encoding included
  double encode = 0;   // of which encoding, where the camera tells
  double bus = 0;      // published -> received by the site
  double wait = 0;     // received -> taken by a session
  double decode = 0;
  double infer = 0;
  double encode_mask = 0;
};

// Of a result that repeats an earlier one.
struct Repetition {
  double age_ms = 0;   // from the inferred frame's capture to this one's
  double shift_x = 0;  // how far the picture has moved in between, pixels of the frame: the mask
  double shift_y = 0;  // of the inferred frame, moved by this, lies right on this one
};

// What the site found in one frame: payload of a `result` event, JSON as in ARCHITECTURE.md
// ("Contracts"). Milliseconds; times in RFC 3339.
struct FrameResult {
  core::StreamId stream;
  uint64_t frame_sequence = 0;
  core::Timestamp captured;
  std::string model_name;
  std::string model_version;
  bool inferred = true;
  std::optional<Repetition> repeats;  // not inferred: nothing had changed since an earlier frame
  core::Size frame;
  std::vector<ClassShare> classes;
  std::vector<ResultBox> boxes;
  Timings timings;
};

std::string to_json(const FrameResult& result);

// Strict about what is there (types, ranges, counts and lengths, UTF-8, depth), and lenient about
// members it does not know: a newer publisher may say more. Errors: bad_input, with the member.
core::Result<FrameResult> parse_result_json(std::string_view json);

// Attributes: time and frameseq as the frame's.
Event make_result_event(const FrameResult& result);
core::Result<FrameResult> parse_result_event(const Event& event);

// A camera's word about itself, every 2 s and on change: payload of a `status` event.
struct CameraStatus {
  core::StreamId stream;
  core::Timestamp time;
  std::string state;   // "live", "connecting", "failed", "stopped"
  std::string detail;  // in words: "trying rtsp://host/yard again in 4 s: connection refused"
  std::string source;  // masked spec
  double fps = 0;      // captured
  uint64_t captured = 0;
  uint64_t published = 0;
  uint64_t dropped = 0;  // captured, but no credit
  uint64_t restarts = 0;
  std::string adaptation;              // what it sends less of, in words; empty: nothing
  std::vector<core::Polygon> privacy;  // areas that it has blacked out
  // The device name of its large stream, which it sends while it is asked to (command_main), and
  // what is wrong with that; empty: it has none, nothing.
  std::string main;
  std::string main_detail;
};
Event make_status_event(const CameraStatus& status);
core::Result<CameraStatus> parse_status_event(const Event& event);

}  // namespace fovea::wire
