#include "site/live_hub.h"

#include "core/json.h"
#include "site/http_api_fixture.h"
#include "testing/json.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using core::Json;
using ::testing::HasSubstr;
using testing::wait_until;

struct Message {
  Json header;  // the text, or the JSON before a payload
  std::string payload;
};

// A viewer that understands the live protocol.
class Viewer {
 public:
  explicit Viewer(std::unique_ptr<net::WebSocketClient> client) : client_(std::move(client)) {}

  void send(const std::string& text) { ASSERT_TRUE(client_->send_text(text)); }
  void ack(const Message& frame) {
    send(Json{
        {"type", "ack"}, {"device", frame.header["device"]}, {"sequence", frame.header["sequence"]}}
             .dump());
  }

  // The next message of any type; empty header: none came in time, or the end.
  Message next(std::chrono::milliseconds limit = 20s) {
    auto message = client_->receive(limit);
    if (!message) return {};
    const std::string data(message->data.text());
    if (message->text) return {testing::json(data), ""};
    size_t length = 0;
    for (size_t i = 0; i < 4; ++i) length |= size_t(uint8_t(data[i])) << (8 * i);
    return {testing::json(data.substr(4, length)), data.substr(4 + length)};
  }
  Message next_of(const std::string& type, std::chrono::milliseconds limit = 20s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
      Message message = next(std::max(1ms, std::chrono::duration_cast<std::chrono::milliseconds>(
                                               end - std::chrono::steady_clock::now())));
      if (message.header.is_null() || message.header["type"] == type) return message;
    }
    return {};
  }
  net::WebSocketClient& client() { return *client_; }

 private:
  std::unique_ptr<net::WebSocketClient> client_;
};

constexpr const char* everything_of_cam1 =
    R"({"type":"subscribe","devices":{"cam1":{"frames":true,"masks":true,"results":true}},)"
    R"("events":true,"system":true})";
constexpr const char* frames_of_cam1 =
    R"({"type":"subscribe","devices":{"cam1":{"frames":true,"results":false}}})";

class LiveHubTest : public HttpApiFixture {
 protected:
  double in_flight() {
    const auto viewers = get("/api/v1/system").json()["viewers"];
    return viewers.empty() ? -1 : viewers[0]["in_flight"].get<double>();
  }
};

TEST_F(LiveHubTest, GreetsAndShowsEverythingOfADevice) {
  start();
  run_until_result("cam1");
  Viewer viewer(watch());
  const auto hello = viewer.next();
  EXPECT_EQ(hello.header, (Json{{"type", "hello"},
                                {"site", "plant"},
                                {"version", "1.2.3"},
                                {"started", core::to_rfc3339(site_->started())}}));
  const auto devices = viewer.next();
  EXPECT_EQ(devices.header["type"], "devices");
  EXPECT_EQ(devices.header["devices"][0]["id"], "cam1");
  viewer.send(everything_of_cam1);
  const auto classes = viewer.next_of("classes");
  EXPECT_EQ(classes.header["model"], "fake");
  EXPECT_EQ(classes.header["classes"][1]["name"], "thing");
  const auto frame = viewer.next();
  ASSERT_EQ(frame.header["type"], "frame");
  EXPECT_EQ(frame.payload, jpeg_.text());
  EXPECT_EQ(frame.header["codec"], "jpeg");
  EXPECT_EQ(frame.header["width"], 32);
  EXPECT_EQ(frame.header["sent"], 1);
  EXPECT_EQ(frame.header["skipped"], 0);
  const auto mask = viewer.next();
  ASSERT_EQ(mask.header["type"], "mask");
  EXPECT_EQ(mask.header["area"], testing::json("[0,0,32,16]"));
  EXPECT_EQ(mask.payload.substr(1, 3), "PNG");
  const auto result = viewer.next_of("result");
  EXPECT_EQ(result.header["result"]["device"], "cam1");
  EXPECT_EQ(viewer.next_of("system").header["system"]["site"], "plant");
  site_->add_event(EventKind::alert, "cam1", "somebody is there");
  EXPECT_EQ(viewer.next_of("event").header["event"]["text"], "somebody is there");
}

TEST_F(LiveHubTest, AMaskComesBeforeItsResult) {
  start();
  run_until_result("cam1");
  Viewer viewer(watch());
  viewer.send(everything_of_cam1);
  int checked = 0;
  uint64_t mask = 0;
  while (checked < 20) {
    send_frame("cam1", ++sequence_);
    const auto message = viewer.next();
    ASSERT_FALSE(message.header.is_null());
    if (message.header["type"] == "frame") viewer.ack(message);
    if (message.header["type"] == "mask") mask = message.header["sequence"].get<uint64_t>();
    if (message.header["type"] != "result") continue;
    EXPECT_GE(mask, message.header["result"]["frameseq"].get<uint64_t>());
    ++checked;
  }
}

