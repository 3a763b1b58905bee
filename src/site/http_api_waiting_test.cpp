#include "site/http_api_fixture.h"
#include "wire/command_event.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using core::Json;
using ::testing::HasSubstr;
using testing::wait_until;

class HttpApiWaitingTest : public HttpApiFixture {
 protected:
  // What a device says of a frame: nothing is in it.
  wire::Event empty_result(const std::string& device, uint64_t sequence) {
    wire::FrameResult result;
    result.stream = {"plant", device};
    result.frame_sequence = sequence;
    result.captured = clock_.now();
    result.model_name = "own";
    result.model_version = "1";
    result.frame = {32, 16};
    auto event = wire::make_result_event(result);
    event.attributes["producer"] = "device";
    return event;
  }
  Json waiting() { return get("/api/v1/waiting").json()["waiting"]; }
  double rejected(const std::string& kind, const std::string& reason) {
    return context_.value("fovea_rejected_total", {{"kind", kind}, {"reason", reason}});
  }
  int events_with(const std::string& words) {
    int found = 0;
    for (const auto& event : site_->timeline().after(0)) {
      if (event.text.find(words) != std::string::npos) ++found;
    }
    return found;
  }
};

TEST_F(HttpApiWaitingTest, AnUnknownDeviceCostsNothingUntilItIsAccepted) {
  site_options_.plan.unknown_devices = UnknownDevices::ask;
  site_options_.plan.devices["listed"] = site_options_.plan.defaults;
  start();
  wire::CameraStatus status;
  status.stream = {"plant", "evil"};
  status.time = clock_.now();
  ASSERT_TRUE(wait_until([&] {
    send_frame("evil", ++sequence_);
    EXPECT_TRUE(bus_->publish(wire::make_status_event(status)));
    EXPECT_TRUE(bus_->publish(empty_result("evil", sequence_)));
    return rejected("device", "unknown") >= 20;
  }));
  run_until_result("listed");
  EXPECT_EQ(get("/api/v1/devices").json()["devices"].size(), 1u);
  EXPECT_EQ(get("/api/v1/devices/evil").status, 404);
  EXPECT_EQ(context_.value("fovea_frames_received_total", {{"device", "evil"}}), 0);
  EXPECT_EQ(context_.value("fovea_results_total", {{"device", "evil"}}), 0);
  ASSERT_EQ(waiting().size(), 1u);
  EXPECT_EQ(waiting()[0]["id"], "evil");
  EXPECT_GE(waiting()[0]["events"].get<int>(), 20);
  EXPECT_EQ(events_with("an unknown device publishes as evil"), 1) << "told once";

  EXPECT_EQ(call("PUT", "/api/v1/devices/evil").status, 204);
  EXPECT_EQ(waiting(), Json::array());
  run_until_result("evil");
  EXPECT_EQ(get("/api/v1/devices/evil").json()["state"], "live");
  EXPECT_EQ(std::ranges::count_if(site_->timeline().after(0),
                                  [](const auto& event) {
                                    return event.device == "evil" && event.text == "accepted";
                                  }),
            1);
}

TEST_F(HttpApiWaitingTest, WhoIsIgnoredIsNotAskedAboutAgain) {
  site_options_.plan.unknown_devices = UnknownDevices::ask;
  start();
  EXPECT_EQ(call("DELETE", "/api/v1/waiting/evil").status, 404);
  const auto speaks = [&](const char* reason) {
    const double before = rejected("device", reason);
    return wait_until([&] {
      send_frame("evil", ++sequence_);
      return rejected("device", reason) > before;
    });
  };
  ASSERT_TRUE(speaks("unknown"));
  EXPECT_EQ(call("DELETE", "/api/v1/waiting/evil").status, 204);
  ASSERT_TRUE(speaks("ignored"));
  EXPECT_EQ(waiting(), Json::array());
  EXPECT_EQ(get("/api/v1/waiting").json()["ignored"], Json::array({Json("evil")}));
  EXPECT_EQ(get("/api/v1/waiting").json()["unknown_devices"], "ask");
}

