#include "core/assert.h"
#include "infer/head.h"

namespace fovea::infer {

// The one list. A detector's [1,N,5+C] could be taken for something else, so it is asked first.
std::vector<const HeadDecoder*> heads() {
  return {&yolox_head(), &class_map_head(), &logits_nchw_head(), &logits_nhwc_head(),
          &scores_head()};
}

const HeadDecoder& head_decoder(Head head) {
  for (const HeadDecoder* decoder : heads()) {
    if (decoder->head() == head) return *decoder;
  }
  core::assertion_failed("every head has a decoder", __FILE__, __LINE__);
}

}  // namespace fovea::infer
