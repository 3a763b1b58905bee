#include "bus/numbering.h"

#include <fmt/format.h>

#include <random>

namespace fovea::bus {

Numbering::Numbering()
    : publisher_([] {
        std::random_device random;
        return fmt::format("{:08x}{:08x}", random(), random());
      }()) {}

void Numbering::number(wire::Event& event) {
  event.attributes["publisher"] = publisher_;
  event.attributes["publication"] = std::to_string(++publications_[event.topic.name()]);
}

}  // namespace fovea::bus
