#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/image.h"
#include "core/result.h"

namespace fovea::cli {

// One thing to infer: a picture, or a video whose frames are pictures.
struct InferInput {
  std::string file;  // as it was given
  std::string stem;  // of the files written for it
  bool video = false;
};

// Folders become the pictures in them, by name; files are told apart by their extension.
// Errors: not_found, bad_input (an empty folder, an unknown kind, two inputs of one stem).
core::Result<std::vector<InferInput>> expand_inputs(const std::vector<std::string>& arguments);

// A picture as the network and as the overlay need it.
struct InferPicture {
  core::Image frame;    // rgb24, full size
  core::Image network;  // rgb24, possibly a scaled-down decode
};

// Decodes pictures: JPEG or PNG, told apart by their first bytes.
class PictureReader {
 public:
  // `cover` tells for a frame's size what a scaled-down JPEG decode must cover; null: full size.
  explicit PictureReader(std::function<core::Size(core::Size)> cover) : cover_(std::move(cover)) {}

  // Errors: io, bad_input and unsupported of the decoders.
  core::Result<InferPicture> read(const std::string& file);
  core::Result<InferPicture> decode(std::span<const uint8_t> data);

 private:
  std::function<core::Size(core::Size)> cover_;
};

// A greyscale picture with its value in all three channels; rgb24 as it is.
core::Image as_rgb(const core::Image& image);

}  // namespace fovea::cli
