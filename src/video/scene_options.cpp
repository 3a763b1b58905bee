#include <charconv>
#include <string>

#include "video/scene.h"

namespace fovea::video {
namespace {

core::Error wrong(const std::string& what) {
  return {core::Code::bad_input,
          what +
              "; a synthetic scene is SEED[?shift=night,fog,parts&view=0..4&shake=off&noise=off&"
              "activity=0..1&clock=on], e.g. 7?shift=night&view=2"};
}

std::string quoted(std::string_view text) {
  std::string quoted(1, '\'');
  quoted.append(text).append(1, '\'');
  return quoted;
}

template <typename Number>
bool read_number(std::string_view text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

// Takes what stands before `separator` off the front of `text`.
std::string_view take(std::string_view& text, char separator) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view head = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return head;
}

core::Status read_shifts(std::string_view list, SceneOptions& options) {
  while (!list.empty()) {
    const std::string_view shift = take(list, ',');
    if (shift == "night") {
      options.night = true;
    } else if (shift == "fog") {
      options.fog = true;
    } else if (shift == "parts") {
      options.other_parts = true;
    } else {
      return wrong("there is no shift " + quoted(shift));
    }
  }
  return {};
}

core::Status read_switch(std::string_view key, std::string_view value, bool& on) {
  if (value != "on" && value != "off") {
    return wrong(quoted(key) + " is on or off, not " + quoted(value));
  }
  on = value == "on";
  return {};
}

core::Status read_knob(std::string_view key, std::string_view value, SceneOptions& options) {
  if (key == "shift") return read_shifts(value, options);
  if (key == "shake") return read_switch(key, value, options.shake);
  if (key == "noise") return read_switch(key, value, options.noise);
  if (key == "clock") return read_switch(key, value, options.clock);
  if (key == "activity") {
    if (read_number(value, options.activity) && options.activity >= 0.01 && options.activity <= 1) {
      return {};
    }
    return wrong("the activity is a share from 0.01 to 1, not " + quoted(value));
  }
  if (key == "view") {
    if (read_number(value, options.view) && options.view >= 0 && options.view <= scene_view_max) {
      return {};
    }
    return wrong("there is no view " + quoted(value));
  }
  return wrong("there is no knob " + quoted(key));
}

}  // namespace

core::Result<SceneOptions> parse_scene_options(std::string_view text) {
  SceneOptions options;
  const std::string_view seed = take(text, '?');
  if (!read_number(seed, options.seed)) {
    return wrong(quoted(seed) + " is no seed (0 to 4294967295)");
  }
  while (!text.empty()) {
    std::string_view value = take(text, '&');
    const std::string_view key = take(value, '=');
    if (auto read = read_knob(key, value, options); !read) return read.error();
  }
  return options;
}

}  // namespace fovea::video
