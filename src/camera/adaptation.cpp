#include "camera/adaptation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace fovea::camera {

namespace {

using namespace std::chrono_literals;

constexpr auto window = 2s;
constexpr int window_pictures_min = 4;
constexpr double denied_share_max = 0.1;
constexpr core::SteadyTime::duration patience_first = 10s;
constexpr core::SteadyTime::duration patience_last = 120s;

// Each takes about a third off the bytes of the one before.
struct Step {
  double quality;  // share of what was asked for
  double scale;
  int every;
};
constexpr std::array<Step, 9> steps = {{{1, 1, 1},
                                        {0.75, 1, 1},
                                        {0.55, 1, 1},
                                        {0.4, 1, 1},
                                        {0.4, 0.75, 1},
                                        {0.4, 0.5, 1},
                                        {0.4, 0.5, 2},
                                        {0.4, 0.5, 3},
                                        {0.4, 0.5, 6}}};
constexpr int quality_min = 25;

}  // namespace

Adaptation::Adaptation(const Limits& limits) : limits_(limits), patience_(patience_first) {
  sending_ = at(0);
}

int Adaptation::level_max() const { return static_cast<int>(steps.size()) - 1; }

Sending Adaptation::at(int level) const {
  const Step& step = steps[static_cast<size_t>(level)];
  Sending sending;
  const int wanted = static_cast<int>(limits_.quality * step.quality);
  sending.quality = std::min(limits_.quality, std::max(quality_min, wanted));
  sending.scale = limits_.scales ? step.scale : 1;
  sending.every = step.every;
  sending.adapted = level > 0;
  return sending;
}

void Adaptation::set_level(int level, core::SteadyTime now) {
  level_ = level;
  sending_ = at(level);
  level_since_ = now;
}

void Adaptation::note(bool credit, core::SteadyTime now) {
  if (!started_) {
    started_ = true;
    window_began_ = level_since_ = last_denied_ = now;
  }
  ++noted_;
  if (!credit) {
    ++denied_;
    last_denied_ = now;
  }
  const bool calm = now - last_denied_ >= patience_ && now - level_since_ >= patience_;
  if (now - window_began_ < window || noted_ < window_pictures_min) return;
  const bool slow = denied_ > denied_share_max * noted_;
  noted_ = denied_ = 0;
  window_began_ = now;
  if (slow && level_ < level_max()) {
    if (stepped_up_) {
      patience_ =
          now - level_since_ < patience_ ? std::min(2 * patience_, patience_last) : patience_first;
    }
    stepped_up_ = false;
    set_level(level_ + 1, now);
  } else if (calm && level_ > 0) {
    if (stepped_up_) patience_ = patience_first;  // the step before has lasted
    stepped_up_ = true;
    set_level(level_ - 1, now);
  }
}

std::string Adaptation::words() const {
  if (level_ == 0) return {};
  std::string text =
      fmt::format("the link is slow: quality {} instead of {}", sending_.quality, limits_.quality);
  if (sending_.scale < 1) text += fmt::format(", {:.0f} % of the size", 100 * sending_.scale);
  if (sending_.every > 1) text += fmt::format(", one picture of {}", sending_.every);
  return text;
}

}  // namespace fovea::camera
