#include "wire/topic.h"

#include <array>

namespace fovea::wire {

namespace {

constexpr std::array<Kind, 6> kinds = {Kind::frame, Kind::mask,   Kind::result,
                                       Kind::alert, Kind::status, Kind::command};
constexpr std::string_view prefix = "fovea.";

// Cuts the text up to the next dot off `rest`.
std::string_view cut_part(std::string_view& rest) {
  const size_t dot = rest.find('.');
  const std::string_view part = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  return part;
}

}  // namespace

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::frame: return "frame";
    case Kind::mask: return "mask";
    case Kind::result: return "result";
    case Kind::alert: return "alert";
    case Kind::status: return "status";
    case Kind::command: return "command";
  }
  return "frame";
}

std::optional<Kind> parse_kind(std::string_view text) {
  for (const Kind kind : kinds) {
    if (text == to_string(kind)) return kind;
  }
  return std::nullopt;
}

std::string Topic::name() const {
  std::string text(prefix);
  text += site;
  text += '.';
  text += device;
  text += '.';
  text += to_string(kind);
  return text;
}

core::Result<Topic> parse_topic(std::string_view name) {
  const auto wrong = [&](const char* why) {
    return core::Error{core::Code::bad_input, "topic '" + core::printable(name) + "' " + why};
  };
  if (!name.starts_with(prefix)) return wrong("does not start with 'fovea.'");
  std::string_view rest = name.substr(prefix.size());
  const std::string_view site = cut_part(rest);
  const std::string_view device = cut_part(rest);
  if (!core::is_name(site)) return wrong("has no valid site name");
  if (!core::is_name(device)) return wrong("has no valid device name");
  const auto kind = parse_kind(rest);
  if (!kind) return wrong("does not end with a kind of event that Fovea knows");
  return Topic{std::string(site), std::string(device), *kind};
}

bool TopicFilter::matches(const Topic& topic) const {
  return (site.empty() || site == topic.site) && (device.empty() || device == topic.device) &&
         (!kind || *kind == topic.kind);
}

std::string TopicFilter::pattern(std::string_view wildcard) const {
  std::string text(prefix);
  text += site.empty() ? wildcard : std::string_view(site);
  text += '.';
  text += device.empty() ? wildcard : std::string_view(device);
  text += '.';
  text += kind ? std::string_view(to_string(*kind)) : wildcard;
  return text;
}

}  // namespace fovea::wire
