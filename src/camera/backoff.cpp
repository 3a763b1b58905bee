#include "camera/backoff.h"

#include <algorithm>

#include "core/limits.h"

namespace fovea::camera {

std::chrono::milliseconds Backoff::next() {
  using std::chrono::milliseconds;
  wait_ = wait_.count() == 0 ? milliseconds(core::limits::backoff_first)
                             : std::min<milliseconds>(2 * wait_, core::limits::backoff_last);
  std::uniform_real_distribution<double> spread(0.8, 1.2);
  return milliseconds(static_cast<milliseconds::rep>(double(wait_.count()) * spread(random_)));
}

void Backoff::reset() { wait_ = std::chrono::milliseconds(0); }

}  // namespace fovea::camera
