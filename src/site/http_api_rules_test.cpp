#include "core/json.h"
#include "site/http_api_fixture.h"

namespace fovea::site {
namespace {

using ::testing::HasSubstr;

class HttpApiRulesTest : public HttpApiFixture {
 protected:
  static std::string rule(const std::string& more = "") {
    return R"({"device":"cam1","operators":[{"zone":{"polygon":[[0,0],[1,0],[1,1],[0,1]],)"
           R"("class":"first"}},{"threshold":{"above":0.1}}])" +
           more + "}";
  }
  HttpAnswer put(const std::string& name, const std::string& body) {
    return call("PUT", "/api/v1/rules/" + name, "Content-Type: application/json\r\n", body);
  }
};

TEST_F(HttpApiRulesTest, RulesAreMadeListedAndRemoved) {
  start();
  EXPECT_EQ(get("/api/v1/rules").json()["rules"].size(), 0u);
  const auto made = put("danger", rule());
  EXPECT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.json()["from"], "state");
  EXPECT_EQ(made.json()["status"]["raised"], nullptr);
  const auto list = get("/api/v1/rules").json();
  ASSERT_EQ(list["rules"].size(), 1u);
  EXPECT_EQ(list["rules"][0]["name"], "danger");
  EXPECT_EQ(list["sinks"], core::Json({"timeline", "bus"}));
  const auto wrong = put("danger", rule(R"(,"sinks":["opps"])"));
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.json()["detail"].get<std::string>(), HasSubstr("none of timeline, bus"));
  EXPECT_EQ(call("PUT", "/api/v1/rules/danger", "", rule()).status, 415);
  EXPECT_EQ(call("DELETE", "/api/v1/rules/danger").status, 200);
  EXPECT_EQ(call("DELETE", "/api/v1/rules/danger").status, 404);
}

// The whole way over HTTP: a frame on the bus, a model, a mask, a rule, an event, its picture.
TEST_F(HttpApiRulesTest, AnAlertsPictureIsTheFrameThatDecidedIt) {
  start();
  run_until_result("cam1");
  // Whatever the model found most of is found again.
  const auto result = get("/api/v1/devices/cam1/result").json();
  ASSERT_FALSE(result["classes"].empty());
  std::string body = rule();
  const std::string name = result["classes"][0]["name"].get<std::string>();
  body.replace(body.find("\"first\""), 7, "\"" + name + "\"");
  ASSERT_EQ(put("danger", body).status, 200);
  run_until_result("cam1");
  core::Json alert;
  ASSERT_TRUE(testing::wait_until([&] {
    send_frame("cam1", ++sequence_);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // their rate
    for (const auto& event : site_->timeline().after(0)) {
      if (event.kind == EventKind::alert && event.picture) return true;
    }
    return false;
  })) << get("/api/v1/rules").body;
  const auto events = get("/api/v1/events").json();
  for (const auto& event : events["events"]) {
    if (event["kind"] == "alert") alert = event;
  }
  EXPECT_EQ(alert["device"], "cam1");
  EXPECT_THAT(alert["text"].get<std::string>(), HasSubstr("danger: " + name));
  const auto picture = get(alert["picture"].get<std::string>());
  EXPECT_EQ(picture.status, 200);
  EXPECT_THAT(picture.head, HasSubstr("image/jpeg"));
  EXPECT_EQ(picture.body, jpeg_.text());
  EXPECT_EQ(get("/api/v1/events/1/picture.jpg").status, 404);
  EXPECT_EQ(get("/api/v1/events/x/picture.jpg").status, 404);
  EXPECT_EQ(get("/api/v1/events/99999999999999999999/picture.jpg").status, 404);
}

}  // namespace
}  // namespace fovea::site
