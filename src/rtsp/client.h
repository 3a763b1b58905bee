#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/context.h"
#include "core/result.h"
#include "rtsp/auth.h"
#include "rtsp/connection.h"
#include "rtsp/message.h"
#include "rtsp/sdp.h"
#include "rtsp/url.h"
#include "video/source.h"

namespace fovea::rtsp {

// A camera's video over RTSP (RFC 2326), RTP inside the same TCP connection. It speaks with the
// host of its URL only: a redirection to another host or port is an error that names it. The
// session is kept alive while packets are read, and ended by the destructor, which waits for 200 ms
// at most. Limits: rtsp/limits.h. Threads: one at a time.
//
// Errors of all calls, with the URL, without secrets: denied (user or password), not_found (the
// path, or no such host), timeout (silence, until the deadline), io (refused, ended, the camera's
// own failure), unsupported (only video of kinds that are not read here), bad_input (no RTSP, no
// video, no RTP over TCP, a redirection, a way to sign in that is not spoken, a certificate that is
// not the pinned one; what stands after a semicolon says what to do), closed (`stop`).
class Client {
 public:
  // Connects and asks for the video. `history` outlives it.
  static core::Result<std::unique_ptr<Client>> open(const std::string& url,
                                                    const core::Context& context, const Wait& wait,
                                                    video::SourceHistory* history = nullptr);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const VideoStream& video() const { return description_.video; }
  bool has_sound() const { return description_.has_sound; }
  Security security() const { return connection_->security(); }

  // What the camera's owner should know about the way that leads to it: sentences.
  std::vector<std::string> notes() const;

  // The next packet of RTP or RTCP of the video, cut to the size of `into`.
  core::Result<size_t> read_packet(std::span<uint8_t> into, const Wait& wait);

 private:
  // A request whose answer is awaited while packets are read.
  struct Pending {
    int number = 0;
    std::string method;
    int tries = 0;
  };

  Client(Url url, std::string shown, const core::Context& context, video::SourceHistory* history);
  core::Status take_challenge(const Response& response);
  bool shows_password() const;  // to whoever listens
  core::Status start(const Wait& wait);
  core::Status ask_for_methods(const Wait& wait);
  core::Status describe(const Wait& wait);
  core::Status set_up(const Wait& wait);
  core::Status follow(const Response& response);
  core::Status take_transport(const Response& response);
  void take_session(const Response& response);

  core::Status send(const std::string& method, const std::string& target,
                    const std::string& headers, const Wait& wait);
  core::Result<Response> exchange(const std::string& method, const std::string& target,
                                  const std::string& headers, const Wait& wait);
  core::Result<Response> await_response(const Wait& wait);
  core::Result<Message> next_message(const Wait& wait);
  core::Status answer(const Request& request, const Wait& wait);

  core::Status send_pending(const std::string& method, int tries, const Wait& wait);
  core::Status on_response(const Response& response, const Wait& wait);
  core::Status keep_alive(const Wait& wait);

  core::Error status_error(const std::string& method, const Response& response) const;
  core::Error told(const core::Error& error) const;

  Url url_;
  const std::string shown_;
  const core::Log log_;
  const core::Clock& clock_;
  video::SourceHistory* const history_;  // may be null
  core::Counter& stray_count_;
  core::Counter& skipped_count_;
  Authenticator authenticator_;
  std::unique_ptr<Connection> connection_;
  MessageReader reader_;
  double skipped_told_ = 0;  // of the reader's bytes

  Description description_;
  std::string base_;     // of what the description names
  std::string session_;  // empty before SETUP
  int rtp_channel_ = 0;
  int rtcp_channel_ = 1;
  bool knows_get_parameter_ = false;
  int number_ = 0;  // CSeq of the newest request
  int redirects_ = 0;
  std::optional<Pending> pending_;
  std::chrono::seconds alive_period_;
  core::SteadyTime alive_due_;
};

}  // namespace fovea::rtsp
