#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fovea::core {

using Bytes = std::vector<uint8_t>;

// Immutable bytes that are shared, not copied. The owner may be a vector, a string, a broker's
// message or a mapped file. Threads: any.
class Buffer {
 public:
  Buffer() = default;
  Buffer(std::shared_ptr<const void> owner, std::span<const uint8_t> bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}
  Buffer(Bytes bytes) {  // NOLINT: implicit
    auto owner = std::make_shared<const Bytes>(std::move(bytes));
    bytes_ = *owner;
    owner_ = std::move(owner);
  }
  explicit Buffer(std::string text) {
    auto owner = std::make_shared<const std::string>(std::move(text));
    bytes_ = {reinterpret_cast<const uint8_t*>(owner->data()), owner->size()};
    owner_ = std::move(owner);
  }

  const uint8_t* data() const { return bytes_.data(); }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  std::span<const uint8_t> span() const { return bytes_; }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const uint8_t> bytes_;
};

}  // namespace fovea::core
