#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "core/json.h"
#include "site/http_api_fixture.h"
#include "site/openapi_schema.h"

namespace fovea::site {
namespace {

using core::Json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* as_json = "Content-Type: application/json\r\n";

// The command's part in memory: trials that end when the test says so. That the real one tries real
// cameras is a scenario (add_camera).
class FakeCameras final : public Cameras {
 public:
  std::vector<CameraView> list() const override {
    const std::lock_guard lock(mutex_);
    std::vector<CameraView> views;
    for (const auto& [name, view] : cameras_) views.push_back(view);
    return views;
  }
  core::Result<CameraTrial> probe(const std::string& source, const std::stop_token& stop) override {
    std::unique_lock lock(mutex_);
    ++running_;
    most_ = std::max(most_, running_);
    changed_.wait(lock, stop, [&] { return open_; });
    --running_;
    if (source == "exec:ls") return core::Error{core::Code::bad_input, "rtsp:// only"};
    CameraTrial trial;
    trial.source = "rtsp://***@cam/x";
    if (source.find("wrong") != std::string::npos) {
      trial.trouble = "denied";
      trial.problem = "cam refuses the user or the password";
      trial.advice = "Check both";
      return trial;
    }
    trial.codec = "h264";
    trial.size = {320, 240};
    trial.fps = 9.9;
    trial.picture = core::Buffer(std::string("JPEG"));
    return trial;
  }
  core::Result<CameraView> add(const NewCamera& camera) override {
    const std::lock_guard lock(mutex_);
    const CameraView view{camera.name, "rtsp://***@cam/x", camera.codec, true};
    if (!cameras_.emplace(camera.name, view).second) {
      return core::Error{core::Code::exists, "there is one already"};
    }
    return view;
  }
  core::Status remove(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    if (cameras_.erase(name) == 0) return core::Error{core::Code::not_found, "no such camera"};
    return {};
  }

  void hold() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  int most() const {
    const std::lock_guard lock(mutex_);
    return most_;
  }

 private:
  mutable std::mutex mutex_;  // guards all
  std::condition_variable_any changed_;
  std::map<std::string, CameraView> cameras_ = {{"hall", {"hall", "synthetic:1", "auto", false}}};
  bool open_ = true;
  int running_ = 0;
  int most_ = 0;
};

class HttpApiCamerasTest : public HttpApiFixture {
 public:
  ~HttpApiCamerasTest() override { stop(); }  // before the cameras

 protected:
  HttpApiCamerasTest() { api_options_.cameras = &cameras_; }

  HttpAnswer probe(const std::string& source) {
    return call("POST", "/api/v1/cameras/probe", as_json, Json{{"source", source}}.dump());
  }
  HttpAnswer add(const Json& body) { return call("POST", "/api/v1/cameras", as_json, body.dump()); }
  std::string complaint(const char* schema, const Json& value) {
    const Json document = get("/api/v1/openapi.json").json();
    return SchemaCheck(document).complaint(document["components"]["schemas"][schema], value);
  }

