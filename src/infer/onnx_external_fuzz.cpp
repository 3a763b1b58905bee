#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "infer/onnx_external.h"

// It ends, and names nothing that is not in the file.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::istringstream model(bytes);
  for (const auto& file : fovea::infer::read_external_data(model)) {
    if (bytes.find(file) == std::string::npos) std::abort();
  }
  return 0;
}
