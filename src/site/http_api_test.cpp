#include "site/http_api.h"

#include <latch>

#include "codec/png.h"
#include "core/json.h"
#include "site/http_api_fixture.h"
#include "site/http_api_patch.h"
#include "site/state_store.h"
#include "testing/json.h"
#include "testing/temporary_directory.h"
#include "wire/result_event.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using core::Json;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RawSocket;
using ::testing::StartsWith;
using testing::wait_until;

core::Image png_of(const std::string& body) {
  auto image = codec::decode_png({reinterpret_cast<const uint8_t*>(body.data()), body.size()});
  EXPECT_TRUE(image);
  return image ? *image : core::Image{};
}

TEST_F(HttpApiFixture, TellsAboutSiteDevicesAndModels) {
  start();
  EXPECT_EQ(get("/api/v1/devices").json(), testing::json(R"({"devices":[]})"));
  EXPECT_EQ(get("/api/v1/devices/cam1").status, 404);
  run_until_result("cam1");
  const auto site = get("/api/v1/site").json();
  EXPECT_EQ(site["site"], "plant");
  EXPECT_EQ(site["version"], "1.2.3");
  EXPECT_EQ(site["bus"]["state"], "connected");
  const auto device = get("/api/v1/devices").json()["devices"][0];
  EXPECT_EQ(device["id"], "cam1");
  EXPECT_EQ(device["state"], "live");
  EXPECT_EQ(device["model"], "fake");
  EXPECT_EQ(device["width"], 32);
  EXPECT_EQ(device["error"], nullptr);
  const auto details = get("/api/v1/devices/cam1").json();
  EXPECT_EQ(details["classes"][1],
            testing::json(R"({"index":1,"name":"thing","colour":"#c81e1e"})"));
  EXPECT_EQ(details["settings"]["model"], testing::json(R"({"value":"fake","from":"flag"})"));
  EXPECT_EQ(details["settings"]["fps_max"]["value"], nullptr);
  const auto result = get("/api/v1/devices/cam1/result").json();
  EXPECT_EQ(result["classes"][0]["name"], "thing");
  EXPECT_EQ(result["classes"][0]["share"], 1.0);
  EXPECT_EQ(get("/api/v1/models").json()["models"][0]["name"], "fake");
  EXPECT_THAT(get("/metrics").body, HasSubstr("fovea_http_requests_total{"));
}

TEST_F(HttpApiFixture, ServesPicturesAndMasks) {
  start();
  EXPECT_EQ(get("/devices/nobody/frame.jpg").status, 404);
  run_until_result("cam1");
  const auto frame = get("/devices/cam1/frame.jpg");
  EXPECT_EQ(frame.body, jpeg_.text());
  EXPECT_THAT(frame.head, HasSubstr("Content-Type: image/jpeg"));
  EXPECT_THAT(frame.head, HasSubstr("x-frame-sequence: "));
  const auto overlay = get("/devices/cam1/frame.jpg?overlay=1");
  ASSERT_EQ(overlay.status, 200) << overlay.body;
  const auto drawn = codec::JpegDecoder().decode(
      {reinterpret_cast<const uint8_t*>(overlay.body.data()), overlay.body.size()});
  ASSERT_TRUE(drawn);
  // Half grey 128, half the class's (200, 30, 30).
  EXPECT_NEAR(drawn->pixels.data()[0], 164, 12);
  EXPECT_NEAR(drawn->pixels.data()[1], 79, 12);
  const auto mask = png_of(get("/devices/cam1/mask.png").body);
  EXPECT_EQ(mask.size, (core::Size{8, 8}));
  EXPECT_EQ(mask.pixels.data()[0], 1);
  const auto sized = get("/devices/cam1/mask.png?size=frame");
  EXPECT_EQ(png_of(sized.body).size, (core::Size{32, 16}));
  EXPECT_THAT(sized.head, HasSubstr("x-area: 0,0,32,16"));
  const auto coloured = png_of(get("/devices/cam1/mask.png?colour=1&size=frame").body);
  EXPECT_EQ(coloured.format, core::PixelFormat::rgb24);
  EXPECT_EQ(coloured.pixels.data()[0], 200);
  EXPECT_EQ(get("/devices/cam1/frame.jpg?overlay=maybe").status, 400);
  EXPECT_EQ(get("/devices/cam1/mask.png?size=huge").status, 400);
}

TEST_F(HttpApiFixture, ChangesDevices) {
  start();
  run_until_result("cam1");
  const auto slower = patch("cam1", R"({"fps_max":5,"weight":2})");
  EXPECT_EQ(slower.status, 200);
  EXPECT_EQ(slower.json()["settings"]["fps_max"], testing::json(R"({"value":5.0,"from":"state"})"));
  EXPECT_EQ(patch("cam1", R"({"fps_max":null})").json()["settings"]["fps_max"]["value"], nullptr);
  EXPECT_EQ(patch("cam1", R"({"model":"other"})").status, 202);
  EXPECT_TRUE(wait_until([&] {
    send_frame("cam1", ++sequence_);
    return get("/api/v1/devices/cam1").json()["model"] == "other";
  }));
  EXPECT_EQ(patch("cam1", R"({"model":"missing.onnx"})").status, 202);
  EXPECT_TRUE(wait_until([&] {
    const auto error = get("/api/v1/devices/cam1").json()["error"];
    return error.is_string() && error.get<std::string>().find("missing.onnx") != std::string::npos;
  }));
  for (const char* path : {"/etc/passwd", "../other", "other.onnx", "file:other", ""}) {
    const auto refused = patch("cam1", Json{{"model", path}}.dump());
    EXPECT_EQ(refused.status, 400) << path;
    EXPECT_THAT(refused.body, HasSubstr("GET /api/v1/models")) << path;
  }
  EXPECT_EQ(patch("nobody", R"({"fps_max":5})").status, 404);
  EXPECT_EQ(call("PATCH", "/api/v1/devices/cam1", "", R"({"fps_max":5})").status, 415);
  EXPECT_EQ(patch("cam1", R"({"fps_max":-1})").status, 400);
  const auto misspelt = patch("cam1", R"({"fps_maxx":5})");
  EXPECT_EQ(misspelt.status, 400);
  EXPECT_THAT(misspelt.body, HasSubstr("did you mean 'fps_max'?"));
}

TEST_F(HttpApiFixture, PausesADevice) {
  start();
  run_until_result("cam1");
  const auto paused = patch("cam1", R"({"paused":true})");
  EXPECT_EQ(paused.status, 200);
  EXPECT_EQ(paused.json()["paused"], true);
  EXPECT_EQ(get("/devices/cam1/frame.jpg").status, 404);
  EXPECT_EQ(get("/api/v1/devices/cam1/result").status, 404);
  const auto count = [&](const char* name) {
    return get("/api/v1/devices/cam1").json()["counters"][name].get<double>();
  };
  EXPECT_TRUE(wait_until([&] {
    send_frame("cam1", ++sequence_);
    return count("frames_dropped_paused") >= 5;
  }));
  EXPECT_EQ(site_->frame("cam1"), nullptr);
  EXPECT_EQ(site_->result("cam1"), nullptr);
  EXPECT_EQ(get("/api/v1/devices").json()["devices"][0]["state"], "live");
  EXPECT_EQ(patch("cam1", R"({"paused":null})").json()["paused"], false);
  run_until_result("cam1");
}

TEST_F(HttpApiFixture, APauseAndANameOutliveARestart) {
  testing::TemporaryDirectory folder;
  site_options_.state_dir = folder / "state";
  start();
  run_until_result("cam1");
  const std::string name = "Hof <b>&\"' 門";
  EXPECT_EQ(patch("cam1", Json{{"name", name}, {"paused", true}}.dump()).json()["name"], name);
  for (const char* wrong : {R"({"name":""})", R"({"name":"a\nb"})", R"({"name":5})",
                            R"({"name":"\u202egnp"})", R"({"paused":1})"}) {
    EXPECT_EQ(patch("cam1", wrong).status, 400) << wrong;
  }
  stop();
  start();
  for (int i = 0; i < 5; ++i) {
    send_frame("cam1", ++sequence_);
    EXPECT_EQ(site_->frame("cam1"), nullptr) << "not even the first one is seen";
  }
  ASSERT_TRUE(wait_until([&] { return site_->device("cam1").has_value(); }));
  EXPECT_EQ(site_->frame("cam1"), nullptr);
  const auto device = get("/api/v1/devices").json()["devices"][0];
  EXPECT_EQ(device["name"], name);
  EXPECT_EQ(device["paused"], true);
  EXPECT_EQ(patch("cam1", R"({"name":null})").json()["name"], nullptr);
}

TEST_F(HttpApiFixture, ForgetsADeviceThatIsAway) {
  testing::TemporaryDirectory folder;
  site_options_.state_dir = folder / "state";
  site_options_.plan.devices["listed"] = site_options_.plan.defaults;
  start();
  run_until_result("cam1");
  const auto forget = [&](const std::string& id) {
    return call("DELETE", "/api/v1/devices/" + id);
  };
  EXPECT_EQ(forget("nobody").status, 404);
  EXPECT_THAT(forget("listed").body, HasSubstr("configuration"));
  const auto refused = forget("cam1");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("cam1 is live"));
  EXPECT_EQ(patch("cam1", R"({"name":"Hof","weight":3})").status, 200);
  const auto rule = call("PUT", "/api/v1/rules/danger", "Content-Type: application/json\r\n",
                         R"({"device":"cam1","operators":[{"zone":{"polygon":[[0,0],[1,0],[1,1]],)"
                         R"("class":"a"}},{"threshold":{"above":0.5}}]})");
  EXPECT_EQ(rule.status, 200) << rule.body;
  wire::CameraStatus status;
  status.stream = {"plant", "cam1"};
  status.state = "stopped";
  ASSERT_TRUE(bus_->publish(wire::make_status_event(status)));
  ASSERT_TRUE(wait_until([&] { return forget("cam1").status == 204; }));
  EXPECT_EQ(get("/api/v1/devices/cam1").status, 404);
  EXPECT_TRUE(get("/api/v1/rules").json()["rules"].empty());
  const auto events = get("/api/v1/events").json();
  for (const auto& event : events["events"]) {
    EXPECT_NE(event["device"], "cam1") << event;
  }
  run_until_result("cam1");
  const auto device = get("/api/v1/devices/cam1").json();
  EXPECT_EQ(device["name"], nullptr);
  EXPECT_EQ(device["settings"]["weight"], testing::json(R"({"value":1.0,"from":"default"})"));
  stop();
  auto store = StateStore::open(site_options_.state_dir);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_TRUE((*store)->overrides()->empty());
}

// Metrics that take their time until they are let go.
class SlowMetrics final : public core::Metrics {
 public:
  explicit SlowMetrics(core::Metrics& metrics) : metrics_(metrics) {}
  core::Counter& counter(const std::string& name, const std::string& help,
                         const core::Labels& labels) override {
    return metrics_.counter(name, help, labels);
  }
  core::Gauge& gauge(const std::string& name, const std::string& help,
                     const core::Labels& labels) override {
    return metrics_.gauge(name, help, labels);
  }
  void remove_gauge(const std::string& name, const core::Labels& labels) override {
    metrics_.remove_gauge(name, labels);
  }
  core::Histogram& histogram(const std::string& name, const std::string& help,
                             const core::Labels& labels,
                             const std::vector<double>& buckets) override {
    return metrics_.histogram(name, help, labels, buckets);
  }
  std::string text() const override {
    ++asked;
    let_go.wait();
    return metrics_.text();
  }
  std::vector<core::Sample> samples() const override { return metrics_.samples(); }

  mutable std::atomic<int> asked = 0;
  std::latch let_go{1};

 private:
  core::Metrics& metrics_;
};

// All of HTTP and every picture go through one thread, which nobody may hold up.
TEST_F(HttpApiFixture, WhatTakesLongHoldsUpNobodyElse) {
  SlowMetrics slow(context_.metrics());
  const core::Context inner = context_.context();
  start(core::Context{inner.log, inner.clock, slow});
  std::string text;
  std::jthread scraper([&] { text = get("/metrics").body; });
  ASSERT_TRUE(wait_until([&] { return slow.asked > 0; }));
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/api/v1/devices").status, 200);
  slow.let_go.count_down();
  scraper.join();
  EXPECT_THAT(text, HasSubstr("fovea_http_requests_total{"));
  stop();  // before its metrics go
}

TEST(HttpApiPatch, ReadsChangesAndResets) {
  const auto change =
      parse_device_change(R"({"model":null,"weight":2,"gating":false,"name":null,"paused":true})");
  ASSERT_TRUE(change);
  ASSERT_TRUE(change->model);
  EXPECT_FALSE(*change->model);
  EXPECT_EQ(**change->weight, 2);
  EXPECT_FALSE(**change->gating);
  EXPECT_FALSE(change->fps_max);
  EXPECT_FALSE(*change->name);
  EXPECT_TRUE(**change->paused);
  for (const char* wrong :
       {"", "[]", "1", "{", R"({"model":1})", R"({"fps_max":"5"})", R"({"weight":true})",
        R"({"gating":1})", R"({"nam":"x"})", R"({"name":1})", R"({"paused":"yes"})",
        R"({"results_from":"others"})", R"({"results_from":true})"}) {
    EXPECT_FALSE(parse_device_change(wrong)) << wrong;
  }
}

TEST_F(HttpApiFixture, TellsWhatHappened) {
  start();
  run_until_result("cam1");
  site_->add_event(EventKind::alert, "cam1", "first");
  site_->add_event(EventKind::alert, "cam1", "second");
  const auto all = get("/api/v1/events").json();
  EXPECT_EQ((all["events"].end() - 1)->value("text", ""), "second");
  const auto newest = all["newest"].get<uint64_t>();
  const auto last = get(fmt::format("/api/v1/events?after={}", newest - 1)).json()["events"];
  ASSERT_EQ(last.size(), 1u);
  EXPECT_EQ(last[0]["kind"], "alert");
  EXPECT_EQ(get("/api/v1/events?after=-1").status, 400);
  EXPECT_EQ(get("/api/v1/events?after=x").status, 400);
}

TEST_F(HttpApiFixture, SaysWhatIsNotReady) {
  std::atomic<bool> go = false;
  const auto load = site_options_.load_model;
  site_options_.load_model = [&, load](const std::string& reference) {
    while (!go) std::this_thread::sleep_for(5ms);  // polls
    return load(reference);
  };
  site_options_.plan.devices["cam1"] = site_options_.plan.defaults;
  auto opened = open_site(site_options_, *bus_, context_.context());
  ASSERT_TRUE(opened);
  site_ = *std::move(opened);
  api_ = std::make_unique<HttpApi>(*site_, api_options_, context_.context());
  ASSERT_TRUE(site_->start());
  ASSERT_TRUE(api_->start());
  const auto early = get("/readyz");
  EXPECT_EQ(early.status, 503);
  EXPECT_EQ(early.json()["checks"][1]["ready"], false);
  EXPECT_EQ(get("/healthz").status, 200);
  go = true;
  EXPECT_TRUE(wait_until([&] { return get("/readyz").status == 200; }));
}

TEST_F(HttpApiFixture, EveryRouteChecksTheHost) {
  start();
  for (const auto& route : api_->routes()) {
    RawSocket socket(api_->port());
    socket.send(
        fmt::format("{} {} HTTP/1.1\r\nHost: evil.example\r\n\r\n", route.method, route.pattern));
    ASSERT_TRUE(socket.receive_all());
    EXPECT_THAT(socket.received(), StartsWith("HTTP/1.1 421 ")) << route.pattern;
  }
}

TEST_F(HttpApiFixture, StreamsMotionJpeg) {
  start();
  EXPECT_EQ(get("/devices/nobody/video.mjpg").status, 404);
  run_until_result("cam1");
  RawSocket plain(api_->port());
  RawSocket overlay(api_->port());
  plain.send(fmt::format("GET /devices/cam1/video.mjpg HTTP/1.0\r\nHost: {}\r\n\r\n", host()));
  overlay.send(
      fmt::format("GET /devices/cam1/video.mjpg?overlay=1 HTTP/1.0\r\nHost: {}\r\n\r\n", host()));
  const std::string part = std::string(mjpeg_part(jpeg_.span()).text());
  // The newest picture comes at once, others as the camera makes them.
  ASSERT_TRUE(plain.receive_until("--fovea\r\n" + part));
  ASSERT_TRUE(overlay.receive_until("\r\n--fovea\r\n"));
  EXPECT_THAT(plain.received(), HasSubstr("multipart/x-mixed-replace; boundary=fovea"));
  EXPECT_THAT(overlay.received(), Not(HasSubstr(part)));
  for (int i = 0; i < 3; ++i) {
    plain.received().clear();
    overlay.received().clear();
    send_frame("cam1", ++sequence_);
    ASSERT_TRUE(plain.receive_until(part));
    ASSERT_TRUE(overlay.receive_until("\r\n--fovea\r\n"));
  }
  const auto viewers = get("/api/v1/system").json()["viewers"];
  EXPECT_EQ(viewers.size(), 2u);
  plain.close();
  overlay.close();
  EXPECT_TRUE(wait_until([&] { return get("/api/v1/system").json()["viewers"].empty(); }));
}

TEST_F(HttpApiFixture, StopsWithViewersOfEveryKind) {
  start();
  run_until_result("cam1");
  auto live = watch();
  ASSERT_TRUE(live->send_text(R"({"type":"subscribe","devices":{"cam1":{"frames":true}}})"));
  RawSocket stream(api_->port());
  stream.send(fmt::format("GET /devices/cam1/video.mjpg HTTP/1.1\r\nHost: {}\r\n\r\n", host()));
  ASSERT_TRUE(stream.receive_until("--fovea"));
  stop();
  EXPECT_TRUE(stream.receive_all());
  while (live->receive(20s)) {
  }
  EXPECT_EQ(live->close_code(), 1001);
}

}  // namespace
}  // namespace fovea::site
