#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::evaluate {

// How many pixels of class maps say each class, and what that makes one doubt: masks drawn in black
// and white say "no class" (255) where an object is meant. Threads: one.
class LabelCount {
 public:
  explicit LabelCount(core::ClassList classes) : classes_(std::move(classes)) {}

  void add(const core::Image& class_map);

  uint64_t of(size_t class_index) const { return pixels_.at(class_index); }
  std::vector<uint64_t> of_classes() const;
  std::vector<std::string> missing() const;  // names of the classes that no pixel says

  // "floor 92.9 %, box 7.1 %, left open 0.0 %"; of many classes the most frequent ones.
  std::string words() const;

  // Which classes no pixel says, or how many maps know only one class and "no class" where others
  // know more, in a sentence; empty: neither.
  std::string doubt() const;

  // Errors: bad_input (no pixel says any class, or all say one and the same of several: there is
  // nothing to tell apart), with doubt().
  core::Status check() const;

 private:
  uint64_t total() const;
  std::string doubt_of_maps() const;

  core::ClassList classes_;
  std::array<uint64_t, 256> pixels_{};
  size_t maps_ = 0;
  size_t half_open_ = 0;  // maps of one class and "no class"
  size_t rich_open_ = 0;  // maps of several classes and "no class"
};

}  // namespace fovea::evaluate
