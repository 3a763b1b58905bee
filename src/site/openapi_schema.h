#pragma once

#include <regex>
#include <string>

#include "core/json.h"
#include "testing/json.h"

namespace fovea::site {

// Checks values against the part of JSON Schema that openapi.json uses, for tests. A keyword that
// it does not know is a complaint, so that nothing in the description goes unchecked.
class SchemaCheck {
 public:
  explicit SchemaCheck(const core::Json& document) : document_(document) {}

  // What is wrong; empty: nothing.
  std::string complaint(const core::Json& schema, const core::Json& value,
                        const std::string& at = "") const {
    for (const auto& [keyword, wanted] : schema.items()) {
      std::string wrong = check(keyword, wanted, schema, value, at);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

 private:
  using Json = core::Json;

  std::string check(const std::string& keyword, const Json& wanted, const Json& schema,
                    const Json& value, const std::string& at) const {
    if (keyword == "$ref") {
      const auto target = wanted.get<std::string>().substr(1);
      return complaint(testing::at(document_, target), value, at);
    }
    if (keyword == "type")
      return has_type(wanted, value) ? "" : at + ": wrong type " + value.dump();
    if (keyword == "enum")
      return contains(wanted, value) ? "" : at + ": not in enum " + value.dump();
    if (keyword == "pattern") {
      const bool fits =
          !value.is_string() ||
          std::regex_search(value.get<std::string>(), std::regex(wanted.get<std::string>()));
      return fits ? "" : at + ": does not fit the pattern " + value.dump();
    }
    if (keyword == "required" && value.is_object()) {
      for (const auto& name : wanted) {
        if (!value.contains(*name.text())) return at + ": misses " + *name.text();
      }
    } else if (keyword == "properties" && value.is_object()) {
      for (const auto& [name, member] : wanted.items()) {
        if (!value.contains(name)) continue;
        auto wrong = complaint(member, value[name], at + "/" + name);
        if (!wrong.empty()) return wrong;
      }
    } else if (keyword == "additionalProperties" && value.is_object()) {
      return check_additional(wanted, schema, value, at);
    } else if (keyword == "items" && value.is_array()) {
      for (size_t i = 0; i < value.size(); ++i) {
        auto wrong = complaint(wanted, value[i], at + "/" + std::to_string(i));
        if (!wrong.empty()) return wrong;
      }
    } else if ((keyword == "minItems" && value.size() < wanted.get<size_t>()) ||
               (keyword == "maxItems" && value.size() > wanted.get<size_t>())) {
      return at + ": wrong number of items";
    }
    static const std::vector<std::string> known = {
        "required", "properties", "additionalProperties", "items",
        "minItems", "maxItems",   "description",          "format",
        "minimum",  "default"};
    return contains(known, keyword) ? "" : at + ": this checker does not know " + keyword;
  }

  std::string check_additional(const Json& wanted, const Json& schema, const Json& value,
                               const std::string& at) const {
    for (const auto& [name, member] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(name)) continue;
      if (wanted == false) return at + ": undescribed member " + name;
      auto wrong = complaint(wanted, member, at + "/" + name);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

  static bool has_type(const Json& wanted, const Json& value) {
    if (wanted.is_array()) {
      for (const auto& one : wanted) {
        if (has_type(one, value)) return true;
      }
      return false;
    }
    if (wanted == "integer") return value.is_number_integer();
    if (wanted == "number") return value.is_number();
    return wanted == value.type_name();
  }

  template <typename List, typename Value>
  static bool contains(const List& list, const Value& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }

  const Json& document_;
};

}  // namespace fovea::site
