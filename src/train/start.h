#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "train/torch_network.h"

namespace fovea::train {

// Gives the network the weights of another one's file. What knows the classes is taken by their
// names, the rest as it is; what is new stays fresh. Errors: those of reading; bad_input (weights
// are missing, or of another width).
core::Status start_from(const std::string& file, TorchNetwork& network);

// A network of the same classes to learn from. Errors: as above; bad_input (other classes).
core::Result<std::unique_ptr<TorchNetwork>> open_teacher(const std::string& file,
                                                         const core::ClassList& classes);

}  // namespace fovea::train
