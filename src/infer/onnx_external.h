#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace fovea::infer {

// The files in which an ONNX model keeps numbers of its own, as it names them: relative to its
// folder, sorted, each once (ONNX, "External Data"). PyTorch's exporter writes models like that.
// What is no ONNX file has none as far as it can be read: saying what is wrong with it is the
// engine's part. Reads structure only, and jumps over numbers.
std::vector<std::string> read_external_data(std::istream& model);

}  // namespace fovea::infer
