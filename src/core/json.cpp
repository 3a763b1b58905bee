#include "core/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "core/ids.h"

namespace fovea::core {

namespace {

using Library = nlohmann::json;

const Json nothing;
const Json::Object no_members;

// 2^63 and 2^64: the first doubles above what fits.
constexpr double int64_end = 9223372036854775808.0;
constexpr double uint64_end = 18446744073709551616.0;

// The last of several members with one name counts. Sorted, as a stranger may send a hundred
// thousand.
void drop_doubles(Json::Object& members) {
  std::vector<size_t> order(members.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {},
                           [&](size_t i) -> const std::string& { return members[i].first; });
  std::vector<bool> dropped(members.size());
  bool any = false;
  for (size_t i = 1; i < order.size(); ++i) {
    if (members[order[i - 1]].first != members[order[i]].first) continue;
    any = dropped[order[i - 1]] = true;
  }
  if (!any) return;
  Json::Object kept;
  for (size_t i = 0; i < members.size(); ++i) {
    if (!dropped[i]) kept.push_back(std::move(members[i]));
  }
  members = std::move(kept);
}

// Builds a Json out of what the library's parser reads, and ends it where the document is too deep.
class Builder final : public nlohmann::json_sax<Library> {
 public:
  explicit Builder(int depth_max) : depth_max_(depth_max) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(int64_t value) override { return add(value); }
  bool number_unsigned(uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(Library::binary_t&) override { return false; }  // JSON has none
  bool start_object(size_t) override { return open(true); }
  bool start_array(size_t) override { return open(false); }
  bool end_object() override {
    drop_doubles(open_.back().members);
    Json made = Json::object(std::move(open_.back().members));
    open_.pop_back();
    return add(std::move(made));
  }
  bool end_array() override {
    Json made = Json::array(std::move(open_.back().values));
    open_.pop_back();
    return add(std::move(made));
  }
  bool key(std::string& name) override {
    open_.back().name = std::move(name);
    return true;
  }
  bool parse_error(size_t, const std::string&, const Library::exception& wrong) override {
    std::string_view words = wrong.what();
    words = words.substr(std::min(words.find("] ") + 2, words.size()));
    error_ = "is not well-formed: " + printable(words, 160);
    return false;
  }

  const std::string& error() const { return error_; }
  Json take() { return std::move(whole_); }

 private:
  struct Open {
    bool is_object = false;
    std::string name;  // of the member that comes next
    Json::Object members;
    Json::Array values;
  };

  bool open(bool is_object) {
    if (static_cast<int>(open_.size()) >= depth_max_) {
      error_ = "is nested too deeply";
      return false;
    }
    open_.push_back({is_object, {}, {}, {}});
    return true;
  }
  bool add(Json value) {
    if (open_.empty()) {
      whole_ = std::move(value);
    } else if (open_.back().is_object) {
      open_.back().members.emplace_back(std::move(open_.back().name), std::move(value));
    } else {
      open_.back().values.push_back(std::move(value));
    }
    return true;
  }

  const int depth_max_;
  std::vector<Open> open_;
  std::string error_;
  Json whole_;
};

// Writes with the library's own words for texts and numbers: its escapes, its shortest digits.
class Writer {
 public:
  Writer(int indentation, bool ascii) : indentation_(indentation), ascii_(ascii) {}

  void write(const Json& value) {
    if (value.is_object()) return write_object(value);
    if (value.is_array()) return write_array(value);
    if (value.is_null()) {
      out_ += "null";
    } else if (const auto flag = value.boolean()) {
      out_ += *flag ? "true" : "false";
    } else if (const std::string* text = value.text()) {
      out_ += scalar(*text);
    } else if (value.is_number_unsigned()) {
      out_ += std::to_string(*value.count());
    } else if (value.is_number_integer()) {
      out_ += std::to_string(*value.integer());
    } else {
      out_ += scalar(*value.number());
    }
  }
  std::string take() { return std::move(out_); }

 private:
  std::string scalar(const Library& value) const {
    return value.dump(-1, ' ', ascii_, Library::error_handler_t::replace);
  }
  void begin_line() {
    if (indentation_ < 0) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(indentation_) * depth_, ' ');
  }
  void begin_element(bool& first) {
    if (!std::exchange(first, false)) out_ += ',';
    begin_line();
  }
  void end(char bracket, bool empty) {
    --depth_;
    if (!empty) begin_line();
    out_ += bracket;
  }
  void write_object(const Json& value) {
    out_ += '{';
    ++depth_;
    bool first = true;
    for (const auto& [name, member] : value.items()) {
      begin_element(first);
      out_ += scalar(name);
      out_ += indentation_ < 0 ? ":" : ": ";
      write(member);
    }
    end('}', first);
  }
  void write_array(const Json& value) {
    out_ += '[';
    ++depth_;
    bool first = true;
    for (const Json& element : value) {
      begin_element(first);
      write(element);
    }
    end(']', first);
  }

  const int indentation_;
  const bool ascii_;
  size_t depth_ = 0;
  std::string out_;
};

}  // namespace

Json::Json() : value_(nullptr) {}
Json::Json(std::nullptr_t) : value_(nullptr) {}
Json::Json(const char* text) : value_(std::string(text)) {}
Json::Json(std::string text) : value_(std::move(text)) {}
Json::Json(std::string_view text) : value_(std::string(text)) {}
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) = default;
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

Json::Json(std::initializer_list<Json> list) {
  const bool pairs = std::ranges::all_of(list, [](const Json& item) {
    return item.is_array() && item.size() == 2 && item.begin()->is_string();
  });
  if (!pairs) {
    value_ = Array(list);
    return;
  }
  Object members;
  for (const Json& item : list) members.emplace_back(*item.begin()->text(), item.begin()[1]);
  value_ = std::move(members);
}

