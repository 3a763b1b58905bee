#include "stream/snapshot.h"

namespace fovea::stream {

std::string write_snapshot(const nlohmann::ordered_json& values) { return values.dump(); }

nlohmann::ordered_json snapshot_time(std::optional<core::Timestamp> time) {
  if (!time) return nullptr;
  return core::to_rfc3339(*time);
}

SnapshotReader::SnapshotReader(std::string_view text)
    : json_(nlohmann::json::parse(text, nullptr, false)) {
  if (!json_.is_object()) wrong_ = "it is no JSON object";
}

bool SnapshotReader::flag(const char* name) {
  const auto found = json_.is_object() ? json_.find(name) : json_.end();
  if (found != json_.end() && found->is_boolean()) return found->get<bool>();
  if (wrong_.empty()) wrong_ = std::string("'") + name + "' is not true or false";
  return false;
}

std::optional<core::Timestamp> SnapshotReader::time(const char* name) {
  const auto found = json_.is_object() ? json_.find(name) : json_.end();
  if (found != json_.end() && found->is_null()) return std::nullopt;
  if (found != json_.end() && found->is_string()) {
    const auto time = core::parse_rfc3339(found->get_ref<const std::string&>());
    if (time) return *time;
  }
  if (wrong_.empty()) wrong_ = std::string("'") + name + "' is no time";
  return std::nullopt;
}

core::Status SnapshotReader::status() const {
  if (wrong_.empty()) return {};
  return core::Error{core::Code::bad_input, "a snapshot cannot be used: " + wrong_};
}

}  // namespace fovea::stream
