#include "wire/json.h"

#include <algorithm>
#include <cmath>

#include "core/limits.h"

namespace fovea::wire {

namespace limits = core::limits;
using nlohmann::json;

namespace {

// The deepest nesting of brackets outside strings; counted before parsing, so that a deep
// document costs nothing.
int nesting_depth(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

const json empty_object = json::object();
const json empty_list = json::array();

}  // namespace

core::Result<json> parse_json_object(std::string_view text) {
  const auto wrong = [](const std::string& why) {
    return core::Error{core::Code::bad_input, "the JSON " + why};
  };
  if (text.size() > limits::json_bytes_max) {
    return wrong("has " + std::to_string(text.size()) + " bytes; at most " +
                 std::to_string(limits::json_bytes_max) + " are allowed");
  }
  if (nesting_depth(text) > limits::json_depth_max) return wrong("is nested too deeply");
  json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return wrong("is not well-formed");
  if (!document.is_object()) return wrong("is not an object");
  return document;
}

std::string dump_json(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

JsonReader::JsonReader(const json& object, std::string path)
    : object_(object), path_(std::move(path)) {
  if (!object.is_object()) error_ = core::Error{core::Code::bad_input, path_ + " is no object"};
}

std::string JsonReader::text(const char* name, size_t length_max) {
  const json* value = member(name);
  if (!value) return {};
  const auto* string = value->get_ptr<const std::string*>();
  if (!string) {
    fail(name, "is not a string");
    return {};
  }
  if (string->size() > length_max) {
    fail(name, "is longer than " + std::to_string(length_max) + " bytes");
    return {};
  }
  return *string;
}

double JsonReader::number(const char* name, double least, double most) {
  const json* value = member(name);
  if (!value) return least;
  if (!value->is_number()) {
    fail(name, "is not a number");
    return least;
  }
  const double number = value->get<double>();
  if (!std::isfinite(number) || number < least || number > most) {
    fail(name, "is out of range");
    return least;
  }
  return number;
}

std::optional<double> JsonReader::number_or_null(const char* name, double least, double most) {
  const json* value = member(name);
  if (!value || value->is_null()) return std::nullopt;
  return number(name, least, most);
}

uint64_t JsonReader::count(const char* name, uint64_t most) {
  const json* value = member(name);
  if (!value) return 0;
  if (!value->is_number_unsigned()) {
    fail(name, "is not a count");
    return 0;
  }
  const auto count = value->get<uint64_t>();
  if (count > most) {
    fail(name, "is out of range");
    return 0;
  }
  return count;
}

bool JsonReader::flag(const char* name) {
  const json* value = member(name);
  if (!value) return false;
  if (!value->is_boolean()) {
    fail(name, "is neither true nor false");
    return false;
  }
  return value->get<bool>();
}

core::Timestamp JsonReader::time(const char* name) {
  const auto time = core::parse_rfc3339(text(name, 64));
  if (time) return *time;
  fail(name, "is " + time.error().message);
  return {};
}

core::StreamId JsonReader::stream() {
  core::StreamId stream{text("site", limits::name_length_max),
                        text("device", limits::name_length_max)};
  if (!core::is_name(stream.site)) fail("site", "is not a valid name");
  if (!core::is_name(stream.device)) fail("device", "is not a valid name");
  return stream;
}

core::Size JsonReader::size() {
  const auto side_max = uint64_t(limits::picture_side_max);
  return {int(count("width", side_max)), int(count("height", side_max))};
}

const json& JsonReader::object(const char* name) {
  const json* value = member(name);
  if (value && value->is_object()) return *value;
  fail(name, "is not an object");
  return empty_object;
}

const json& JsonReader::list(const char* name, size_t length_max) {
  const json* value = member(name);
  if (!value || !value->is_array()) {
    fail(name, "is not a list");
    return empty_list;
  }
  if (value->size() > length_max) {
    fail(name, "has more than " + std::to_string(length_max) + " elements");
    return empty_list;
  }
  return *value;
}

void JsonReader::fail(const std::string& name, const std::string& why) {
  if (!error_) {
    error_ = core::Error{core::Code::bad_input, "the JSON member '" + path_ + name + "' " + why};
  }
}

core::Status JsonReader::status() const {
  if (error_) return *error_;
  return {};
}

const json* JsonReader::member(const char* name) {
  if (!object_.is_object()) return nullptr;
  const auto found = object_.find(name);
  if (found == object_.end()) {
    fail(name, "is missing");
    return nullptr;
  }
  return &*found;
}

}  // namespace fovea::wire
