#pragma once

#include <chrono>
#include <vector>

#include "core/clock.h"
#include "core/image.h"

namespace fovea::codec {

// Whether a picture shows something else than the one before it that was inferred. Works on
// thumbnails: a JPEG decoded at 1/8, about 80 cells wide. In this order:
//   shake    the displacement of the whole picture and a change of its brightness are estimated by
//            least squares and taken out (Lucas, Kanade: "An Iterative Image Registration Technique
//            with an Application to Stereo Vision", 1981), cells that moved on their own left out;
//   noise    of each cell is the running mean of what is then left; a cell that differs clearly
//            counts little, so that what moves is not learned as noise (the selective update of
//            Wren et al.: "Pfinder: Real-Time Tracking of the Human Body", 1997);
//   change   is what is left beyond the noise, summed over each 3x3 cells: a small thing shows in
//            several neighbours, noise in one.
// The reference is what the owner sets, always the last inferred picture and never the last
// picture: a slow drift adds up until it is seen.
// Threads: one at a time. Costs about 60 us per thumbnail.
class ChangeDetector {
 public:
  // The size to decode a picture at.
  static core::Size thumbnail_cover(core::Size picture);

  struct Judgement {
    bool changed = false;
    double score = 0;    // strongest change in grey levels; changed from score_min on
    double shift_x = 0;  // of the whole picture since the reference, in shares of its width
    double shift_y = 0;  // and height: what was at x is now at x + shift_x
  };
  static constexpr double score_min = 30;

  bool has_reference() const { return reference_.width > 0; }
  // `thumbnail` is gray8; another size than before starts all over.
  void set_reference(const core::Image& thumbnail);
  // The picture that passed at `now` becomes the reference; while the noise is learned only each
  // `reference_kept`: two pictures in a row show too little of the shake.
  void offer_reference(const core::Image& thumbnail, core::SteadyTime now);
  static constexpr auto reference_kept = std::chrono::seconds(2);
  // Compares with the reference, which must be there, and learns.
  Judgement judge(const core::Image& thumbnail);
  // It has seen enough to know the noise: before that everything should be inferred, but the
  // reference kept for a while, so that shake shows.
  bool learned() const { return learned_count_ >= learning_pictures; }
  static constexpr int learning_pictures = 60;

 private:
  // Grey levels of the cells, row by row.
  struct Grid {
    int width = 0;
    int height = 0;
    std::vector<float> levels;
  };
  // How `reference` became the picture: displaced, in cells, and brighter.
  struct Motion {
    float x = 0, y = 0, brightness = 0;
  };

  static Grid grid_of(const core::Image& thumbnail);
  Motion fit(const Grid& picture) const;
  // The reference displaced; what lies outside repeats the edge.
  Grid moved_reference(const Motion& motion) const;
  // How far `level` may be from `predicted` at a cell before it is a change.
  float tolerance(size_t at) const;
  std::vector<float> rest_of(const Grid& picture, const Motion& motion) const;
  double strongest_change(const std::vector<float>& rest) const;
  void learn(const std::vector<float>& rest);

  Grid reference_;
  std::vector<float> noise_;  // mean distance of each cell, grey levels
  int learned_count_ = 0;
  core::SteadyTime reference_since_;
};

}  // namespace fovea::codec