Json Json::array() { return array(Array()); }

Json Json::array(Array values) {
  Json made;
  made.value_ = std::move(values);
  return made;
}

Json Json::object() { return object(Object()); }

Json Json::object(Object members) {
  Json made;
  made.value_ = std::move(members);
  return made;
}

bool Json::is_number_unsigned() const {
  const auto* integer = std::get_if<int64_t>(&value_);
  return value_.index() == 3 || (integer != nullptr && *integer >= 0);
}

const char* Json::type_name() const {
  if (is_null()) return "null";
  if (is_boolean()) return "boolean";
  if (is_string()) return "string";
  if (is_array()) return "array";
  return is_object() ? "object" : "number";
}

std::optional<bool> Json::boolean() const {
  const auto* value = std::get_if<bool>(&value_);
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<double> Json::number() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<int64_t>(&value_)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<uint64_t>(&value_)) return static_cast<double>(*value);
  return std::nullopt;
}

std::optional<int64_t> Json::integer() const {
  if (const auto* value = std::get_if<int64_t>(&value_)) return *value;
  if (const auto* value = std::get_if<uint64_t>(&value_)) {
    return std::in_range<int64_t>(*value) ? std::optional(static_cast<int64_t>(*value))
                                          : std::nullopt;
  }
  const auto* value = std::get_if<double>(&value_);
  const bool fits = value && *value >= -int64_end && *value < int64_end;
  return fits ? std::optional(static_cast<int64_t>(*value)) : std::nullopt;
}

std::optional<uint64_t> Json::count() const {
  if (const auto* value = std::get_if<uint64_t>(&value_)) return *value;
  if (const auto* value = std::get_if<int64_t>(&value_)) {
    return *value >= 0 ? std::optional(static_cast<uint64_t>(*value)) : std::nullopt;
  }
  const auto* value = std::get_if<double>(&value_);
  const bool fits = value && *value >= 0 && *value < uint64_end;
  return fits ? std::optional(static_cast<uint64_t>(*value)) : std::nullopt;
}

const std::string* Json::text() const { return std::get_if<std::string>(&value_); }

std::string Json::value(std::string_view name, const char* otherwise) const {
  return value(name, std::string(otherwise));
}

size_t Json::size() const {
  if (const auto* values = std::get_if<Array>(&value_)) return values->size();
  return items().size();
}

const Json* Json::begin() const {
  const auto* values = std::get_if<Array>(&value_);
  return values ? values->data() : nullptr;
}

const Json* Json::end() const {
  const auto* values = std::get_if<Array>(&value_);
  return values ? values->data() + values->size() : nullptr;
}

Json* Json::begin() {
  auto* values = std::get_if<Array>(&value_);
  return values ? values->data() : nullptr;
}

Json* Json::end() {
  auto* values = std::get_if<Array>(&value_);
  return values ? values->data() + values->size() : nullptr;
}

const Json::Object& Json::items() const {
  const auto* members = std::get_if<Object>(&value_);
  return members ? *members : no_members;
}

const Json* Json::find(std::string_view name) const {
  for (const auto& member : items()) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

const Json& Json::operator[](std::string_view name) const {
  const Json* found = find(name);
  return found ? *found : nothing;
}

Json& Json::operator[](std::string_view name) {
  if (!is_object()) value_ = Object();
  auto& members = std::get<Object>(value_);
  for (auto& member : members) {
    if (member.first == name) return member.second;
  }
  return members.emplace_back(std::string(name), Json()).second;
}

const Json& Json::element(size_t index) const {
  return index < static_cast<size_t>(end() - begin()) ? begin()[index] : nothing;
}

void Json::push_back(Json value) {
  if (!is_array()) value_ = Array();
  std::get<Array>(value_).push_back(std::move(value));
}

void Json::erase(std::string_view name) {
  auto* members = std::get_if<Object>(&value_);
  if (members) std::erase_if(*members, [&](const Member& member) { return member.first == name; });
}

void Json::erase(size_t index) {
  auto* values = std::get_if<Array>(&value_);
  if (values && index < values->size()) values->erase(values->begin() + static_cast<long>(index));
}

std::string Json::dump(int indentation) const {
  Writer writer(indentation, false);
  writer.write(*this);
  return writer.take();
}

std::string Json::dump_ascii() const {
  Writer writer(-1, true);
  writer.write(*this);
  return writer.take();
}

bool operator==(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) {
    if (a.integer() && b.integer() && a.is_number_integer() && b.is_number_integer()) {
      return *a.integer() == *b.integer();
    }
    return *a.number() == *b.number();
  }
  if (!a.is_object() || !b.is_object()) return a.value_ == b.value_;
  return a.size() == b.size() && std::ranges::all_of(a.items(), [&](const Json::Member& member) {
           const Json* other = b.find(member.first);
           return other && *other == member.second;
         });
}

std::ostream& operator<<(std::ostream& out, const Json& value) { return out << value.dump(); }

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  const auto wrong = [](const std::string& why) {
    return Error{Code::bad_input, "the JSON " + why};
  };
  if (text.size() > limits.bytes_max) {
    return wrong(
        fmt::format("has {} bytes; at most {} are allowed", text.size(), limits.bytes_max));
  }
  Builder builder(limits.depth_max);
  const bool read = Library::sax_parse(text, &builder);
  if (read) return builder.take();
  return wrong(builder.error().empty() ? "is not well-formed" : builder.error());
}

Result<Json> parse_json_object(std::string_view text, const JsonLimits& limits) {
  auto document = parse_json(text, limits);
  if (!document) return document.error();
  if (document->is_object()) return document;
  return Error{Code::bad_input,
               std::string("the JSON is not an object but ") + document->type_name()};
}

}  // namespace fovea::core
