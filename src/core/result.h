#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/assert.h"

namespace fovea::core {

// What a caller can do about an error; the words for people are in the message.
enum class Code {
  bad_input,    // the caller's data or configuration is wrong; the message says what to change
  not_found,    // the named thing does not exist
  exists,       // the named thing exists already
  denied,       // not allowed: credentials or permissions
  timeout,      // no answer in time; trying again may help
  busy,         // a limit is reached now; trying later may help
  closed,       // the thing was closed; trying again is pointless
  unsupported,  // valid, but this build or machine cannot do it
  io,           // the operating system or the network failed
  internal,     // a bug or an unexpected answer of a library
};

const char* to_string(Code code);

struct Error {
  Code code = Code::internal;
  std::string message;  // a sentence a person can act on, without a trailing full stop

  // The same error, with what was being done in front: "opening /x: no such file".
  Error context(const std::string& doing) const { return {code, doing + ": " + message}; }
};

// A value or an Error. Member names follow std::expected (C++23), so that it can replace this.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    FOVEA_ASSERT(has_value());
    return std::get<0>(state_);
  }
  const T& value() const& {
    FOVEA_ASSERT(has_value());
    return std::get<0>(state_);
  }
  T&& value() && {
    FOVEA_ASSERT(has_value());
    return std::get<0>(std::move(state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    FOVEA_ASSERT(!has_value());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : state_(std::move(error)) {}  // NOLINT: implicit

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  const Error& error() const {
    FOVEA_ASSERT(!has_value());
    return std::get<1>(state_);
  }

 private:
  std::variant<std::monostate, Error> state_;
};

using Status = Result<void>;

}  // namespace fovea::core