TEST_F(LiveHubTest, AViewerThatNeverAcknowledgesGetsTwoFrames) {
  start();
  run_until_result("cam1");
  Viewer viewer(watch());
  viewer.send(frames_of_cam1);
  const auto first = viewer.next_of("frame");
  ASSERT_FALSE(first.header.is_null());
  // One at a time: the bus keeps the newest only, and what it replaces is not the hub's to count.
  const auto send_one = [&] {
    send_frame("cam1", ++sequence_);
    return wait_until([&] { return site_->frame("cam1")->sequence == sequence_; });
  };
  ASSERT_TRUE(wait_until([&] { return send_one() && in_flight() == 2; }));
  const auto second = viewer.next_of("frame");
  ASSERT_FALSE(second.header.is_null());
  const uint64_t before = sequence_;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(send_one());
  }
  ASSERT_TRUE(viewer.next_of("frame", 300ms).header.is_null());
  // An ack of what was never sent changes nothing; a good one brings the newest, with the rest
  // counted.
  viewer.send(R"({"type":"ack","device":"cam1","sequence":999999})");
  viewer.send(R"({"type":"ack","device":"nobody","sequence":1})");
  viewer.ack(first);
  const auto third = viewer.next_of("frame");
  EXPECT_EQ(third.header["sequence"], sequence_);
  EXPECT_EQ(third.header["sent"], 3);
  EXPECT_EQ(
      third.header["skipped"].get<uint64_t>(),
      third.header["sequence"].get<uint64_t>() - first.header["sequence"].get<uint64_t>() - 2);
  EXPECT_GE(third.header["skipped"].get<uint64_t>(), sequence_ - before - 1);
  EXPECT_EQ(context_.value("fovea_viewer_frames_sent_total", {{"device", "cam1"}}), 3);
}

// Numbers of two cameras with one name may be the same: `sent` tells which frame is meant.
TEST_F(LiveHubTest, AnAckMayNameTheFrameByItsPlace) {
  start();
  run_until_result("cam1");
  Viewer viewer(watch());
  viewer.send(frames_of_cam1);
  const auto first = viewer.next_of("frame");
  ASSERT_EQ(first.header["sent"], 1);
  send_frame("cam1", ++sequence_);
  ASSERT_EQ(viewer.next_of("frame").header["sent"], 2);
  viewer.send(R"({"type":"ack","device":"cam1","sequence":77777,"sent":1})");
  ASSERT_TRUE(wait_until([&] {
    send_frame("cam1", ++sequence_);
    return viewer.next_of("frame", 100ms).header["sent"] == 3;
  }));
  viewer.send(R"({"type":"ack","device":"cam1","sequence":1,"sent":"2"})");
  EXPECT_THAT(viewer.next_of("error").header["message"].get<std::string>(), HasSubstr("'sent'"));
}

TEST_F(LiveHubTest, CreditIsPerDeviceAndViewer) {
  start();
  run_until_result("cam1");
  run_until_result("cam2");
  Viewer stuck(watch());
  Viewer lively(watch());
  for (Viewer* viewer : {&stuck, &lively}) {
    viewer->send(R"({"type":"subscribe","devices":{"cam1":{"frames":true,"results":false},)"
                 R"("cam2":{"frames":true,"results":false}}})");
  }
  // The stuck one never acknowledges; the other one gets every frame of both.
  int frames = 0;
  while (frames < 20) {
    send_frame("cam1", ++sequence_);
    send_frame("cam2", sequence_);
    for (int i = 0; i < 2; ++i) {
      const auto frame = lively.next_of("frame");
      ASSERT_FALSE(frame.header.is_null());
      lively.ack(frame);
      ++frames;
    }
  }
  std::map<std::string, int> got;
  while (true) {
    const auto frame = stuck.next_of("frame", 300ms);
    if (frame.header.is_null()) break;
    ++got[*frame.header["device"].text()];
  }
  EXPECT_EQ(got, (std::map<std::string, int>{{"cam1", 2}, {"cam2", 2}}));
}

TEST_F(LiveHubTest, ASubscriptionReplacesTheOneBefore) {
  start();
  run_until_result("cam1");
  run_until_result("cam2");
  Viewer viewer(watch());
  viewer.send(frames_of_cam1);
  ASSERT_EQ(viewer.next_of("frame").header["device"], "cam1");
  viewer.send(R"({"type":"subscribe","devices":{"cam2":{"frames":true}}})");
  const auto other = viewer.next_of("frame");
  ASSERT_EQ(other.header["device"], "cam2");
  // Turning away and back gives no new credit.
  for (int i = 0; i < 5; ++i) {
    viewer.send(R"({"type":"subscribe"})");
    viewer.send(R"({"type":"subscribe","devices":{"cam2":{"frames":true}}})");
    send_frame("cam2", ++sequence_);
    ASSERT_TRUE(wait_until([&] { return site_->frame("cam2")->sequence == sequence_; }));
  }
  int frames = 0;
  while (!viewer.next_of("frame", 300ms).header.is_null()) ++frames;
  EXPECT_EQ(frames, 1);
}

