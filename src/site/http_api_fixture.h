#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "bus/bus.h"
#include "codec/jpeg.h"
#include "core/json.h"
#include "net/websocket_client.h"
#include "site/http_api.h"
#include "testing/fake_model.h"
#include "testing/json.h"
#include "testing/raw_socket.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"

namespace fovea::site {

struct HttpAnswer {
  int status = 0;
  std::string head;
  std::string body;
  core::Json json() const { return testing::json(body); }
};

// A real site on a memory bus, served over real HTTP on a free port, with a model that needs no
// engine: for this module's tests of the API.
class HttpApiFixture : public ::testing::Test {
 public:
  ~HttpApiFixture() override { stop(); }

 protected:
  HttpApiFixture() {
    static std::atomic<int> number = 0;
    site_options_.bus_url = "memory://api-test-" + std::to_string(++number);
    bus_ = *bus::connect_bus(site_options_.bus_url, {}, context_.context());
    site_options_.name = "plant";
    site_options_.version = "1.2.3";
    site_options_.log_tail = std::make_shared<core::LogTail>(10);
    site_options_.log_tail->add({clock_.now(), core::Level::info, "test", "a line"});
    site_options_.plan.defaults.model = {"fake", Origin::flag};
    for (const char* name : {"other", "missing.onnx"}) {
      infer::Manifest manifest;
      manifest.name = name;
      site_options_.plan.models.push_back({name, manifest});
    }
    site_options_.load_model = [](const std::string& reference)
        -> core::Result<std::shared_ptr<const infer::LoadedModel>> {
      if (reference.starts_with("missing")) {
        return core::Error{core::Code::not_found, "no file " + reference};
      }
      testing::FakeModelPlan plan;
      plan.name = reference;
      return std::shared_ptr<const infer::LoadedModel>(std::make_shared<testing::FakeModel>(plan));
    };
    api_options_.server.port = 0;
    api_options_.version = "1.2.3";
  }

  void start() { start(context_.context()); }
  void start(const core::Context& of_api) {
    auto opened = open_site(site_options_, *bus_, context_.context());
    ASSERT_TRUE(opened) << opened.error().message;
    site_ = *std::move(opened);
    api_ = std::make_unique<HttpApi>(*site_, api_options_, of_api);
    const auto site_started = site_->start();
    ASSERT_TRUE(site_started) << site_started.error().message;
    const auto api_started = api_->start();
    ASSERT_TRUE(api_started) << api_started.error().message;
    ASSERT_TRUE(testing::wait_until([&] { return site_->ready(); }));
  }
  void stop() {
    publishers_.clear();
    if (site_) site_->stop();
    api_.reset();
    site_.reset();
  }

  void send_frame(const std::string& device, uint64_t sequence) {
    core::EncodedFrame frame(clock_.now(), sequence);
    frame.size = {32, 16};
    frame.data = jpeg_;
    auto& publisher = publishers_[device];
    if (!publisher) publisher = *bus_->live_publisher({"plant", device});
    EXPECT_TRUE(
        publisher->try_publish(wire::make_frame_event({"plant", device}, frame, clock_.now())));
  }
  // Frames until the device has a result with its mask.
  void run_until_result(const std::string& device) {
    ASSERT_TRUE(testing::wait_until([&] {
      send_frame(device, ++sequence_);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // their rate
      return site_->result(device) != nullptr && site_->mask(device) != nullptr;
    }));
    // None is on its way any more: those that the bus replaces are in nobody's count.
    ASSERT_TRUE(testing::wait_until([&] { return site_->frame(device)->sequence == sequence_; }));
  }

  std::string host() const { return fmt::format("127.0.0.1:{}", api_->port()); }

  HttpAnswer call(const std::string& method, const std::string& path,
                  const std::string& headers = "", const std::string& body = "") {
    testing::RawSocket socket(api_->port());
    socket.send(fmt::format(
        "{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{}{}\r\n{}", method, path, host(),
        headers, body.empty() ? "" : fmt::format("Content-Length: {}\r\n", body.size()), body));
    EXPECT_TRUE(socket.receive_all()) << method << " " << path;
    const std::string& all = socket.received();
    HttpAnswer answer;
    const size_t end = all.find("\r\n\r\n");
    if (end == std::string::npos) return answer;
    answer.status = std::stoi(all.substr(9, 3));
    answer.head = all.substr(0, end + 2);
    answer.body = all.substr(end + 4);
    return answer;
  }
  HttpAnswer get(const std::string& path, const std::string& headers = "") {
    return call("GET", path, headers);
  }
  HttpAnswer patch(const std::string& device, const std::string& body) {
    return call("PATCH", "/api/v1/devices/" + device, "Content-Type: application/json\r\n", body);
  }

  std::unique_ptr<net::WebSocketClient> watch(const net::WebSocketClientOptions& options = {}) {
    auto client = net::connect_websocket("ws://" + host() + "/api/v1/live", options);
    EXPECT_TRUE(client) << client.error().message;
    return client ? *std::move(client) : nullptr;
  }

  core::SystemClock clock_;
  testing::TestContext context_;
  std::unique_ptr<bus::Bus> bus_;
  SiteOptions site_options_;
  HttpApiOptions api_options_;
  std::unique_ptr<Site> site_;
  std::unique_ptr<HttpApi> api_;
  std::map<std::string, std::unique_ptr<bus::LivePublisher>> publishers_;
  uint64_t sequence_ = 0;
  core::Buffer jpeg_ = *codec::JpegEncoder().encode(
      {core::PixelFormat::rgb24, {32, 16}, core::Bytes(3 * 32 * 16, 128)}, 80);
};

}  // namespace fovea::site
