#include "rtsp/message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/ids.h"
#include "rtsp/limits.h"

namespace fovea::rtsp {

namespace {

using core::Code;
using core::Error;

constexpr auto npos = std::string_view::npos;
constexpr size_t packet_head_bytes = 4;

// A response begins so, or what a camera may ask of us, or what is no camera.
constexpr std::array<std::string_view, 10> message_starts{
    "RTSP/",     "HTTP/",     "OPTIONS ",     "GET_PARAMETER ", "SET_PARAMETER ",
    "ANNOUNCE ", "REDIRECT ", "PLAY_NOTIFY ", "TEARDOWN ",      "PAUSE "};

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const size_t from = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(from);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// Takes a line off the front, without its end.
std::string_view take_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

bool is_clean(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= ' ' && byte != 127) || byte == '\t';
  });
}

core::Result<Headers> parse_headers(std::string_view text) {
  Headers headers;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    if (!is_clean(line)) return Error{Code::bad_input, "sends control characters in a header"};
    if (line[0] == ' ' || line[0] == '\t') {  // the last one goes on
      if (!headers.all.empty()) headers.all.back().second.append(1, ' ').append(trimmed(line));
      continue;
    }
    const size_t colon = line.find(':');
    if (colon == npos) continue;
    if (headers.all.size() == limits::headers_max) {
      return Error{Code::bad_input,
                   fmt::format("sends more than {} headers in one response", limits::headers_max)};
    }
    headers.all.emplace_back(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  }
  return headers;
}

core::Result<Message> parse_head(std::string_view head) {
  const std::string_view line = take_line(head);
  auto headers = parse_headers(head);
  if (!headers) return headers.error();
  if (!is_clean(line)) return Error{Code::bad_input, "sends control characters"};
  const size_t blank = std::min(line.find(' '), line.size());
  std::string_view rest = trimmed(line.substr(blank));
  if (!line.starts_with("RTSP/")) {
    return Message(Request{std::string(line.substr(0, blank)), *std::move(headers)});
  }
  Response response;
  const auto [end, failed] =
      std::from_chars(rest.data(), rest.data() + rest.size(), response.status);
  if (failed != std::errc() || response.status < 100 || response.status > 999) {
    return Error{Code::bad_input, "sends a response without a status"};
  }
  response.reason = trimmed({end, size_t(rest.data() + rest.size() - end)});
  response.headers = *std::move(headers);
  return Message(std::move(response));
}

core::Result<size_t> body_bytes(const Headers& headers) {
  const std::string* text = headers.find("Content-Length");
  if (text == nullptr) return size_t{0};
  size_t length = 0;
  const char* end = text->data() + text->size();
  const auto [at, failed] = std::from_chars(text->data(), end, length);
  if (failed == std::errc::invalid_argument || (failed == std::errc() && at != end)) {
    return Error{Code::bad_input, "sends a Content-Length that is not a number"};
  }
  if (failed != std::errc() || length > limits::body_bytes_max) {
    return Error{Code::bad_input,
                 fmt::format("announces {} bytes of description, more than {} KiB",
                             core::printable(*text, 24), limits::body_bytes_max >> 10)};
  }
  return length;
}

}  // namespace

const std::string* Headers::find(std::string_view name) const {
  for (const auto& [key, value] : all) {
    if (same_name(key, name)) return &value;
  }
  return nullptr;
}

void MessageReader::push(std::span<const uint8_t> bytes) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + std::ptrdiff_t(start_));
  start_ = 0;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void MessageReader::expect_packets(int rtp_channel, int rtcp_channel) {
  channels_ = {rtp_channel, rtcp_channel};
}

std::string_view MessageReader::buffered() const {
  return {reinterpret_cast<const char*>(buffer_.data()) + start_, buffer_.size() - start_};
}