  FakeCameras cameras_;
};

TEST_F(HttpApiCamerasTest, ATrialTellsFactsOrWhatIsWrong) {
  start();
  const auto found = probe("rtsp://u:secret@cam/x");
  EXPECT_EQ(found.status, 200) << found.body;
  EXPECT_THAT(complaint("FoundCamera", found.json()), IsEmpty()) << found.body;
  EXPECT_EQ(found.json()["picture"], "SlBFRw==");
  EXPECT_EQ(found.json()["fps_stated"], nullptr);
  const auto wrong = probe("rtsp://u:wrong@cam/x");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.head, HasSubstr("application/problem+json"));
  EXPECT_THAT(complaint("CameraTrouble", wrong.json()), IsEmpty()) << wrong.body;
  EXPECT_EQ(wrong.json()["detail"], "cam refuses the user or the password. Check both.");
  EXPECT_EQ(probe("exec:ls").status, 400);
}

TEST_F(HttpApiCamerasTest, BodiesThatAreNoneAreRefused) {
  start();
  for (const char* body : {"", "[]", "{}", R"({"source":""})", R"({"source":1})",
                           R"({"source":"rtsp://cam/x","more":1})"}) {
    EXPECT_EQ(call("POST", "/api/v1/cameras/probe", as_json, body).status, 400) << body;
  }
  const std::string long_source = "rtsp://cam/" + std::string(3000, 'x');
  EXPECT_EQ(probe(long_source).status, 400);
  for (const Json& body : {Json{{"source", "rtsp://cam/x"}}, Json{{"name", "yard"}},
                           Json{{"name", "a b"}, {"source", "rtsp://cam/x"}},
                           Json{{"name", "yard"}, {"source", "rtsp://cam/x"}, {"codec", 1}},
                           Json{{"name", "yard"}, {"source", "rtsp://cam/x"}, {"exec", "ls"}}}) {
    EXPECT_EQ(add(body).status, 400) << body;
  }
  EXPECT_EQ(call("POST", "/api/v1/cameras", "", "{}").status, 415) << "a form could send that";
}

TEST_F(HttpApiCamerasTest, OneIsAddedListedAndRemoved) {
  start();
  const auto added = add({{"name", "yard"}, {"source", "rtsp://u:secret@cam/x"}});
  EXPECT_EQ(added.status, 201) << added.body;
  EXPECT_THAT(complaint("Camera", added.json()), IsEmpty());
  EXPECT_EQ(add({{"name", "yard"}, {"source", "rtsp://cam/x"}}).status, 409);
  const auto list = get("/api/v1/cameras").json();
  EXPECT_THAT(complaint("Cameras", list), IsEmpty());
  EXPECT_EQ(list["cameras"].size(), 2u);
  EXPECT_EQ(call("DELETE", "/api/v1/cameras/yard").status, 204);
  EXPECT_EQ(call("DELETE", "/api/v1/cameras/yard").status, 404);
  EXPECT_THAT(get("/api/v1/events").body, HasSubstr("its camera was removed"));
}

TEST_F(HttpApiCamerasTest, ADeviceThatIsThereKeepsItsName) {
  start();
  run_until_result("cam1");
  const auto added = add({{"name", "cam1"}, {"source", "rtsp://cam/x"}});
  EXPECT_EQ(added.status, 409);
  EXPECT_THAT(added.body, HasSubstr("choose another name"));
}

TEST_F(HttpApiCamerasTest, AFewAreTriedAtOnceAndTheRestWaitsOrIsRefused) {
  start();
  cameras_.hold();
  std::atomic<int> busy = 0;
  std::atomic<int> found = 0;
  std::vector<std::jthread> callers;
  const auto come = [&](int count) {
    for (int i = 0; i < count; ++i) {
      callers.emplace_back([&] {
        const int status = probe("rtsp://cam/x").status;
        if (status == 503) ++busy;
        if (status == 200) ++found;
      });
    }
  };
  come(2);
  EXPECT_TRUE(testing::wait_until([&] { return cameras_.most() == 2; })) << "two at once";
  come(10);
  EXPECT_TRUE(testing::wait_until([&] { return busy == 8; }));
  EXPECT_EQ(get("/api/v1/devices").status, 200) << "the rest of the API goes on";
  cameras_.release();
  callers.clear();
  // One caller has half of the four places to wait.
  EXPECT_EQ(found, 4);
  EXPECT_EQ(found + busy, 12);
  EXPECT_EQ(cameras_.most(), 2);
}

TEST_F(HttpApiCamerasTest, TheEndOfTheSiteEndsTrials) {
  start();
  cameras_.hold();
  testing::RawSocket socket(api_->port());
  const std::string body = R"({"source":"rtsp://cam/x"})";
  socket.send(
      fmt::format("POST /api/v1/cameras/probe HTTP/1.1\r\nHost: {}\r\n{}"
                  "Content-Length: {}\r\n\r\n{}",
                  host(), as_json, body.size(), body));
  ASSERT_TRUE(testing::wait_until([&] { return cameras_.most() == 1; }));
  stop();  // hangs if nothing asks the trial to end
}

TEST_F(HttpApiCamerasTest, WithoutCamerasThereAreNone) {
  api_options_.cameras = nullptr;
  start();
  EXPECT_EQ(get("/api/v1/cameras").json()["cameras"].size(), 0u);
  EXPECT_EQ(probe("rtsp://cam/x").status, 409);
  EXPECT_EQ(call("DELETE", "/api/v1/cameras/yard").status, 409);
}

}  // namespace
}  // namespace fovea::site
