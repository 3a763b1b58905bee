#include "auth/attempts.h"

#include <algorithm>

namespace fovea::auth {

using std::chrono::nanoseconds;
using std::chrono::seconds;

Attempts::Attempts(int burst, seconds refill, size_t keys_max, const core::Clock& clock)
    : refill_(refill), full_(nanoseconds(refill) * burst), keys_max_(keys_max), clock_(clock) {}

seconds Attempts::take(const std::string& key) {
  const auto now = clock_.steady();
  std::lock_guard lock(mutex_);
  auto found = whole_at_.find(key);
  if (found == whole_at_.end()) {
    if (whole_at_.size() >= keys_max_) make_room();
    found = whole_at_.emplace(key, now).first;
  }
  const auto whole_at = std::max(found->second, now) + refill_;
  if (whole_at - now > full_) {
    return std::chrono::ceil<seconds>(whole_at - now - full_);
  }
  found->second = whole_at;
  return seconds(0);
}

void Attempts::forgive(const std::string& key) {
  std::lock_guard lock(mutex_);
  const auto found = whole_at_.find(key);
  if (found != whole_at_.end()) found->second -= refill_;
}

size_t Attempts::size() const {
  std::lock_guard lock(mutex_);
  return whole_at_.size();
}

void Attempts::make_room() {
  const auto least = std::min_element(whole_at_.begin(), whole_at_.end(),
                                      [](auto& a, auto& b) { return a.second < b.second; });
  whole_at_.erase(least);
}

}  // namespace fovea::auth
