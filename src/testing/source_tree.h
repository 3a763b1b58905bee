#pragma once

#include <string>

namespace fovea::testing {

// A file of the sources that the tests were built from: "config/example.yaml".
std::string source_file(const std::string& relative);

}  // namespace fovea::testing
