#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"

// Writing and reading what operators remember; private to this module.
namespace fovea::stream {

std::string write_snapshot(const nlohmann::ordered_json& values);

// Null, or RFC 3339.
nlohmann::ordered_json snapshot_time(std::optional<core::Timestamp> time);

// Reads members and remembers the first thing that is wrong.
class SnapshotReader {
 public:
  explicit SnapshotReader(std::string_view text);
  bool flag(const char* name);
  std::optional<core::Timestamp> time(const char* name);  // empty for null
  core::Status status() const;

 private:
  nlohmann::json json_;
  std::string wrong_;  // the first member that is; empty: none
};

}  // namespace fovea::stream
