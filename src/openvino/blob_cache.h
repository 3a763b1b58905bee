#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/context.h"

namespace fovea::openvino {

// Compiled models on disk: one file `<key>.compiled` each, with a checksum in front, so that what
// was cut short or damaged is never given to the engine. Written beside and renamed: processes may
// share the folder. Keeps the newest `files_max`, and removes what a process that was killed while
// it wrote has left behind. An empty folder name keeps nothing. Trouble with
// the disk is logged and counted, never an error: the model is compiled again.
// Threads: any.
class BlobCache {
 public:
  static constexpr size_t files_max = 32;

  BlobCache(std::string folder, core::Context context);

  // The payload stored under `key`, or nothing (absent or damaged).
  std::optional<std::string> load(const std::string& key) const;
  void store(const std::string& key, const std::string& payload) const;

 private:
  void prune() const;
  void complain(const std::string& message) const;

  const std::string folder_;
  const core::Context context_;
};

// BLAKE2b of `text` as hexadecimal digits: a key.
std::string cache_key(const std::string& text);

// What compiled code depends on: the processor's model and instruction sets.
std::string cpu_features();

}  // namespace fovea::openvino
