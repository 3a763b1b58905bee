#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/json.h"
#include "core/result.h"

// Writing and reading what operators remember; private to this module.
namespace fovea::stream {

std::string write_snapshot(const core::Json& values);

// Null, or RFC 3339.
core::Json snapshot_time(std::optional<core::Timestamp> time);

// Reads members and remembers the first thing that is wrong.
class SnapshotReader {
 public:
  explicit SnapshotReader(std::string_view text);
  bool flag(const char* name);
  std::optional<core::Timestamp> time(const char* name);  // empty for null
  core::Status status() const;

 private:
  core::Json json_;
  std::string wrong_;  // the first member that is; empty: none
};

}  // namespace fovea::stream
