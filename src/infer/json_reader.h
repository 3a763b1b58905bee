#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace fovea::infer {

// Parses JSON of a stranger within limits::json_bytes_max and json_depth_max. Errors: bad_input.
core::Result<nlohmann::json> parse_json(std::string_view text);

// Reads one JSON object strictly: remembers the first thing that is wrong, and which keys were
// asked for, so that the others can be refused. Part of this module's own parsers; not shared.
class JsonReader {
 public:
  // `where` is put in front of a key in messages: "input." or "".
  JsonReader(const nlohmann::json& object, std::string where);

  std::string text(const char* key, size_t length_max, bool required);
  double number(const char* key, double minimum, double maximum, std::optional<double> fallback);
  int integer(const char* key, int minimum, int maximum, std::optional<int> fallback);
  // The index of the value in `words`; -1 after an error.
  int choice(const char* key, const std::vector<std::string>& words, std::optional<int> fallback);
  // An object or array, or null after an error or when it is absent and not required.
  const nlohmann::json* object(const char* key, bool required);
  const nlohmann::json* array(const char* key, bool required);

  // Keys nobody asked for are an error that names the nearest known one.
  core::Status finish();

  void fail(const std::string& key, const std::string& message);
  bool failed() const { return error_.has_value(); }
  const std::string& where() const { return where_; }

 private:
  const nlohmann::json* find(const char* key, bool required);

  const nlohmann::json& object_;
  const std::string where_;
  std::vector<std::string> known_;
  std::optional<core::Error> error_;
};

}  // namespace fovea::infer
