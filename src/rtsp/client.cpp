#include "rtsp/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/ids.h"
#include "rtsp/limits.h"
#include "video/source.h"

namespace fovea::rtsp {

namespace {

using core::Code;
using core::Error;

constexpr size_t read_bytes = 64u << 10;
constexpr int tries_max = 3;  // without credentials, with them, with a fresh nonce
constexpr size_t session_bytes_max = 256;
constexpr auto session_time = std::chrono::seconds(60);  // RFC 2326, section 12.37
constexpr const char* no_tcp =
    "offers no RTP over TCP; switch it on in the camera's settings, or read it by "
    "exec:ffmpeg -rtsp_transport udp -i rtsp://... -c copy -f h264 -";

std::optional<int> number_at(std::string_view text) {
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc() && value >= 0 ? std::optional(value) : std::nullopt;
}

// What stands behind `name` in "a;name=VALUE;b".
std::optional<std::string_view> parameter_of(std::string_view text, std::string_view name) {
  const size_t at = text.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + name.size());
  return text.substr(0, text.find(';'));
}

bool is_clean(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

constexpr const char* basic_note =
    "the camera wants the password itself (Basic), which others in the network may read; "
    "switch it to Digest, or use rtsps://";

}  // namespace

Client::Client(Url url, std::string shown, const core::Context& context,
               video::SourceHistory* history)
    : url_(std::move(url)),
      shown_(std::move(shown)),
      log_(context.log),
      clock_(context.clock),
      history_(history),
      stray_count_(context.metrics.counter(
          "fovea_rtsp_stray_packets_total",
          "Packets of cameras on channels that were not agreed upon, passed over.")),
      skipped_count_(context.metrics.counter("fovea_rtsp_skipped_bytes_total",
                                             "Bytes of cameras that are no RTSP, skipped.")),
      authenticator_(url_.credentials),
      alive_period_(session_time / 2),
      alive_due_(core::SteadyTime::max()) {
  if (history_ && history_->asked_for_digest) authenticator_.require_digest();
}

Client::~Client() {
  if (!connection_ || session_.empty()) return;
  const Wait wait{clock_, clock_.steady() + limits::farewell_max, {}};
  // Whether it hears us or not: the connection ends with us.
  (void)send("TEARDOWN", base_, "Session: " + session_ + "\r\n", wait);
}

core::Error Client::told(const core::Error& error) const {
  if (error.code == Code::closed) return error;
  if (error.code == Code::timeout) {
    return {Code::timeout,
            fmt::format("{} has been silent for {} s", shown_, video::silence_max.count())};
  }
  return {error.code, shown_ + " " + error.message};
}

core::Result<std::unique_ptr<Client>> Client::open(const std::string& url,
                                                   const core::Context& context, const Wait& wait,
                                                   video::SourceHistory* history) {
  auto parsed = parse_url(url);
  if (!parsed) return parsed.error();
  std::unique_ptr<Client> client(
      new Client(*std::move(parsed), video::masked_spec(url), context, history));
  if (auto started = client->start(wait); !started) return started.error();
  return client;
}

core::Status Client::start(const Wait& wait) {
  auto connection = Connection::open(url_, wait.at_most(video::silence_max));
  if (!connection) {
    const Error& error = connection.error();
    if (wait.stop.stop_requested()) return error;
    if (error.code == Code::closed) {
      return Error{Code::io, fmt::format("{}: connection refused; nothing listens there", shown_)};
    }
    return error.context(shown_);
  }
  connection_ = *std::move(connection);
  if (auto asked = ask_for_methods(wait); !asked) return asked;
  if (auto described = describe(wait); !described) return described;
  if (auto set = set_up(wait); !set) return set;
  reader_.expect_packets(rtp_channel_, rtcp_channel_);
  alive_due_ = clock_.steady() + alive_period_;
  return send_pending("PLAY", 0, wait.at_most(video::silence_max));
}

// What it knows; one that refuses to say so may still show its video.
core::Status Client::ask_for_methods(const Wait& wait) {
  auto response = exchange("OPTIONS", url_.request(), "", wait);
  if (!response) return response.error();
  const std::string* methods = response->headers.find("Public");
  knows_get_parameter_ = methods && methods->find("GET_PARAMETER") != std::string::npos;
  return {};
}

core::Status Client::describe(const Wait& wait) {
  while (true) {
    const std::string target = url_.request();
    auto response = exchange("DESCRIBE", target, "Accept: application/sdp\r\n", wait);
    if (!response) return response.error();
    if (response->status >= 300 && response->status < 400) {
      if (auto followed = follow(*response); !followed) return followed;
      continue;
    }
    if (response->status != 200) return status_error("DESCRIBE", *response);
    auto description = parse_description(response->body);
    if (!description) return told(description.error());
    description_ = *std::move(description);
    const std::string* base = response->headers.find("Content-Base");
    if (!base) base = response->headers.find("Content-Location");
    auto resolved = resolve(url_, target, base ? *base : "");
    if (!resolved) return told(resolved.error());
    base_ = *std::move(resolved);
    return {};
  }
}

// A redirection within the same camera; any other is told.
core::Status Client::follow(const Response& response) {
  const std::string* location = response.headers.find("Location");
  if (!location) return status_error("DESCRIBE", response);
  const std::string shown = core::printable(video::masked_spec(*location), 200);
  const auto target = parse_url(*location);
  const bool here =
      target && target->tls == url_.tls && target->host == url_.host && target->port == url_.port;
  if (!here) {
    return told({Code::bad_input,
                 fmt::format("sends us on to {}, where nobody follows; if that is your camera, "
                             "write this address instead",
                             shown)});
  }
  if (++redirects_ > limits::redirects_max) {
    return told({Code::bad_input, fmt::format("sends us on again and again, now to {}", shown)});
  }
  url_.target = target->target;
  return {};
}

core::Status Client::set_up(const Wait& wait) {
  auto target = resolve(url_, base_, description_.video.control);
  if (!target) return told(target.error());
  auto response =
      exchange("SETUP", *target, "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n", wait);
  if (!response) return response.error();
  if (response->status != 200) return status_error("SETUP", *response);
  take_session(*response);
  if (auto taken = take_transport(*response); !taken) return told(taken.error());
  auto all = resolve(url_, base_, description_.control);
  if (!all) return told(all.error());
  base_ = *std::move(all);  // from here on, the session as a whole
  return {};
}

core::Status Client::take_transport(const Response& response) {
  const std::string* transport = response.headers.find("Transport");
  if (!transport) return {};
  const auto channels = parameter_of(*transport, "interleaved=");
  if (!channels) {
    const bool other = transport->find("TCP") == std::string::npos;
    return other ? core::Status(Error{Code::bad_input, no_tcp}) : core::Status();
  }
  const auto rtp = number_at(*channels);
  const size_t dash = channels->find('-');
  const auto rtcp = dash == std::string_view::npos ? rtp : number_at(channels->substr(dash + 1));
  if (!rtp || !rtcp || *rtp > 255 || *rtcp > 255) {
    return Error{Code::bad_input, fmt::format("names channels that there cannot be: {}",
                                              core::printable(*channels))};
  }
  rtp_channel_ = *rtp;
  rtcp_channel_ = *rtcp;
  return {};
}

void Client::take_session(const Response& response) {
  const std::string* header = response.headers.find("Session");
  if (!header) return;
  const std::string id = header->substr(0, header->find_first_of("; \t"));
  if (id.size() <= session_bytes_max && is_clean(id)) session_ = id;
  const auto timeout = parameter_of(*header, "timeout=");
  const auto seconds = timeout ? number_at(*timeout) : std::nullopt;
  if (!seconds || *seconds == 0) return;
  alive_period_ = std::clamp<std::chrono::seconds>(
      std::chrono::seconds(*seconds / 2), limits::keep_alive_first, limits::keep_alive_last);
}

core::Status Client::send(const std::string& method, const std::string& target,
                          const std::string& headers, const Wait& wait) {
  std::string request =
      fmt::format("{} {} RTSP/1.0\r\nCSeq: {}\r\nUser-Agent: fovea\r\n", method, target, ++number_);
  if (const auto value = authenticator_.authorization(method, target)) {
    request += "Authorization: " + *value + "\r\n";
  }
  const auto sent = connection_->write(request + headers + "\r\n", wait);
  return sent ? sent : told(sent.error());
}

// A request with its answer, signed in where the camera wants it.
core::Result<Response> Client::exchange(const std::string& method, const std::string& target,
                                        const std::string& headers, const Wait& wait) {
  for (int i = 0; i < tries_max; ++i) {
    const Wait limit = wait.at_most(video::silence_max);
    if (auto sent = send(method, target, headers, limit); !sent) return sent.error();
    auto response = await_response(limit);
    if (!response || response->status != 401) return response;
    if (auto taken = take_challenge(*response); !taken) return taken.error();
  }
  return told({Code::denied, refuses_credentials});
}

core::Result<Response> Client::await_response(const Wait& wait) {
  while (true) {
    auto message = next_message(wait);
    if (!message) return message.error();
    if (const auto* request = std::get_if<Request>(&*message)) {
      if (auto answered = answer(*request, wait); !answered) return answered.error();
      continue;
    }
    auto* response = std::get_if<Response>(&*message);
    if (!response) continue;  // a packet before its time
    const std::string* number = response->headers.find("CSeq");
    if (!number || number_at(*number) == number_) return std::move(*response);
  }
}

core::Result<Message> Client::next_message(const Wait& wait) {
  std::array<uint8_t, read_bytes> bytes{};
  while (true) {
    // One that never pauses must not hold us either.
    if (auto good = wait.check(); !good) return told(good.error());
    auto message = reader_.next();
    if (!message) return told(message.error());
    if (const auto skipped = double(reader_.skipped_bytes()); skipped > skipped_told_) {
      skipped_count_.add(skipped - skipped_told_);
      skipped_told_ = skipped;
    }
    if (*message) return **std::move(message);
    auto count = connection_->read(bytes, wait);
    if (!count) return told(count.error());
    if (*count == 0) return told({Code::io, "has ended the stream"});
    reader_.push({bytes.data(), *count});
  }
}

core::Status Client::answer(const Request& request, const Wait& wait) {
  if (request.method == "TEARDOWN" || request.method == "REDIRECT") {
    return told({Code::io, "has ended the stream"});
  }
  const std::string* number = request.headers.find("CSeq");
  const bool known = request.method == "OPTIONS" || request.method == "GET_PARAMETER";
  const auto sent = connection_->write(
      fmt::format("RTSP/1.0 {}\r\nCSeq: {}\r\n\r\n", known ? "200 OK" : "501 Not Implemented",
                  number ? number_at(*number).value_or(0) : 0),
      wait);
  return sent ? sent : told(sent.error());
}

core::Status Client::send_pending(const std::string& method, int tries, const Wait& wait) {
  std::string headers = session_.empty() ? "" : "Session: " + session_ + "\r\n";
  if (method == "PLAY") headers += "Range: npt=0.000-\r\n";
  if (auto sent = send(method, base_, headers, wait); !sent) return sent;
  pending_ = {number_, method, tries};
  return {};
}

core::Status Client::keep_alive(const Wait& wait) {
  if (clock_.steady() < alive_due_) return {};
  alive_due_ = clock_.steady() + alive_period_;
  return send_pending(knows_get_parameter_ ? "GET_PARAMETER" : "OPTIONS", 0, wait);
}

core::Status Client::on_response(const Response& response, const Wait& wait) {
  const std::string* number = response.headers.find("CSeq");
  if (!pending_ || (number && number_at(*number) != pending_->number)) return {};
  const Pending asked = *std::exchange(pending_, std::nullopt);
  if (response.status == 401 && asked.tries + 1 < tries_max) {
    if (auto taken = take_challenge(response); !taken) return taken;
    return send_pending(asked.method, asked.tries + 1, wait);
  }
  if (response.status == 454) return told({Code::io, "has ended the session"});
  if (asked.method == "PLAY" && response.status != 200) return status_error("PLAY", response);
  return {};
}

core::Result<size_t> Client::read_packet(std::span<uint8_t> into, const Wait& wait) {
  while (true) {
    if (auto alive = keep_alive(wait); !alive) return alive.error();
    const Wait until{wait.clock, std::min(wait.deadline, alive_due_), wait.stop};
    auto message = next_message(until);
    if (!message) {
      if (message.error().code == Code::timeout && wait.check()) continue;
      return message.error();
    }
    core::Status done;
    if (const auto* response = std::get_if<Response>(&*message)) {
      done = on_response(*response, wait);
    } else if (const auto* request = std::get_if<Request>(&*message)) {
      done = answer(*request, wait);
    } else {
      const auto& packet = std::get<Packet>(*message);
      const bool ours = packet.channel == rtp_channel_ || packet.channel == rtcp_channel_;
      if (ours && !packet.bytes.empty()) {
        const size_t size = std::min(packet.bytes.size(), into.size());
        std::memcpy(into.data(), packet.bytes.data(), size);
        return size;
      }
      stray_count_.add();
    }
    if (!done) return done.error();
  }
}

core::Error Client::status_error(const std::string& method, const Response& response) const {
  const int status = response.status;
  if (status == 403) return told({Code::denied, refuses_credentials});
  if (status == 404) {
    return {Code::not_found, fmt::format("the server knows no stream {}; check the path", shown_)};
  }
  if (status == 461) return told({Code::bad_input, no_tcp});
  const bool its_own = status >= 500;
  return told(
      {its_own ? Code::io : Code::bad_input,
       fmt::format("answers {} with {} {}", method, status, core::printable(response.reason))});
}

bool Client::shows_password() const {
  const bool known = security() == Security::verified || security() == Security::pinned;
  return authenticator_.sends_password() && !known;
}

core::Status Client::take_challenge(const Response& response) {
  if (auto taken = authenticator_.take(response); !taken) return told(taken.error());
  if (!history_) return {};
  if (authenticator_.answers_by_digest()) history_->asked_for_digest = true;
  // Before it is sent: who asks for it may never let a video come about.
  if (shows_password() && !history_->told_of_basic.exchange(true)) {
    log_.info("{}: {}", shown_, basic_note);
  }
  return {};
}

std::vector<std::string> Client::notes() const {
  std::vector<std::string> notes;
  if (security() == Security::unverified && connection_->fingerprint()) {
    notes.push_back(fmt::format(
        "the connection is encrypted, but nobody vouches for the camera's certificate, so that "
        "another device could pose as the camera; to take no other certificate, append "
        "#pin=sha256:{} to the URL",
        to_hex(*connection_->fingerprint())));
  }
  if (shows_password()) notes.emplace_back(basic_note);
  return notes;
}

}  // namespace fovea::rtsp
