#pragma once

#include <string_view>
#include <vector>

#include "stream/operator.h"

namespace fovea::stream {

// Every kind of operator there is, in the order in which people use them.
const std::vector<OperatorKind>& operator_kinds();

// Null: there is no such operator.
const OperatorKind* find_operator(std::string_view name);

}  // namespace fovea::stream
