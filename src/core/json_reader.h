#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "core/image.h"
#include "core/json.h"

namespace fovea::core {

// Reads the members of one object and remembers the first thing that is wrong, so that a parser is
// a list of members with one check at its end:
//
//   JsonReader reader(*document);
//   user.name = reader.text("name", 64);
//   user.comment = reader.optional_text("comment", 200).value_or("");
//   if (auto good = reader.finish(); !good) return good.error();
//
// A getter whose member is missing or wrong returns the nearest to nothing, and remembers why
// ("'classes[3].share' is missing"). An optional one may be missing or null.
// Threads: one. The object must outlive the reader.
class JsonReader {
 public:
  // `where` stands before the names in messages: "classes[3]."
  explicit JsonReader(const Json& object, std::string where = {});

  std::string text(const char* name, size_t length_max);
  std::string filled_text(const char* name, size_t length_max);  // not empty
  double number(const char* name, double least, double most);
  std::optional<double> number_or_null(const char* name, double least, double most);
  int64_t integer(const char* name, int64_t least, int64_t most);
  uint64_t count(const char* name, uint64_t most);
  bool flag(const char* name);
  size_t choice(const char* name, const std::vector<std::string>& words);  // which of them
  Timestamp time(const char* name);
  StreamId stream();  // "site" and "device"
  Size size();        // "width" and "height"
  const Json& object(const char* name);
  const Json& list(const char* name, size_t length_max = SIZE_MAX);

  std::optional<std::string> optional_text(const char* name, size_t length_max);
  std::optional<double> optional_number(const char* name, double least, double most);
  std::optional<int64_t> optional_integer(const char* name, int64_t least, int64_t most);
  std::optional<bool> optional_flag(const char* name);
  std::optional<size_t> optional_choice(const char* name, const std::vector<std::string>& words);
  const Json* optional_object(const char* name);
  const Json* optional_list(const char* name, size_t length_max = SIZE_MAX);

  // The member as it stands; null where it is missing.
  const Json* find(const char* name);

  void fail(const std::string& name, const std::string& why);
  bool failed() const { return error_.has_value(); }
  const std::string& where() const { return where_; }

  // What was wrong first. Members that nobody asked for are let pass: newer writers have more.
  // Errors: bad_input.
  Status status() const;
  // The same; members that nobody asked for are wrong, and the nearest known one is named.
  Status finish();

 private:
  const Json* required(const char* name);
  const Json* present(const char* name);  // null as well where it is null

  const Json& object_;
  const std::string where_;
  std::vector<std::string> known_;
  std::optional<Error> error_;
};

}  // namespace fovea::core
