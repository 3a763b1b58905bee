#include "stream/operator.h"

namespace fovea::stream {

void Operator::advance(core::Timestamp /*time*/, Output& /*output*/) {}

std::string Operator::snapshot() const { return {}; }

core::Status Operator::restore(std::string_view snapshot) {
  if (snapshot.empty()) return {};
  return core::Error{core::Code::bad_input, "this operator has nothing to remember"};
}

}  // namespace fovea::stream