TEST_F(LiveHubTest, TellsChangesOfDevices) {
  start();
  Viewer viewer(watch());
  EXPECT_EQ(viewer.next_of("devices").header["devices"].size(), 0u);
  viewer.send(frames_of_cam1);  // before it is there
  run_until_result("cam1");
  EXPECT_TRUE(wait_until([&] { return !viewer.next_of("devices").header["devices"].empty(); }));
  EXPECT_EQ(patch("cam1", R"({"model":"other"})").status, 202);
  EXPECT_TRUE(wait_until([&] {
    send_frame("cam1", ++sequence_);
    const auto classes = viewer.next_of("classes");
    return classes.header.is_null() || classes.header["model"] == "other";
  }));
}

TEST_F(LiveHubTest, AnswersWrongMessagesInWords) {
  start();
  Viewer viewer(watch());
  for (const auto& [message, words] : std::vector<std::pair<std::string, std::string>>{
           {"hello", "a JSON object"},
           {"[1]", "a JSON object"},
           {"{}", "'type'"},
           {R"({"type":1})", "'type'"},
           {R"({"type":"shout"})", "'shout'"},
           {R"({"type":"ack"})", "'sequence'"},
           {R"({"type":"ack","device":"cam1","sequence":-1})", "'sequence'"},
           {R"({"type":"subscribe","devices":["cam1"]})", "an object"},
           {R"({"type":"subscribe","devices":{"a b":{}}})", "device"},
           {R"({"type":"subscribe","devices":{"cam1":{"frames":1}}})", "true or false"},
           {R"({"type":"subscribe","events":"yes"})", "true or false"},
           {std::string(60000, '['), "a JSON object"},
       }) {
    viewer.send(message);
    EXPECT_THAT(viewer.next_of("error").header["message"].get<std::string>(), HasSubstr(words))
        << message.substr(0, 80);
  }
  for (int i = 0; i < 100 && viewer.client().send_text("x"); ++i) {
  }
  while (!viewer.next().header.is_null()) {
  }
  EXPECT_EQ(viewer.client().close_code(), 1008);
}

TEST_F(LiveHubTest, TooManyViewersAreTold) {
  api_options_.live.viewers_max = 2;
  start();
  Viewer first(watch());
  Viewer second(watch());
  first.next();
  second.next();
  const auto third = net::connect_websocket("ws://" + host() + "/api/v1/live", {});
  ASSERT_FALSE(third);
  EXPECT_THAT(third.error().message, HasSubstr("503"));
}

TEST_F(LiveHubTest, ASlowSocketGetsTheNewestOfEverything) {
  // A picture much larger than the window, so that one is enough to fill it.
  start();
  run_until_result("cam1");
  core::Bytes big(jpeg_.data(), jpeg_.data() + jpeg_.size());
  big.resize(8 << 20);
  net::WebSocketClientOptions slow;
  slow.receive_buffer_bytes = 4096;
  Viewer viewer(watch(slow));
  viewer.send(everything_of_cam1);
  const auto first = viewer.next_of("frame");
  ASSERT_FALSE(first.header.is_null());
  jpeg_ = core::Buffer(big);
  const auto sent_frame = [&] {
    send_frame("cam1", ++sequence_);
    ASSERT_TRUE(wait_until([&] { return site_->frame("cam1")->sequence == sequence_; }));
  };
  for (int i = 0; i < 20; ++i) {
    sent_frame();
    site_->add_event(EventKind::alert, "cam1", std::to_string(i));
  }
  // Now it reads: the newest result comes soon, few old ones before it, and no event is missing.
  const uint64_t newest = site_->result("cam1")->result.frame_sequence;
  int results = 0;
  int events = 0;
  uint64_t result = 0;
  while (result < newest || events < 20) {
    const auto message = viewer.next();
    ASSERT_FALSE(message.header.is_null());
    if (message.header["type"] == "frame") viewer.ack(message);
    if (message.header["type"] == "event") {
      EXPECT_EQ(message.header["event"]["text"], std::to_string(events++));
    }
    if (message.header["type"] == "result") {
      result = message.header["result"]["frameseq"].get<uint64_t>();
      ++results;
    }
  }
  EXPECT_LE(results, 12);
}

}  // namespace
}  // namespace fovea::site
