#pragma once

#include <functional>

#include "core/result.h"
#include "evaluate/confusion.h"
#include "train/sample_store.h"
#include "train/torch_network.h"

namespace fovea::train {

// Runs the network over all samples as `fovea evaluate` would: class maps are compared at the
// pictures' size. Errors: those of reading; closed (`goes_on` said false).
core::Result<evaluate::Confusion> validate(TorchNetwork& network, SampleStore& samples,
                                           const std::function<bool()>& goes_on);

// A picture with what is true and what the network sees beside it, as JPEG, of the first samples.
core::Status write_preview(const std::string& path, TorchNetwork& network, SampleStore& samples,
                           size_t count);

}  // namespace fovea::train
