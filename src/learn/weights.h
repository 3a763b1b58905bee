#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/buffer.h"
#include "core/result.h"
#include "learn/network.h"

namespace fovea::learn {

struct Tensor {
  std::vector<int64_t> shape;
  std::vector<float> values;  // row major
  bool operator==(const Tensor&) const = default;
};

using Tensors = std::map<std::string, Tensor>;

// Named tensors with words about them, in the format of safetensors
// (github.com/huggingface/safetensors): the length of a JSON header, the header, the raw values.
struct TensorFile {
  Tensors tensors;
  std::map<std::string, std::string> metadata;
};

// Written as F32.
core::Bytes to_safetensors(const TensorFile& file);

// Reads F32 and F16. Limits: a header of limits::json_bytes_max, 2 GiB in all. Errors: bad_input
// (cut short, values that are given twice, another type, NaN or infinite values, by name).
core::Result<TensorFile> parse_safetensors(std::span<const uint8_t> bytes);

// The same with the weights of convolutions (the tensors of four sides) as 16 bit hold them.
Tensors rounded_to_half(Tensors tensors);

// Whether `tensors` hold what the network needs; `prefix` stands before each name. Errors:
// bad_input (what is missing or of another shape).
core::Status check_weights(const Network& network, const Tensors& tensors,
                           const std::string& prefix, bool with_auxiliary);

}  // namespace fovea::learn
