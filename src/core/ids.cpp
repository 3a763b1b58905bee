#include "core/ids.h"

#include <algorithm>
#include <numeric>

#include "core/limits.h"

namespace fovea::core {

namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// Levenshtein's edit distance.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t(0));
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= limits::name_length_max &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

Status check_name(std::string_view what, std::string_view text) {
  if (is_name(text)) return {};
  return Error{Code::bad_input, std::string(what) + " name '" + printable(text) +
                                    "' must be 1 to 64 letters, digits, '_' or '-'"};
}

std::string printable(std::string_view text, size_t length_max) {
  std::string clean(text.substr(0, length_max));
  for (char& c : clean) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text.size() > length_max ? clean + "..." : clean;
}

std::string nearest(std::string_view text, const std::vector<std::string>& candidates) {
  std::string best;
  size_t best_distance = std::max<size_t>(2, text.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const size_t distance = edit_distance(text, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace fovea::core
