#include "stream/snapshot.h"

#include "core/json.h"

namespace fovea::stream {

std::string write_snapshot(const core::Json& values) { return values.dump(); }

core::Json snapshot_time(std::optional<core::Timestamp> time) {
  if (!time) return nullptr;
  return core::to_rfc3339(*time);
}

SnapshotReader::SnapshotReader(std::string_view text) {
  auto json = core::parse_json_object(text);
  if (json) {
    json_ = *std::move(json);
  } else {
    wrong_ = json.error().message;
  }
}

bool SnapshotReader::flag(const char* name) {
  const auto flag = json_[name].boolean();
  if (!flag && wrong_.empty()) wrong_ = std::string("'") + name + "' is not true or false";
  return flag.value_or(false);
}

std::optional<core::Timestamp> SnapshotReader::time(const char* name) {
  const core::Json* found = json_.find(name);
  if (found && found->is_null()) return std::nullopt;
  if (found && found->text()) {
    const auto time = core::parse_rfc3339(*found->text());
    if (time) return *time;
  }
  if (wrong_.empty()) wrong_ = std::string("'") + name + "' is not a time";
  return std::nullopt;
}

core::Status SnapshotReader::status() const {
  if (wrong_.empty()) return {};
  return core::Error{core::Code::bad_input, "a snapshot cannot be used: " + wrong_};
}

}  // namespace fovea::stream