TEST_F(HttpApiWaitingTest, MadeUpNamesTakeNoPlaceFromRealDevices) {
  site_options_.plan.unknown_devices = UnknownDevices::ask;
  site_options_.plan.devices["real"] = site_options_.plan.defaults;
  start();
  wire::CameraStatus status;
  for (int i = 0; i < 400; ++i) {
    status.stream = {"plant", "evil" + std::to_string(i)};
    status.time = clock_.now();
    ASSERT_TRUE(bus_->publish(wire::make_status_event(status)));
  }
  ASSERT_TRUE(wait_until([&] {
    return rejected("device", "unknown") + rejected("device", "unknown_left_out") >= 400;
  }));
  EXPECT_EQ(waiting().size(), KnownDevices::waiting_max);
  EXPECT_EQ(get("/api/v1/devices").json()["devices"].size(), 1u);
  EXPECT_LE(events_with("an unknown device"), 8) << "they push nothing off the timeline";
  run_until_result("real");
}

// security.md, H4: one empty result each few seconds kept the site from inferring the device, and
// every rule of it silent.
TEST_F(HttpApiWaitingTest, ForgedResultsSilenceNoRule) {
  start();
  run_until_result("hall");
  std::atomic<int> raised = 0;
  const auto alerts = bus_->subscribe({"plant", "hall", wire::Kind::alert}, bus::Delivery::ordered,
                                      [&](const wire::Event&) { ++raised; });
  ASSERT_TRUE(alerts);
  const std::string rule =
      R"({"device":"hall","operators":[{"zone":{"polygon":[[0,0],[1,0],[1,1]],"class":"thing"}},)"
      R"({"threshold":{"above":0.5,"for_s":0.3}}]})";
  // Nothing that the site infers from before the forgery may raise it.
  ASSERT_TRUE(wait_until([&] {
    EXPECT_TRUE(bus_->publish(empty_result("hall", ++sequence_)));
    return rejected("result", "results_from") >= 3;
  }));
  EXPECT_EQ(call("PUT", "/api/v1/rules/seen", "Content-Type: application/json\r\n", rule).status,
            200);
  ASSERT_TRUE(wait_until([&] {
    EXPECT_TRUE(bus_->publish(empty_result("hall", sequence_)));
    send_frame("hall", ++sequence_);
    std::this_thread::sleep_for(20ms);  // their rate
    return raised > 0;
  }));
  const auto device = get("/api/v1/devices/hall").json();
  EXPECT_EQ(device["inferred_by"], "site");
  EXPECT_EQ(device["model"], "fake");
  EXPECT_GE(device["counters"]["results_refused"].get<int>(), 3);
  EXPECT_EQ(events_with("results come that this site has not made"), 1);
}

TEST_F(HttpApiWaitingTest, ADeviceMayInferItselfWhereTheSiteSaysSo) {
  start();
  run_until_result("hall");
  EXPECT_EQ(get("/api/v1/devices/hall").json()["settings"]["results_from"],
            testing::json(R"({"value":"site","from":"default"})"));
  EXPECT_EQ(patch("hall", R"({"results_from":"nobody"})").status, 400);
  EXPECT_EQ(patch("hall", R"({"results_from":"device"})").status, 200);
  const auto made_by = [&] { return get("/api/v1/devices/hall").json()["inferred_by"]; };
  ASSERT_TRUE(wait_until([&] {
    EXPECT_TRUE(bus_->publish(empty_result("hall", ++sequence_)));
    send_frame("hall", sequence_);
    return made_by() == "device" && events_with("makes its results itself now, with own") > 0;
  }));
  EXPECT_EQ(patch("hall", R"({"results_from":null})").status, 200);
  EXPECT_EQ(made_by(), "site") << "at once";
  EXPECT_TRUE(wait_until([&] { return events_with("no longer makes its results itself") > 0; }));
  run_until_result("hall");
}

}  // namespace
}  // namespace fovea::site
