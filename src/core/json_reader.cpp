#include "core/json_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace fovea::core {

namespace {

const Json empty_object = Json::object();
const Json empty_list = Json::array();

}  // namespace

JsonReader::JsonReader(const Json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (object_.is_object()) return;
  const std::string name = where_.substr(0, where_.find_last_not_of('.') + 1);
  error_ = Error{Code::bad_input, name.empty() ? std::string("a JSON object is expected")
                                               : "'" + name + "' is not an object"};
}

void JsonReader::fail(const std::string& name, const std::string& why) {
  if (!error_) error_ = Error{Code::bad_input, fmt::format("'{}{}' {}", where_, name, why)};
}

Status JsonReader::status() const {
  if (error_) return *error_;
  return {};
}

Status JsonReader::finish() {
  for (const auto& member : object_.items()) {
    if (error_) break;
    const std::string& name = member.first;
    if (std::ranges::find(known_, name) != known_.end()) continue;
    const std::string near = nearest(name, known_);
    fail(printable(name),
         near.empty() ? fmt::format("is not known here; known are {}", fmt::join(known_, ", "))
                      : fmt::format("is not known here; did you mean '{}'?", near));
  }
  return status();
}

const Json* JsonReader::find(const char* name) {
  known_.emplace_back(name);
  return object_.find(name);
}

const Json* JsonReader::required(const char* name) {
  const Json* value = find(name);
  if (!value) fail(name, "is missing");
  return value;
}

const Json* JsonReader::present(const char* name) {
  const Json* value = find(name);
  return value && !value->is_null() ? value : nullptr;
}

namespace {

std::string too_long(size_t length_max) {
  return fmt::format("is longer than {} bytes", length_max);
}

}  // namespace

std::string JsonReader::text(const char* name, size_t length_max) {
  const Json* value = required(name);
  if (!value) return {};
  const std::string* text = value->text();
  if (!text) {
    fail(name, "is not a text");
  } else if (text->size() > length_max) {
    fail(name, too_long(length_max));
  } else {
    return *text;
  }
  return {};
}

std::string JsonReader::filled_text(const char* name, size_t length_max) {
  std::string text = this->text(name, length_max);
  if (text.empty()) fail(name, "must not be empty");
  return text;
}

std::optional<std::string> JsonReader::optional_text(const char* name, size_t length_max) {
  const Json* value = present(name);
  if (!value) return std::nullopt;
  const std::string* text = value->text();
  if (text && text->size() <= length_max) return *text;
  fail(name, text ? too_long(length_max) : "is not a text");
  return std::nullopt;
}

std::optional<double> JsonReader::optional_number(const char* name, double least, double most) {
  const Json* value = present(name);
  if (!value) return std::nullopt;
  const double number = value->number().value_or(NAN);
  if (number >= least && number <= most) return number;
  fail(name,
       value->is_number() ? fmt::format("must be from {} to {}", least, most) : "is not a number");
  return std::nullopt;
}

double JsonReader::number(const char* name, double least, double most) {
  if (!required(name)) return least;
  const auto number = number_or_null(name, least, most);
  if (!number) fail(name, "is not a number");
  return number.value_or(least);
}

std::optional<double> JsonReader::number_or_null(const char* name, double least, double most) {
  if (!required(name)) return std::nullopt;
  return optional_number(name, least, most);
}

std::optional<int64_t> JsonReader::optional_integer(const char* name, int64_t least, int64_t most) {
  const Json* value = present(name);
  if (!value) return std::nullopt;
  const auto integer = value->is_number_integer() ? value->integer() : std::nullopt;
  if (integer && *integer >= least && *integer <= most) return integer;
  fail(name, fmt::format("must be a whole number from {} to {}", least, most));
  return std::nullopt;
}

int64_t JsonReader::integer(const char* name, int64_t least, int64_t most) {
  if (!required(name)) return least;
  const auto integer = optional_integer(name, least, most);
  if (!integer) fail(name, "is not a whole number");
  return integer.value_or(least);
}

uint64_t JsonReader::count(const char* name, uint64_t most) {
  const Json* value = required(name);
  if (!value) return 0;
  const auto count = value->is_number_integer() ? value->count() : std::nullopt;
  if (count && *count <= most) return *count;
  fail(name, fmt::format("must be a whole number from 0 to {}", most));
  return 0;
}

std::optional<bool> JsonReader::optional_flag(const char* name) {
  const Json* value = present(name);
  if (!value) return std::nullopt;
  if (!value->is_boolean()) fail(name, "is neither true nor false");
  return value->boolean();
}

bool JsonReader::flag(const char* name) {
  if (!required(name)) return false;
  const auto flag = optional_flag(name);
  if (!flag) fail(name, "is neither true nor false");
  return flag.value_or(false);
}

std::optional<size_t> JsonReader::optional_choice(const char* name,
                                                  const std::vector<std::string>& words) {
  const Json* value = present(name);
  if (!value) return std::nullopt;
  if (const std::string* text = value->text()) {
    const auto found = std::ranges::find(words, *text);
    if (found != words.end()) return static_cast<size_t>(found - words.begin());
  }
  fail(name, fmt::format("must be one of {}", fmt::join(words, ", ")));
  return std::nullopt;
}

size_t JsonReader::choice(const char* name, const std::vector<std::string>& words) {
  if (!required(name)) return 0;
  const auto choice = optional_choice(name, words);
  if (!choice) fail(name, fmt::format("must be one of {}", fmt::join(words, ", ")));
  return choice.value_or(0);
}

Timestamp JsonReader::time(const char* name) {
  const auto time = parse_rfc3339(text(name, 64));
  if (time) return *time;
  fail(name, "is " + time.error().message);
  return {};
}

StreamId JsonReader::stream() {
  StreamId stream{text("site", limits::name_length_max), text("device", limits::name_length_max)};
  if (!is_name(stream.site)) fail("site", "is not a valid name");
  if (!is_name(stream.device)) fail("device", "is not a valid name");
  return stream;
}

Size JsonReader::size() {
  const auto side_max = uint64_t(limits::picture_side_max);
  const int width = static_cast<int>(count("width", side_max));
  return {width, static_cast<int>(count("height", side_max))};
}

const Json* JsonReader::optional_object(const char* name) {
  const Json* value = present(name);
  if (!value || value->is_object()) return value;
  fail(name, "is not an object");
  return nullptr;
}

const Json& JsonReader::object(const char* name) {
  if (!required(name)) return empty_object;
  const Json* value = optional_object(name);
  if (!value) fail(name, "is not an object");
  return value ? *value : empty_object;
}

const Json* JsonReader::optional_list(const char* name, size_t length_max) {
  const Json* value = present(name);
  if (!value) return nullptr;
  if (value->is_array() && value->size() <= length_max) return value;
  fail(name,
       value->is_array() ? fmt::format("has more than {} elements", length_max) : "is not a list");
  return nullptr;
}

const Json& JsonReader::list(const char* name, size_t length_max) {
  if (!required(name)) return empty_list;
  const Json* value = optional_list(name, length_max);
  if (!value) fail(name, "is not a list");
  return value ? *value : empty_list;
}

}  // namespace fovea::core