std::optional<Packet> MessageReader::take_packet() {
  const auto bytes = std::span<const uint8_t>(buffer_).subspan(start_);
  if (bytes.size() < packet_head_bytes) return std::nullopt;
  const size_t size = size_t(bytes[2]) << 8 | bytes[3];
  if (bytes.size() < packet_head_bytes + size) return std::nullopt;
  Packet packet{bytes[1], bytes.subspan(packet_head_bytes, size)};
  drop(packet_head_bytes + size);
  if (size > 0 && packet.bytes[0] >> 6 == 2) junk_in_a_row_ = 0;  // RTP's version
  return packet;
}

// After junk a mark may be part of it, so that only channels that were agreed upon count.
bool MessageReader::may_be_packet(char mark) const {
  const int channel = static_cast<unsigned char>(mark);
  return junk_in_a_row_ == 0 || channel == channels_->first || channel == channels_->second;
}

bool MessageReader::may_be_message() const {
  const std::string_view text = buffered();
  return std::any_of(message_starts.begin(), message_starts.end(), [&](std::string_view start) {
    return start.substr(0, text.size()) == text.substr(0, start.size());
  });
}

core::Status MessageReader::skip_junk() {
  const std::string_view text = buffered();
  if (!channels_) {
    return Error{Code::bad_input, "answers with something that is not RTSP"};
  }
  size_t at = 1;
  constexpr std::string_view response = "RTSP/";
  while (at < text.size() && text[at] != '$' && !response.starts_with(text.substr(at, 5))) ++at;
  drop(at);
  skipped_bytes_ += at;
  junk_in_a_row_ += at;
  if (junk_in_a_row_ <= limits::junk_bytes_max) return {};
  return Error{Code::bad_input, "sends nothing but what is not RTSP"};
}

// After the blank line; nothing: it has not come yet.
std::optional<size_t> MessageReader::find_head_end() {
  const std::string_view text = buffered();
  for (size_t at = text.find('\n', searched_); at != npos; at = text.find('\n', at + 1)) {
    if (text.substr(at + 1, 1) == "\n") return at + 2;
    if (text.substr(at + 1, 2) == "\r\n") return at + 3;
  }
  searched_ = text.size() - std::min<size_t>(text.size(), 2);
  return std::nullopt;
}

core::Result<std::optional<Message>> MessageReader::take_message() {
  if (buffered().starts_with("HTTP/")) {
    return Error{Code::bad_input, "answers with HTTP, not with RTSP"};
  }
  const auto end = find_head_end();
  if (end ? *end > limits::head_bytes_max : buffered().size() > limits::head_bytes_max) {
    return Error{Code::bad_input, fmt::format("sends headers without end (more than {} KiB)",
                                              limits::head_bytes_max >> 10)};
  }
  if (!end) return std::optional<Message>();
  auto message = parse_head(buffered().substr(0, *end));
  if (!message) return message.error();
  auto* response = std::get_if<Response>(&*message);
  auto size = body_bytes(response ? response->headers : std::get<Request>(*message).headers);
  if (!size) return size.error();
  if (buffered().size() < *end + *size) return std::optional<Message>();
  if (response) response->body = buffered().substr(*end, *size);
  drop(*end + *size);
  searched_ = 0;
  junk_in_a_row_ = 0;
  return std::optional(*std::move(message));
}

core::Result<std::optional<Message>> MessageReader::next() {
  while (true) {
    const std::string_view text = buffered();
    if (text.empty()) return std::optional<Message>();
    if (text[0] == '\r' || text[0] == '\n') {
      drop(1);
      continue;
    }
    if (text[0] == '$' && text.size() > 1 && may_be_packet(text[1])) {
      auto packet = take_packet();
      return packet ? std::optional<Message>(*packet) : std::nullopt;
    }
    if (text == "$") return std::optional<Message>();
    if (may_be_message()) return take_message();
    searched_ = 0;
    if (auto skipped = skip_junk(); !skipped) return skipped.error();
  }
}

}  // namespace fovea::rtsp
