#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"
#include "learn/class_iou.h"

namespace fovea::learn {

// What fovea-train tells, a line of JSON each, on its standard output and in events.jsonl.
struct TrainerEvent {
  enum class Kind { reading, started, progress, validated, note, failed, done };
  Kind kind = Kind::note;
  int64_t step = 0;    // reading: pictures so far, of `pictures`
  double share = 0;    // of the whole training, 0..1
  double seconds = 0;  // of training so far, that of a resumed run included
  // progress: means since the last one
  double loss = 0;
  double learning_rate = 0;
  // validated, done and started (of the best; below 0: nothing was checked yet)
  double miou = -1;
  ClassIou iou;
  bool best = false;
  // done: of the best with weights of 16 bit, as packages have them; none if it was stopped
  std::optional<double> miou_half;
  // done: names of the classes that no picture to check with shows, so that `miou` says nothing of
  // them
  std::vector<std::string> unseen;
  // started, reading
  int64_t process = 0;  // the trainer's id
  int64_t parameters = 0;
  int64_t pictures = 0;
  int64_t validation_pictures = 0;
  // note, failed: a sentence
  std::string words;
  core::Code code = core::Code::internal;  // failed
};

std::string to_json(const TrainerEvent& event);  // without an end of line
// Errors: bad_input.
core::Result<TrainerEvent> parse_trainer_event(std::string_view line);

// Events out of what comes through a pipe, in any pieces. Of a line longer than
// core::limits::json_bytes_max only its end is looked at. Threads: one at a time.
class TrainerEventReader {
 public:
  using Told = std::function<void(const TrainerEvent&)>;
  using Other = std::function<void(std::string_view)>;  // a line that is no event

  TrainerEventReader(Told told, Other other) : told_(std::move(told)), other_(std::move(other)) {}
  void read(std::string_view text);

 private:
  const Told told_;
  const Other other_;
  std::string pending_;
};

}  // namespace fovea::learn
