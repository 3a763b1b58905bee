#include "core/clock.h"

#include <fmt/format.h>

#include <charconv>

namespace fovea::core {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::microseconds;

namespace {

// Reads exactly `digits` decimal digits at `at`; false if there are fewer.
bool read_digits(std::string_view text, size_t at, size_t digits, int& value) {
  if (at + digits > text.size()) return false;
  const char* first = text.data() + at;
  for (size_t i = 0; i < digits; ++i) {
    if (first[i] < '0' || first[i] > '9') return false;
  }
  return std::from_chars(first, first + digits, value).ec == std::errc();
}

// Reads ".123456" if it is there; advances `at`.
int read_fraction_us(std::string_view text, size_t& at) {
  if (at >= text.size() || text[at] != '.') return 0;
  ++at;
  int fraction = 0;
  int digits = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
    if (digits < 6) fraction = fraction * 10 + (text[at] - '0');
  }
  for (; digits < 6; ++digits) fraction *= 10;
  return fraction;
}

// Reads "Z" or "+hh:mm" to the end of the text; false if it is neither.
bool read_offset(std::string_view text, size_t at, int& minutes) {
  minutes = 0;
  if (text.substr(at) == "Z" || text.substr(at) == "z") return true;
  if (text.size() != at + 6 || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') {
    return false;
  }
  int hour = 0;
  int minute = 0;
  if (!read_digits(text, at + 1, 2, hour) || !read_digits(text, at + 4, 2, minute)) return false;
  minutes = (hour * 60 + minute) * (text[at] == '-' ? -1 : 1);
  return hour < 24 && minute < 60;
}

}  // namespace

Timestamp SystemClock::now() const { return floor<microseconds>(std::chrono::system_clock::now()); }

SteadyTime SystemClock::steady() const { return std::chrono::steady_clock::now(); }

std::string to_rfc3339(Timestamp time) {
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", int(date.year()),
                     unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  const Error wrong{Code::bad_input, "not an RFC 3339 time (like 2026-11-24T06:11:56.123456Z)"};
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset = 0;
  const bool fields = read_digits(text, 0, 4, year) && read_digits(text, 5, 2, month) &&
                      read_digits(text, 8, 2, day) && read_digits(text, 11, 2, hour) &&
                      read_digits(text, 14, 2, minute) && read_digits(text, 17, 2, second);
  if (!fields || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') {
    return wrong;
  }
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return wrong;
  size_t at = 19;
  const int fraction_us = read_fraction_us(text, at);
  if (!read_offset(text, at, offset)) return wrong;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return wrong;
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute - offset) + std::chrono::seconds(second) +
         microseconds(fraction_us);
}

double milliseconds(std::chrono::duration<double, std::milli> duration) { return duration.count(); }

}  // namespace fovea::core
