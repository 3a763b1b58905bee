#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "core/image.h"
#include "core/result.h"

namespace fovea::stream {

// Per pixel the index of a class, for one frame. It may come compressed and is decoded when first
// needed, once for all that look at it; what nobody looks at costs nothing.
// Threads: any.
class ClassMap {
 public:
  using Load = std::function<core::Result<core::Image>()>;

  // `area` is the part of the frame that the map covers, in pixels of a frame of `frame` size.
  ClassMap(Load load, core::Area area, core::Size frame)
      : load_(std::move(load)), area_(area), frame_(frame) {}

  // gray8, at the network's resolution. Errors: those of `load`, the same each time.
  const core::Result<core::Image>& image() const {
    std::call_once(once_, [this] { image_.emplace(load_()); });
    return *image_;
  }
  const core::Area& area() const { return area_; }
  core::Size frame() const { return frame_; }

 private:
  const Load load_;
  const core::Area area_;
  const core::Size frame_;
  mutable std::once_flag once_;
  mutable std::optional<core::Result<core::Image>> image_;
};

}  // namespace fovea::stream
