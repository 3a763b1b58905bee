#include "site/frame_groups.h"

#include <algorithm>
#include <utility>

namespace fovea::site {

void FrameGroups::add(const FramePtr& frame, size_t bytes_max) {
  newest_ = frame->sequence;
  if (frame->key) {
    before_ = std::exchange(current_, {});
  } else if (current_.frames.empty()) {
    return;  // its key frame is forgotten
  }
  current_.frames.push_back(frame);
  current_.bytes += frame->data.size();
  if (current_.bytes > bytes_max) current_ = {};
  if (current_.bytes + before_.bytes > bytes_max) before_ = {};
}

std::vector<FramePtr> FrameGroups::newest() const {
  return {current_.frames.begin(), current_.frames.end()};
}

std::vector<FramePtr> FrameGroups::until(uint64_t sequence) const {
  for (const Group* group : {&current_, &before_}) {
    const auto found =
        std::find_if(group->frames.begin(), group->frames.end(),
                     [&](const FramePtr& frame) { return frame->sequence == sequence; });
    if (found != group->frames.end()) return {group->frames.begin(), found + 1};
  }
  return {};
}

}  // namespace fovea::site
