#pragma once

#include <cstdint>
#include <vector>

#include "core/image.h"

namespace fovea::codec {

// Writes the bits of a parameter set, for tests.
class BitWriter {
 public:
  BitWriter& bits(uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) bits_.push_back((value >> i & 1) != 0);
    return *this;
  }
  BitWriter& code(uint32_t value) {
    int length = 0;
    while ((value + 1) >> (length + 1) != 0) ++length;
    return bits(0, length).bits(value + 1, length + 1);
  }
  // As a byte stream.
  core::Bytes unit(uint8_t header) {
    bits(1, 1);
    core::Bytes bytes = {0, 0, 1, header};
    for (size_t i = 0; i < bits_.size(); i += 8) {
      uint8_t byte = 0;
      for (size_t j = 0; j < 8; ++j) {
        byte = uint8_t(byte << 1 | (i + j < bits_.size() && bits_[i + j] ? 1 : 0));
      }
      if (byte <= 3 && bytes.size() > 5 && bytes.back() == 0 && bytes[bytes.size() - 2] == 0) {
        bytes.push_back(3);
      }
      bytes.push_back(byte);
    }
    return bytes;
  }

 private:
  std::vector<bool> bits_;
};

// A sequence parameter set of the main profile, in macroblocks.
inline core::Bytes sequence(int wide, int high, int references, int level) {
  BitWriter bits;
  bits.bits(77, 8).bits(0, 8).bits(uint32_t(level), 8).code(0).code(0).code(2);
  bits.code(uint32_t(references)).bits(0, 1).code(uint32_t(wide - 1)).code(uint32_t(high - 1));
  bits.bits(1, 1).bits(0, 1).bits(0, 1).bits(0, 1);
  return bits.unit(0x67);
}

// With a picture parameter set and the beginning of a key frame behind it.
inline core::Bytes key_picture(const core::Bytes& parameters) {
  core::Bytes unit = parameters;
  unit.insert(unit.end(), {0, 0, 1, 0x68, 0xce, 0x3c, 0x80, 0, 0, 1, 0x65, 0x88, 0x84});
  return unit;
}

}  // namespace fovea::codec
