#include "video/live_reader.h"

#include <fmt/format.h>

#include "core/limits.h"
#include "core/thread.h"

namespace fovea::video {

using core::Code;
using core::Error;

bool RateLimit::passes(core::SteadyTime now) {
  if (fps_max_ <= 0) return true;
  const std::chrono::duration<double> period(1 / fps_max_);
  const auto step = std::chrono::duration_cast<core::SteadyTime::duration>(period);
  // A picture a little early is the one that was meant: sources' clocks and ours differ.
  if (now < due_ - step / 4) return false;
  // Behind by more than a period: start anew instead of catching up in a burst.
  due_ = now - due_ > step ? now + step : due_ + step;
  return true;
}

namespace {

bool follows(const Picture& picture) {
  const auto* frame = std::get_if<core::EncodedPicture>(&picture.content);
  return frame != nullptr && !frame->key;
}

}  // namespace

LiveReader::LiveReader(const std::string& name, double fps_max, const core::Clock& clock, Read read,
                       std::chrono::seconds patience)
    : patience_(patience),
      newest_(core::limits::inter_coded_waiting_max, core::Overflow::drop_oldest) {
  thread_ = core::start_thread(
      name, [this, fps_max, &clock, read = std::move(read)](std::stop_token stop) {
        RateLimit rate(fps_max);
        while (!stop.stop_requested()) {
          auto picture = read(stop);
          if (!picture) {
            failure_.push(picture.error());
            break;
          }
          if (!rate.passes(clock.steady())) continue;
          if (follows(*picture)) {
            newest_.push(std::move(*picture));
          } else {
            newest_.replace_all(std::move(*picture));
          }
        }
        newest_.close();
      });
}

core::Result<Picture> LiveReader::next(std::stop_token stop) {
  // A little longer than sources wait themselves: their words for the silence are better.
  auto picture = newest_.pop_for(patience_ + std::chrono::milliseconds(500), stop);
  if (picture) return std::move(*picture);
  if (stop.stop_requested()) return Error{Code::closed, "stopped"};
  if (auto failure = failure_.try_pop()) return *failure;
  return Error{Code::timeout, fmt::format("no picture for {} s", patience_.count())};
}

}  // namespace fovea::video
