#include "infer/json_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/ids.h"
#include "core/limits.h"

namespace fovea::infer {

using core::Code;
using core::Error;
using nlohmann::json;

core::Result<json> parse_json(std::string_view text) {
  if (text.size() > core::limits::json_bytes_max) {
    return Error{Code::bad_input, fmt::format("{} bytes of JSON are more than the limit of {}",
                                              text.size(), core::limits::json_bytes_max)};
  }
  bool too_deep = false;
  const auto guard = [&](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > core::limits::json_depth_max;
    return !too_deep;
  };
  try {
    json parsed = json::parse(text, guard);
    if (too_deep) return Error{Code::bad_input, "the JSON is nested too deeply"};
    return parsed;
  } catch (const json::exception& wrong) {
    return Error{Code::bad_input, "not valid JSON: " + core::printable(wrong.what(), 160)};
  }
}

JsonReader::JsonReader(const json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) fail("", "a JSON object is expected");
}

void JsonReader::fail(const std::string& key, const std::string& message) {
  const std::string name = where_ + key;
  if (!error_) error_ = Error{Code::bad_input, name.empty() ? message : name + ": " + message};
}

const json* JsonReader::find(const char* key, bool required) {
  known_.emplace_back(key);
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(key);
  if (found != object_.end()) return &*found;
  if (required) fail(key, "is missing");
  return nullptr;
}

std::string JsonReader::text(const char* key, size_t length_max, bool required) {
  const json* value = find(key, required);
  if (!value) return "";
  if (!value->is_string()) {
    fail(key, "must be a text");
    return "";
  }
  const auto& content = value->get_ref<const std::string&>();
  if (content.size() > length_max) fail(key, fmt::format("is longer than {} bytes", length_max));
  if (required && content.empty()) fail(key, "must not be empty");
  return content;
}

double JsonReader::number(const char* key, double minimum, double maximum,
                          std::optional<double> fallback) {
  const json* value = find(key, !fallback);
  const double otherwise = fallback.value_or(minimum);
  if (!value) return otherwise;
  const double result = value->is_number() ? value->get<double>() : NAN;
  if (result >= minimum && result <= maximum) return result;
  fail(key, fmt::format("must be a number from {} to {}", minimum, maximum));
  return otherwise;
}

int JsonReader::integer(const char* key, int minimum, int maximum, std::optional<int> fallback) {
  const json* value = find(key, !fallback);
  const int otherwise = fallback.value_or(minimum);
  if (!value) return otherwise;
  const double result = value->is_number_integer() ? value->get<double>() : NAN;
  if (result >= minimum && result <= maximum) return int(result);
  fail(key, fmt::format("must be a whole number from {} to {}", minimum, maximum));
  return otherwise;
}

int JsonReader::choice(const char* key, const std::vector<std::string>& words,
                       std::optional<int> fallback) {
  const json* value = find(key, !fallback);
  if (!value) return fallback.value_or(-1);
  if (value->is_string()) {
    const auto found = std::find(words.begin(), words.end(), value->get_ref<const std::string&>());
    if (found != words.end()) return int(found - words.begin());
  }
  fail(key, fmt::format("must be one of {}", fmt::join(words, ", ")));
  return -1;
}

const json* JsonReader::object(const char* key, bool required) {
  const json* value = find(key, required);
  if (!value || value->is_object()) return value;
  fail(key, "must be a JSON object");
  return nullptr;
}

const json* JsonReader::array(const char* key, bool required) {
  const json* value = find(key, required);
  if (!value || value->is_array()) return value;
  fail(key, "must be a list");
  return nullptr;
}

core::Status JsonReader::finish() {
  if (object_.is_object()) {
    for (const auto& [key, value] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
      const std::string near = core::nearest(key, known_);
      fail(core::printable(key),
           near.empty() ? "is an unknown key" : "is an unknown key; did you mean '" + near + "'?");
    }
  }
  if (error_) return *error_;
  return {};
}

}  // namespace fovea::infer
