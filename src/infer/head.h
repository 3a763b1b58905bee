#pragma once

#include <optional>
#include <vector>

#include "core/image.h"
#include "core/result.h"
#include "infer/manifest.h"
#include "infer/predictor.h"
#include "infer/runtime.h"

namespace fovea::infer {

// What a head decodes: one run's outputs and where the picture came from.
struct DecodeInput {
  const Outputs& outputs;
  const Manifest& manifest;
  core::Size picture;  // that was given to the session
  core::Size frame;    // whose pixels the result speaks of
  double score_min = 0;
};

// How a family of models ends: recognises it, checks a manifest against it, turns its output into
// a Prediction. Stateless, so one object serves all; threads: any. One file each, listed in
// heads.cpp.
class HeadDecoder {
 public:
  virtual ~HeadDecoder() = default;
  virtual Head head() const = 0;
  virtual Tail tail() const = 0;

  // The manifest for a file of this shape (without name, version and file), if it looks like this
  // head's. `input` is what inspect found out about the file's input.
  virtual std::optional<Manifest> propose(const ModelShape& shape,
                                          const InputSpec& input) const = 0;

  // Whether a model of this shape can be read as the manifest says. Errors: bad_input (with what
  // was expected and what the file has).
  virtual core::Status check(const Manifest& manifest, const ModelShape& shape) const = 0;

  // Errors: unsupported (a task that says nothing about places in a picture).
  virtual core::Result<Prediction> decode(const DecodeInput& input) const = 0;
};

// All heads, in the order in which inspect asks them.
std::vector<const HeadDecoder*> heads();
const HeadDecoder& head_decoder(Head head);

// The decoders, each in the file of its name.
const HeadDecoder& yolox_head();        // yolox_head.cpp
const HeadDecoder& class_map_head();    // class_map_head.cpp
const HeadDecoder& logits_nchw_head();  // logits_head.cpp
const HeadDecoder& logits_nhwc_head();  // logits_head.cpp
const HeadDecoder& scores_head();       // scores_head.cpp

// The class map and confidence of `outputs` as the frame sees them: cut to the part that is not
// padding, unknown classes replaced by no_class. What all segmentation heads end with.
Prediction make_segmentation(const DecodeInput& input);

}  // namespace fovea::infer
