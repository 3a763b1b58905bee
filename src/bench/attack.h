#pragma once

#include <string>
#include <vector>

#include "core/buffer.h"
#include "core/context.h"
#include "core/image.h"
#include "core/result.h"

namespace fovea::bench {

// What a hostile device does to a site that takes its pictures.
enum class Attack {
  jpeg,  // the JPEG that costs a decoder most of what is admitted, and the one that costs the gate
         // and a session most, in turns, 60 a second
  h264,  // 4K of noise, 30 a second, with a key frame each eighth
  status,  // its status, ten thousand times a second
  large,   // JPEG of 3840x2160, 60 a second
};
const char* to_string(Attack attack);

// The most that a decoder of a site takes on: 24 megapixels, progressive, in as many scans as are
// admitted, of which each goes through all coefficients; in a thousand bytes.
core::Bytes worst_jpeg();

// Of many details, so that it has many bytes for its size; the same for the same seed.
core::Image noise(core::Size size, unsigned seed, int contrast);

struct AttackOptions {
  std::string kind;  // as to_string() writes it
  std::string bus_url;
};

// The attacker's process: gives way to all others, makes what it sends, prints "sending" and sends,
// as the device "hostile", until it is killed. Errors: bad_input (kind), those of bus and codecs.
core::Status run_attack_child(const AttackOptions& options, const core::Context& context);

}  // namespace fovea::bench
