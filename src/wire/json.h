#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/ids.h"
#include "core/image.h"
#include "core/result.h"

// Reading JSON of strangers; private to this module (the .cpp files of the event types).
namespace fovea::wire {

// One JSON object, nothing after it, within limits::json_bytes_max and json_depth_max, valid
// UTF-8. Errors: bad_input.
core::Result<nlohmann::json> parse_json_object(std::string_view text);

// Compact text; broken UTF-8 in strings is replaced, never an exception.
std::string dump_json(const nlohmann::json& value);

// Reads the members of one object and remembers the first thing that is wrong, so that a parser
// is a list of members with one check at its end. A missing member is an error.
class JsonReader {
 public:
  JsonReader(const nlohmann::json& object, std::string path);

  std::string text(const char* name, size_t length_max);
  double number(const char* name, double least, double most);
  std::optional<double> number_or_null(const char* name, double least, double most);
  uint64_t count(const char* name, uint64_t most);
  bool flag(const char* name);
  core::Timestamp time(const char* name);
  core::StreamId stream();                                          // "site" and "device"
  core::Size size();                                                // "width" and "height"
  const nlohmann::json& object(const char* name);                   // empty if it is wrong
  const nlohmann::json& list(const char* name, size_t length_max);  // empty if it is wrong

  void fail(const std::string& name, const std::string& why);
  core::Status status() const;

 private:
  const nlohmann::json* member(const char* name);

  const nlohmann::json& object_;
  const std::string path_;  // where the object stands: "classes[3]."
  std::optional<core::Error> error_;
};

}  // namespace fovea::wire
