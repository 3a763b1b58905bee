#include "evaluate/label_count.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

namespace fovea::evaluate {

namespace {

constexpr size_t names_shown = 12;

std::string percent(uint64_t part, uint64_t whole) {
  return fmt::format("{:.1f} %", whole > 0 ? 100.0 * double(part) / double(whole) : 0.0);
}

std::string list(std::vector<std::string> names) {
  const size_t more = names.size() > names_shown ? names.size() - names_shown : 0;
  names.resize(names.size() - more);
  return fmt::format("{}{}", fmt::join(names, ", "),
                     more > 0 ? fmt::format(" and {} more", more) : "");
}

std::vector<std::string> quoted(std::vector<std::string> names) {
  for (auto& name : names) name = "'" + name + "'";
  return names;
}

}  // namespace

void LabelCount::add(const core::Image& class_map) {
  std::array<uint64_t, 256> pixels{};
  for (const uint8_t value : class_map.pixels.span()) ++pixels[value];
  for (size_t i = 0; i < pixels.size(); ++i) pixels_[i] += pixels[i];
  ++maps_;
  if (pixels[core::no_class] == 0) return;
  const auto known = pixels.begin() + std::ptrdiff_t(classes_.size());
  const auto present = std::count_if(pixels.begin(), known, [](uint64_t n) { return n > 0; });
  if (present == 1) ++half_open_;
  if (present > 1) ++rich_open_;
}

std::vector<uint64_t> LabelCount::of_classes() const {
  return {pixels_.begin(), pixels_.begin() + std::ptrdiff_t(classes_.size())};
}

uint64_t LabelCount::total() const {
  return std::accumulate(pixels_.begin(), pixels_.end(), uint64_t(0));
}

std::string LabelCount::words() const {
  std::vector<size_t> order(classes_.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return pixels_[a] > pixels_[b]; });
  std::vector<std::string> shares;
  shares.reserve(order.size());
  for (const size_t index : order) {
    shares.push_back(classes_[index].name + " " + percent(pixels_[index], total()));
  }
  const auto known = of_classes();
  const uint64_t open = total() - std::accumulate(known.begin(), known.end(), uint64_t(0));
  return list(std::move(shares)) + ", left open " + percent(open, total());
}

std::vector<std::string> LabelCount::missing() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < classes_.size(); ++i) {
    if (pixels_[i] == 0) names.push_back(classes_[i].name);
  }
  return names;
}

// Where "no class" is in use as it is meant, it is in the other maps as well.
std::string LabelCount::doubt_of_maps() const {
  if (half_open_ <= rich_open_ || classes_.size() < 2) return {};
  return fmt::format(
      "{} of {} masks know one class and {}, which means left open; is {} meant as {}?", half_open_,
      maps_, core::no_class, core::no_class,
      classes_.size() == 2 ? "'" + classes_[1].name + "'" : "a class");
}

std::string LabelCount::doubt() const {
  const auto names = missing();
  if (names.empty()) return doubt_of_maps();
  std::string words = fmt::format("no pixel is of {} {}",
                                  names.size() == 1 ? "class" : "the classes", list(quoted(names)));
  const uint64_t open = pixels_[core::no_class];
  if (open == 0) return words;
  words += fmt::format(", but {} are {}, which means left open", percent(open, total()),
                       int(core::no_class));
  if (names.size() == 1) words += fmt::format("; is {} meant as '{}'?", core::no_class, names[0]);
  return words;
}

core::Status LabelCount::check() const {
  const size_t present = classes_.size() - missing().size();
  if (present > 1 || (present == 1 && classes_.size() == 1)) return {};
  return core::Error{core::Code::bad_input,
                     doubt() + (present == 0 ? "" : "; there is nothing to tell apart")};
}

}  // namespace fovea::evaluate
