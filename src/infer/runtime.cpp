#include "infer/runtime.h"

#include <fmt/format.h>

namespace fovea::infer {

std::string to_string(const TensorInfo& tensor) {
  std::vector<std::string> sides;
  for (const int64_t side : tensor.shape) sides.push_back(side < 0 ? "?" : std::to_string(side));
  return fmt::format("{} [{}]", tensor.type, fmt::join(sides, ","));
}

}  // namespace fovea::infer
