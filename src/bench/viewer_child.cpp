#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <thread>

#include "bench/viewers.h"
#include "core/json.h"
#include "core/thread.h"
#include "net/websocket_client.h"

namespace fovea::bench {

namespace {

using namespace std::chrono_literals;

constexpr int first_pictures = 10;
constexpr auto patience = 30s;
constexpr const char* subscription =
    R"({"type":"subscribe","devices":{"camera":{"frames":true,"masks":true,"results":true}},)"
    R"("events":true})";

enum class Manner { watches, never_acknowledges, never_reads };

// One viewer with a thread of its own: takes what comes, acknowledges each frame at once.
class Viewer {
 public:
  static core::Result<std::unique_ptr<Viewer>> open(const std::string& url, Manner manner,
                                                    const core::Context& context) {
    net::WebSocketClientOptions options;
    if (manner == Manner::never_reads) options.receive_buffer_bytes = 4096;
    auto socket = net::connect_websocket(url + "/api/v1/live", options);
    if (!socket) return socket.error();
    if (auto sent = (*socket)->send_text(subscription); !sent) return sent.error();
    return std::make_unique<Viewer>(*std::move(socket), manner, context);
  }
  Viewer(std::unique_ptr<net::WebSocketClient> socket, Manner manner, const core::Context& context)
      : socket_(std::move(socket)), manner_(manner), context_(context) {
    if (manner == Manner::never_reads) return;
    thread_ = core::start_thread("viewer", [this](const std::stop_token& stop) { watch(stop); });
  }

  int frames() const { return frames_; }
  void measure(bool on) { measuring_ = on; }
  void end() { thread_ = {}; }
  // After end(): what came while it was measured.
  size_t measured_frames() const { return ages_ms_.size(); }
  int measured_masks() const { return masks_; }
  const std::vector<double>& ages_ms() const { return ages_ms_; }

 private:
  void watch(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto message = socket_->receive(100ms);
      if (!message && message.error().code == core::Code::timeout) continue;
      if (!message) return;  // it shows as frames that are missing
      if (!message->text) take(message->data.text());
    }
  }
  void take(std::string_view message) {
    const auto now = context_.clock.now();
    uint32_t length = 0;
    for (size_t i = 0; i < 4; ++i) length |= uint32_t{uint8_t(message.at(i))} << (8 * i);
    const auto parsed = core::parse_json_object(message.substr(4, length));
    if (!parsed) return;
    const core::Json& header = *parsed;
    if (header["type"] == "mask" && measuring_) ++masks_;
    if (header["type"] != "frame") return;
    ++frames_;
    const auto captured = core::parse_rfc3339(header["captured"].get<std::string>());
    if (measuring_ && captured) ages_ms_.push_back(core::milliseconds(now - *captured));
    if (manner_ == Manner::never_acknowledges) return;
    const auto ack = fmt::format(R"({{"type":"ack","device":"camera","sequence":{}}})",
                                 header["sequence"].get<uint64_t>());
    if (!socket_->send_text(ack)) context_.log.error("an acknowledgement was not sent");
  }

  const std::unique_ptr<net::WebSocketClient> socket_;
  const Manner manner_;
  const core::Context context_;
  std::atomic<int> frames_ = 0;
  std::atomic<bool> measuring_ = false;
  // The thread's.
  std::vector<double> ages_ms_;
  int masks_ = 0;
  std::jthread thread_;
};

bool wait_for_pictures(const std::vector<std::unique_ptr<Viewer>>& viewers,
                       const core::Context& context) {
  const auto end = context.clock.steady() + patience;
  for (const auto& viewer : viewers) {
    while (viewer->frames() < first_pictures) {
      if (context.clock.steady() >= end) return false;
      std::this_thread::sleep_for(10ms);  // polls
    }
  }
  return true;
}

}  // namespace

core::Status run_viewer_child(const ViewerChildOptions& options, const core::Context& context) {
  std::vector<std::unique_ptr<Viewer>> slow;
  std::vector<std::unique_ptr<Viewer>> viewers;
  if (options.slow_ones) {
    for (const Manner manner : {Manner::never_acknowledges, Manner::never_reads}) {
      auto viewer = Viewer::open(options.url, manner, context);
      if (!viewer) return viewer.error();
      slow.push_back(*std::move(viewer));
    }
  }
  for (int i = 0; i < options.viewers; ++i) {
    auto viewer = Viewer::open(options.url, Manner::watches, context);
    if (!viewer) return viewer.error();
    viewers.push_back(*std::move(viewer));
  }
  if (!wait_for_pictures(viewers, context)) {
    return core::Error{core::Code::timeout, "the viewers get no pictures"};
  }
  fmt::print("watching\n");
  std::fflush(stdout);
  const auto begin = context.clock.steady();
  for (auto& viewer : viewers) viewer->measure(true);
  std::this_thread::sleep_for(std::chrono::duration<double>(options.seconds));
  for (auto& viewer : viewers) viewer->measure(false);
  const std::chrono::duration<double> passed = context.clock.steady() - begin;
  core::Json line = {{"seconds", passed.count()}};
  fmt::print("done\n");
  std::fflush(stdout);
  for (auto& viewer : viewers) viewer->end();
  for (const auto& viewer : viewers) {
    line["frames"].push_back(viewer->measured_frames());
    line["masks"].push_back(viewer->measured_masks());
    for (const double age : viewer->ages_ms()) line["age_ms"].push_back(age);
  }
  fmt::print("{}\n", line.dump());
  std::fflush(stdout);
  return {};
}

}  // namespace fovea::bench
