#include "testing/source_tree.h"

namespace fovea::testing {

std::string source_file(const std::string& relative) {
  return std::string(FOVEA_SOURCE_DIR) + "/" + relative;
}

}  // namespace fovea::testing
