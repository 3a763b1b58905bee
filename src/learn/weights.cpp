#include "learn/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/ids.h"
#include "core/json.h"
#include "core/limits.h"
#include "learn/half.h"

namespace fovea::learn {

namespace {

using core::Code;
using core::Error;
using core::Json;

static_assert(std::endian::native == std::endian::little, "safetensors are little endian");

constexpr size_t length_bytes = 8;
constexpr size_t rank_max = 8;
constexpr uint64_t values_bytes_max = uint64_t(2) << 30;

Error wrong(const std::string& message) { return {Code::bad_input, message}; }

// A count of values; empty: no shape, or too large.
std::optional<uint64_t> count_of(const Json& shape, std::vector<int64_t>& sides) {
  if (!shape.is_array() || shape.size() > rank_max) return std::nullopt;
  uint64_t count = 1;
  for (const auto& side : shape) {
    if (!side.is_number_unsigned()) return std::nullopt;
    const auto value = side.get<uint64_t>();
    if (value > values_bytes_max || count * value > values_bytes_max) return std::nullopt;
    count *= value;
    sides.push_back(int64_t(value));
  }
  return count;
}

struct Entry {
  std::vector<int64_t> shape;
  bool half = false;
  uint64_t count = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
};

std::optional<Entry> read_entry(const Json& value) {
  if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") ||
      !value.contains("data_offsets")) {
    return std::nullopt;
  }
  Entry entry;
  const Json& type = value["dtype"];
  if (type != "F32" && type != "F16") return std::nullopt;
  entry.half = type == "F16";
  const auto count = count_of(value["shape"], entry.shape);
  const Json& offsets = value["data_offsets"];
  if (!count || !offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    return std::nullopt;
  }
  entry.count = *count;
  entry.begin = offsets[0].get<uint64_t>();
  entry.end = offsets[1].get<uint64_t>();
  if (entry.end < entry.begin || entry.end - entry.begin != entry.count * (entry.half ? 2 : 4)) {
    return std::nullopt;
  }
  return entry;
}

std::vector<float> read_values(const Entry& entry, std::span<const uint8_t> bytes) {
  std::vector<float> values(entry.count);
  if (!entry.half) {
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t half = 0;
    std::memcpy(&half, bytes.data() + 2 * i, 2);
    values[i] = from_half(half);
  }
  return values;
}

core::Status read_metadata(const Json& json, std::map<std::string, std::string>& metadata) {
  if (!json.is_object()) return wrong("its __metadata__ is not an object");
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string()) return wrong("its __metadata__ holds more than words");
    metadata[name] = value.get<std::string>();
  }
  return {};
}

core::Result<Json> read_header(std::span<const uint8_t> bytes, size_t& values_begin) {
  uint64_t length = 0;
  if (bytes.size() < length_bytes) return wrong("it is cut short");
  std::memcpy(&length, bytes.data(), length_bytes);
  if (length > core::limits::json_bytes_max) return wrong("it is not a safetensors file");
  if (length > bytes.size() - length_bytes) return wrong("it is cut short");
  values_begin = length_bytes + length;
  const auto text = bytes.subspan(length_bytes, length);
  auto header = core::parse_json_object({reinterpret_cast<const char*>(text.data()), text.size()});
  if (!header) return header.error().context("it is not a safetensors file");
  return header;
}

}  // namespace

core::Bytes to_safetensors(const TensorFile& file) {
  core::Json header;
  if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const uint64_t bytes = 4 * tensor.values.size();
    header[name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string text = header.is_null() ? "{}" : header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the values are aligned
  core::Bytes bytes(length_bytes + text.size() + offset);
  const uint64_t length = text.size();
  std::memcpy(bytes.data(), &length, length_bytes);
  std::memcpy(bytes.data() + length_bytes, text.data(), text.size());
  uint8_t* at = bytes.data() + length_bytes + text.size();
  for (const auto& [name, tensor] : file.tensors) {
    if (tensor.values.empty()) continue;
    std::memcpy(at, tensor.values.data(), 4 * tensor.values.size());
    at += 4 * tensor.values.size();
  }
  return bytes;
}

core::Result<TensorFile> parse_safetensors(std::span<const uint8_t> bytes) {
  size_t values_begin = 0;
  const auto header = read_header(bytes, values_begin);
  if (!header) return header.error();
  const auto values = bytes.subspan(values_begin);
  TensorFile file;
  uint64_t total = 0;
  for (const auto& [name, value] : header->items()) {
    if (name == "__metadata__") {
      if (auto good = read_metadata(value, file.metadata); !good) return good.error();
      continue;
    }
    const auto entry = read_entry(value);
    if (!entry) return wrong(fmt::format("'{}' is no tensor of F32 or F16", core::printable(name)));
    if (entry->end > values.size()) {
      return wrong(fmt::format("it is cut short: '{}' ends beyond it", core::printable(name)));
    }
    total += entry->end - entry->begin;
    if (total > values.size()) return wrong("its tensors overlap");
    Tensor tensor{entry->shape,
                  read_values(*entry, values.subspan(entry->begin, entry->end - entry->begin))};
    const bool finite = std::all_of(tensor.values.begin(), tensor.values.end(),
                                    [](float number) { return std::isfinite(number); });
    if (!finite)
      return wrong(fmt::format("'{}' holds values that are no numbers", core::printable(name)));
    file.tensors.emplace(name, std::move(tensor));
  }
  return file;
}

Tensors rounded_to_half(Tensors tensors) {
  for (auto& [name, tensor] : tensors) {
    if (tensor.shape.size() != 4) continue;
    for (float& value : tensor.values) value = from_half(to_half(value));
  }
  return tensors;
}

core::Status check_weights(const Network& network, const Tensors& tensors,
                           const std::string& prefix, bool with_auxiliary) {
  for (const auto& slot : slots_of(network, with_auxiliary)) {
    const auto found = tensors.find(prefix + slot.name);
    if (found == tensors.end())
      return wrong(fmt::format("the weights '{}' are missing", slot.name));
    if (found->second.shape == slot.shape) continue;
    return wrong(fmt::format("the weights '{}' are of shape [{}] instead of [{}]", slot.name,
                             fmt::join(found->second.shape, ","), fmt::join(slot.shape, ",")));
  }
  return {};
}

}  // namespace fovea::learn
