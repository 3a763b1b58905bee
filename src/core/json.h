#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/json.h"
#include "core/limits.h"
#include "core/result.h"

namespace fovea::core {

// One value of JSON (RFC 8259): what parse_json() read, or what is to be written. A regular type;
// an object keeps the order of its members. The library behind it (nlohmann/json) is seen by
// json.cpp only, since every file that includes it pays seconds of compile time.
//
//   Json answer{{"name", "yard"}, {"fps", 12.5}, {"classes", names}};
//   answer["live"] = true;
//
// A list in braces whose elements are all pairs that begin with a text makes an object, any other
// one an array. Reading never fails: what is missing is null. Documents of strangers go through
// parse_json() and JsonReader (core/json_reader.h), which say what is wrong.
// Copying and destroying recurse: no deeper than parse_json() lets a document be.
// Threads: one at a time; const members from any.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  // What may stand for a value in a list in braces: implicit on purpose.
  // NOLINTBEGIN(google-explicit-constructor)
  Json();
  Json(std::nullptr_t);
  template <std::same_as<bool> Bool>  // no pointer is taken for one
  Json(Bool value) : value_(value) {}
  template <std::signed_integral Integer>
  Json(Integer value) : value_(static_cast<int64_t>(value)) {}
  template <std::unsigned_integral Integer>
  requires(!std::same_as<Integer, bool>) Json(Integer value)
      : value_(static_cast<uint64_t>(value)) {}
  template <std::floating_point Float>
  Json(Float value) : value_(static_cast<double>(value)) {}
  Json(const char* text);
  Json(std::string text);
  Json(std::string_view text);
  template <typename Value>
  Json(const std::optional<Value>& value) : Json() {
    if (value) *this = Json(*value);
  }
  template <typename Value>
  Json(const std::vector<Value>& values) : Json(array_of(values)) {}
  template <typename Value, size_t Count>
  Json(const std::array<Value, Count>& values) : Json(array_of(values)) {}
  template <typename First, typename Second>
  Json(const std::pair<First, Second>& pair) : Json(array({Json(pair.first), Json(pair.second)})) {}
  template <typename Value>
  Json(const std::map<std::string, Value>& members) : Json(object()) {
    for (const auto& [name, value] : members) (*this)[name] = Json(value);
  }
  Json(std::initializer_list<Json> list);
  // NOLINTEND(google-explicit-constructor)
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();

  static Json array();
  static Json array(Array values);
  static Json object();
  static Json object(Object members);  // no two of one name

  bool is_null() const { return value_.index() == 0; }
  bool is_boolean() const { return value_.index() == 1; }
  bool is_number() const { return is_number_integer() || value_.index() == 4; }
  bool is_number_integer() const { return value_.index() == 2 || value_.index() == 3; }
  bool is_number_unsigned() const;  // a whole number, not below 0
  bool is_string() const { return value_.index() == 5; }
  bool is_array() const { return value_.index() == 6; }
  bool is_object() const { return value_.index() == 7; }
  const char* type_name() const;  // "null", "boolean", "number", "string", "array", "object"

  // The value; empty where it is of another type, or a number that does not fit.
  std::optional<bool> boolean() const;
  std::optional<double> number() const;
  std::optional<int64_t> integer() const;
  std::optional<uint64_t> count() const;
  const std::string* text() const;  // null where it is no string

  // The value, or the nearest to nothing (false, 0, "", {}) where it is of another type: for
  // documents that were checked, and for tests.
  template <typename Value>
  Value get() const {
    if constexpr (std::same_as<Value, Json>) {
      return *this;
    } else if constexpr (std::same_as<Value, bool>) {
      return boolean().value_or(false);
    } else if constexpr (std::unsigned_integral<Value>) {
      return static_cast<Value>(count().value_or(0));
    } else if constexpr (std::integral<Value>) {
      return static_cast<Value>(integer().value_or(0));
    } else if constexpr (std::floating_point<Value>) {
      return static_cast<Value>(number().value_or(0));
    } else if constexpr (std::same_as<Value, std::string>) {
      return text() ? *text() : std::string();
    } else {
      Value values;
      for (const Json& item : *this) values.push_back(item.get<typename Value::value_type>());
      return values;
    }
  }
  // The member's value, or `otherwise` where there is none.
  template <typename Value>
  Value value(std::string_view name, Value otherwise) const {
    const Json* found = find(name);
    return found ? found->get<Value>() : otherwise;
  }
  std::string value(std::string_view name, const char* otherwise) const;

  size_t size() const;  // of an array or object; else 0
  bool empty() const { return size() == 0; }
  const Json* begin() const;  // of an array's elements; else nothing
  const Json* end() const;
  Json* begin();
  Json* end();
  const Object& items() const;  // of an object; else nothing
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  const Json* find(std::string_view name) const;  // null: there is no such member

  // What is missing is null.
  const Json& operator[](std::string_view name) const;
  const Json& operator[](const char* name) const { return (*this)[std::string_view(name)]; }
  template <std::integral Index>
  const Json& operator[](Index index) const {
    return element(static_cast<size_t>(index));
  }
  // The member, made (of a null: in a new object) where there is none.
  Json& operator[](std::string_view name);
  Json& operator[](const char* name) { return (*this)[std::string_view(name)]; }
  template <std::integral Index>
  Json& operator[](Index index) {
    return begin()[index];  // within the array
  }
  void push_back(Json value);  // to an array, or a null that becomes one
  void erase(std::string_view name);
  void erase(size_t index);

  // Compact, or with so many spaces of indentation. Broken UTF-8 in texts is replaced by U+FFFD.
  std::string dump(int indentation = -1) const;
  std::string dump_ascii() const;  // compact; what is beyond ASCII is escaped

  // Numbers are equal by value, whatever their type; objects whatever the order of their members.
  friend bool operator==(const Json& a, const Json& b);
  friend std::ostream& operator<<(std::ostream& out, const Json& value);

 private:
  template <typename Values>
  static Json array_of(const Values& values) {
    Array made;
    made.reserve(values.size());
    for (const auto& value : values) made.emplace_back(value);
    return array(std::move(made));
  }
  const Json& element(size_t index) const;

  std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string, Array, Object> value_;
};

struct JsonLimits {
  size_t bytes_max = limits::json_bytes_max;
  int depth_max = limits::json_depth_max;  // brackets within brackets
};

// One value of JSON and nothing after it. Of two members with one name the last counts. The depth
// is watched while reading, so that a deep document costs no more than its limit. Errors: bad_input
// ("the JSON is nested too deeply", "... is not well-formed: ..." with the place).
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// The same; anything but an object is an error.
Result<Json> parse_json_object(std::string_view text, const JsonLimits& limits = {});

}  // namespace fovea::core
