#include "rtsp/sdp.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "core/ids.h"
#include "rtsp/limits.h"

namespace fovea::rtsp {

namespace {

using core::Code;
using core::Error;

constexpr size_t control_bytes_max = 2048;
constexpr int jpeg_payload_type = 26;  // RFC 3551: needs no rtpmap

enum class Letters { number, hex, base64 };

struct Parameter {
  std::string_view codec;
  std::string_view name;
  Letters letters;
};

// What FFmpeg's readers of RTP look at; all else of fmtp stays here.
constexpr std::array<Parameter, 10> known_parameters{{
    {"H264", "packetization-mode", Letters::number},
    {"H264", "profile-level-id", Letters::hex},
    {"H264", "sprop-parameter-sets", Letters::base64},
    {"H265", "sprop-vps", Letters::base64},
    {"H265", "sprop-sps", Letters::base64},
    {"H265", "sprop-pps", Letters::base64},
    {"H265", "sprop-max-don-diff", Letters::number},
    {"H265", "sprop-depack-buf-nalus", Letters::number},
    {"MP4V-ES", "profile-level-id", Letters::number},
    {"MP4V-ES", "config", Letters::hex},
}};

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = char(c & ~0x20);
  }
  return result;
}

bool is_read_here(const std::string& codec) {
  return codec == "H264" || codec == "H265" || codec == "MP4V-ES" || codec == "JPEG";
}

bool has_only(std::string_view text, Letters letters) {
  if (text.empty()) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    const char small = char(c | 0x20);
    const bool digit = c >= '0' && c <= '9';
    if (letters == Letters::number) return digit;
    if (letters == Letters::hex) return digit || (small >= 'a' && small <= 'f');
    return digit || (small >= 'a' && small <= 'z') || c == '+' || c == '/' || c == '=' || c == ',';
  });
}

// Takes what stands before `end` off the front, and `end`.
std::string_view take_until(std::string_view& text, char end) {
  const size_t at = std::min(text.find(end), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return part;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(text.data(), end, value);
  if (failed != std::errc() || at != end || value < 0) return std::nullopt;
  return value;
}

// One `m=` with the attributes below it.
struct Media {
  std::string kind;      // "video"
  std::string protocol;  // "RTP/AVP"
  std::vector<int> payload_types;
  std::string control;
  struct Format {
    int payload_type = 0;
    std::string codec;
    int clock_rate = 0;
  };
  std::vector<Format> formats;                            // rtpmap
  std::vector<std::pair<int, std::string_view>> options;  // fmtp
};

Media parse_media(std::string_view line) {
  Media media;
  media.kind = take_until(line, ' ');
  take_until(line, ' ');  // a port, which nobody needs over TCP
  media.protocol = take_until(line, ' ');
  while (!line.empty() && media.payload_types.size() < limits::media_max) {
    const auto type = number(take_until(line, ' '));
    if (type && *type < 128) media.payload_types.push_back(*type);
  }
  return media;
}

void add_attribute(std::string_view line, Media& media) {
  const std::string_view name = take_until(line, ':');
  if (name == "control" && line.size() <= control_bytes_max) media.control = line;
  const bool full = media.formats.size() + media.options.size() >= 4 * limits::media_max;
  if (full || (name != "rtpmap" && name != "fmtp")) return;
  const auto type = number(take_until(line, ' '));
  if (!type) return;
  if (name == "fmtp") {
    media.options.emplace_back(*type, line);
    return;
  }
  std::string codec = upper(trimmed(take_until(line, '/')));
  const auto rate = number(trimmed(take_until(line, '/')));
  media.formats.push_back({*type, std::move(codec), rate.value_or(0)});
}

std::string checked_parameters(const std::string& codec, std::string_view options) {
  std::string text;
  while (!options.empty()) {
    std::string_view value = trimmed(take_until(options, ';'));
    const std::string_view name = trimmed(take_until(value, '='));
    for (const auto& known : known_parameters) {
      if (known.codec != codec || known.name != name || !has_only(value, known.letters)) continue;
      if (text.size() + name.size() + value.size() + 3 > limits::format_bytes_max) continue;
      text += fmt::format("{}{}={}", text.empty() ? "" : "; ", name, value);
    }
  }
  return text;
}

Media::Format format_of(const Media& media, int payload_type) {
  for (const auto& format : media.formats) {
    if (format.payload_type == payload_type) return format;
  }
  if (payload_type == jpeg_payload_type) return {payload_type, "JPEG", 90000};
  return {payload_type, fmt::format("payload type {}", payload_type), 90000};
}

// The first format of it that is read here; what it has otherwise goes into `others`.
std::optional<VideoStream> video_of(const Media& media, std::string& others) {
  for (const int type : media.payload_types) {
    const Media::Format format = format_of(media, type);
    if (!is_read_here(format.codec)) {
      if (others.size() < 80)
        others += (others.empty() ? "" : ", ") + core::printable(format.codec, 32);
      continue;
    }
    VideoStream video{format.codec, type, format.clock_rate, "", media.control};
    if (video.clock_rate < 1000 || video.clock_rate > 1'000'000) video.clock_rate = 90000;
    for (const auto& [of, options] : media.options) {
      if (of == type) video.parameters = checked_parameters(video.codec, options);
    }
    return video;
  }
  return std::nullopt;
}

core::Result<std::vector<Media>> parse_lines(std::string_view sdp, std::string& session_control) {
  std::vector<Media> all;
  while (!sdp.empty()) {
    const std::string_view line = trimmed(take_until(sdp, '\n'));
    if (line.starts_with("m=")) {
      if (all.size() == limits::media_max) {
        return Error{Code::bad_input,
                     fmt::format("announces more than {} streams in one", limits::media_max)};
      }
      all.push_back(parse_media(line.substr(2)));
    } else if (line.starts_with("a=") && !all.empty()) {
      add_attribute(line.substr(2), all.back());
    } else if (line.starts_with("a=control:") && line.size() <= control_bytes_max) {
      session_control = line.substr(10);
    }
  }
  return all;
}

}  // namespace

core::Result<Description> parse_description(std::string_view sdp) {
  Description description;
  auto all = parse_lines(sdp, description.control);
  if (!all) return all.error();
  std::optional<VideoStream> found;
  std::string others;
  for (const auto& media : *all) {
    description.has_sound |= media.kind == "audio";
    if (media.kind != "video" || found) continue;
    if (media.protocol.starts_with("RTP/AVP")) {
      found = video_of(media, others);
    } else if (media.protocol.starts_with("RTP/SAVP")) {
      others += (others.empty() ? "" : ", ") + std::string("encrypted RTP (SRTP)");
    }
  }
  if (!found && !others.empty()) {
    return Error{Code::unsupported,
                 fmt::format("sends {}, which is not read here; H.264, H.265, MPEG-4 and MJPEG are",
                             others)};
  }
  if (!found) return Error{Code::bad_input, "announces no video"};
  description.video = *std::move(found);
  return description;
}

std::string sdp_of(const VideoStream& video) {
  const int type = video.payload_type;
  std::string text = fmt::format(
      "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP {}\r\n"
      "a=rtpmap:{} {}/{}\r\n",
      type, type, video.codec, video.clock_rate);
  if (!video.parameters.empty()) text += fmt::format("a=fmtp:{} {}\r\n", type, video.parameters);
  return text;
}

}  // namespace fovea::rtsp
