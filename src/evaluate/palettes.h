#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::evaluate {

// Class maps that are saved with a palette: to the eye their colours are the classes, to a reader
// their indices, and programs that write such files order a palette as they like. Where the classes
// have colours of their own and a map shows nothing but these, the colours decide; else the indices
// do, and maps that do not agree are told of. Threads: one at a time.
class Palettes {
 public:
  // By class, as the data set's own file gives them; empty: it gives none.
  explicit Palettes(std::vector<std::optional<core::Colour>> colours)
      : colours_(std::move(colours)) {}

  // Puts class indices in place of the palette's into `map`; `name` is its file. Errors: bad_input
  // (some of its colours are those of other classes than their indices say, some of none).
  core::Status apply(core::Image& map, const std::vector<core::Colour>& palette,
                     const std::string& name);

  // What is to be told, in a sentence; empty: nothing.
  const std::string& note() const { return note_; }

 private:
  struct Known {
    core::Colour colour;
    std::string name;  // of the map that had it first
  };

  std::optional<uint8_t> class_of(core::Colour colour) const;
  void compare(const std::vector<bool>& used, const std::vector<core::Colour>& palette,
               const std::string& name);

  const std::vector<std::optional<core::Colour>> colours_;
  std::array<std::optional<Known>, 256> known_;  // by index, of maps that were taken by indices
  std::string note_;
};

}  // namespace fovea::evaluate
