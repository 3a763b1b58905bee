#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/context.h"
#include "core/image.h"
#include "core/result.h"
#include "core/secrets.h"
#include "video/transform.h"

namespace fovea::video {

// What a synthetic source knows about its own picture.
struct GroundTruth {
  core::Image class_map;  // gray8, size of the picture
  std::vector<core::Detection> boxes;
};

// One picture of a source: raw, or already compressed (then it is passed through untouched). Who
// makes one says when it was taken.
struct Picture {
  using Content = std::variant<core::Image, core::EncodedPicture>;

  Picture(core::Timestamp taken, Content shown, std::shared_ptr<const GroundTruth> known = nullptr)
      : captured(taken), content(std::move(shown)), truth(std::move(known)) {}

  core::Timestamp captured;
  Content content;
  std::shared_ptr<const GroundTruth> truth;  // synthetic sources only
};

// What is remembered of a camera from one opening of its source to the next, for as long as its
// owner runs. Threads: any.
struct SourceHistory {
  std::atomic<bool> asked_for_digest = false;  // so that it gets no plain password any more
  std::atomic<bool> told_of_basic = false;     // the log said that the password itself is sent
};

struct SourceOptions {
  core::Size size;    // 0x0: the source's own (synthetic: 640x360); else fitted, aspect kept
  double fps = 0;     // 0: the source's own (synthetic and folder: 15); live sources: at most
  bool loop = true;   // files and folders start again at their end
  bool paced = true;  // false: files and folders as fast as they are read, nothing is skipped
  // Live sources (exec, rtsp) that deliver H.264 hand it on as it comes, where nothing else is to
  // be done with it, numbered from 1. Else it is decoded. A reader that comes late loses pictures
  // and goes on with a key one.
  bool passes_h264 = false;
  Transform transform;  // in the source's own pixels, before it is scaled to `size`
  // What the SPEC may repeat of the environment; a source that starts a program masks it in what
  // that says. Null: nothing.
  std::shared_ptr<const core::Secrets> secrets;
  std::shared_ptr<SourceHistory> history;  // null: this is the only opening
};

// What a source knows about its stream once the first picture is there, beyond the picture itself.
struct SourceFacts {
  std::string codec;  // as FFmpeg or the driver calls it: "h264", "hevc", "YUYV"; empty: unknown
  double fps = 0;     // as the stream says of itself; 0: it does not
  bool has_sound = false;          // which is left out
  std::vector<std::string> notes;  // what its owner should know about the way to it; sentences
};

// Makes pictures, straight-line: open happens in the factory or in the first next(); next() waits
// for the next picture at the source's pace; any error ends this source, and its owner (the
// camera agent) opens a new one after a backoff. A source keeps no backlog: a reader that comes
// late gets the newest picture.
// Threads: one thread calls next(); `stop` may be requested from any thread and ends the wait
// within 200 ms.
class Source {
 public:
  virtual ~Source() = default;

  // Errors: closed (the end of a source that does not loop, or `stop`), io, timeout (no picture
  // for `silence_max`, no first one for `first_picture_max`), bad_input (what came is no picture),
  // denied (credentials), not_found.
  virtual core::Result<Picture> next(std::stop_token stop) = 0;

  // In words, without secrets: "file car-detection.mp4 (h264 768x432, 12.5 fps)".
  virtual std::string description() const = 0;

  virtual SourceFacts facts() const { return {}; }
};

// A source that delivers nothing for this long has failed; at first see below.
inline constexpr auto silence_max = std::chrono::seconds(5);

// A stream that is joined shows nothing before its next key frame, and cameras that save bits send
// one every ten or twenty seconds. One that lets us wait for longer than this has failed.
inline constexpr auto first_picture_max = std::chrono::seconds(30);

// Whether SPEC is a URL that leads to a camera's own server.
bool is_remote(const std::string& spec);

// Whether H.264 of a live source may stay as it is.
bool passes_h264(const SourceOptions& options);

// Opens the source that SPEC names: synthetic:SEED, folder:PATH, exec:COMMAND, v4l2:DEVICE,
// file:PATH, rtsp://..., rtsps://... (see sources.cpp, the one list).
// Errors: bad_input (unknown scheme; the message lists the known ones; a URL whose password cannot
// be told from the rest of it), and those of next().
core::Result<std::unique_ptr<Source>> open_source(const std::string& spec,
                                                  const SourceOptions& options,
                                                  const core::Context& context);

// Whether open_source() knows the scheme, without opening anything. Errors: bad_input, with the
// list of known ones.
core::Status check_spec(const std::string& spec);

// SPEC as it may be shown: user and password of a URL, and what is called a password or token in
// it or in a command's options, replaced by "***".
std::string masked_spec(const std::string& spec);

}  // namespace fovea::video
