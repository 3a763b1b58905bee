#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.h"

namespace fovea::rtsp {

struct Headers {
  std::vector<std::pair<std::string, std::string>> all;  // as they came

  // The first one of that name, in any case; null: there is none.
  const std::string* find(std::string_view name) const;
};

struct Response {
  int status = 0;
  std::string reason;
  Headers headers;
  std::string body;
};

// Cameras may ask, too.
struct Request {
  std::string method;
  Headers headers;
};

// RTP or RTCP between the messages (RFC 2326, section 10.12).
struct Packet {
  int channel = 0;
  std::span<const uint8_t> bytes;  // the reader's, until its next call
};

using Message = std::variant<Response, Request, Packet>;

// Cuts what a camera sends into messages and packets. Whatever comes, it holds no more than one
// message within the limits of rtsp/limits.h. Threads: one at a time.
class MessageReader {
 public:
  void push(std::span<const uint8_t> bytes);

  // The next one; nothing: push more. Errors: bad_input (no RTSP, or beyond a limit); after one
  // there is no going on.
  core::Result<std::optional<Message>> next();

  // From now on packets come on these channels, and what stands between them and is no message is
  // skipped: some cameras count their bytes wrongly. Before, it is an error.
  void expect_packets(int rtp_channel, int rtcp_channel);

  size_t skipped_bytes() const { return skipped_bytes_; }  // in all

 private:
  std::string_view buffered() const;
  std::optional<Packet> take_packet();
  core::Result<std::optional<Message>> take_message();
  std::optional<size_t> find_head_end();
  bool may_be_packet(char channel) const;
  bool may_be_message() const;
  core::Status skip_junk();
  void drop(size_t count) { start_ += count; }

  std::vector<uint8_t> buffer_;
  size_t start_ = 0;     // of what is not taken yet
  size_t searched_ = 0;  // of a head's end, from start_
  std::optional<std::pair<int, int>> channels_;
  size_t junk_in_a_row_ = 0;
  size_t skipped_bytes_ = 0;
};

}  // namespace fovea::rtsp
