#include <set>

#include "core/json.h"
#include "site/http_api_fixture.h"
#include "site/openapi_schema.h"
#include "testing/json.h"

namespace fovea::site {
namespace {

using core::Json;
using ::testing::IsEmpty;

std::string lower(std::string text) {
  for (char& c : text) c = char(std::tolower(c));
  return text;
}

class OpenApiTest : public HttpApiFixture {
 protected:
  // What the description says about an answer of this status.
  std::string complaint(const std::string& pattern, const std::string& method,
                        const HttpAnswer& answer) {
    const auto& operation = document_["paths"][pattern][method];
    const auto& responses = operation["responses"];
    const std::string status = std::to_string(answer.status);
    const SchemaCheck check(document_);
    if (!responses.contains(status)) {
      const auto& problem = document_["components"]["schemas"]["Problem"];
      return check.complaint(problem, answer.json());
    }
    const auto& schema = responses[status]["content"]["application/json"]["schema"];
    return check.complaint(schema, answer.json());
  }

  Json document_;
};

TEST_F(OpenApiTest, DescribesEveryRouteAndNothingElse) {
  start();
  document_ = get("/api/v1/openapi.json").json();
  ASSERT_EQ(document_["openapi"], "3.1.0");
  std::set<std::string> described;
  for (const auto& [path, operations] : document_["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      described.insert(method + " " + path);
      EXPECT_TRUE(operation.contains("summary")) << path;
      const bool has_id = path.find("{id}") != std::string::npos;
      EXPECT_EQ(has_id, operation.value("parameters", Json::array())
                                .dump()
                                .find("#/components/parameters/Device") != std::string::npos)
          << path;
    }
  }
  std::set<std::string> served;
  for (const auto& route : api_->routes()) served.insert(lower(route.method) + " " + route.pattern);
  EXPECT_EQ(described, served);
}

TEST_F(OpenApiTest, AnswersAreAsDescribed) {
  start();
  document_ = get("/api/v1/openapi.json").json();
  // Before there is anything, with a device that has all, and of a device that is not there.
  EXPECT_THAT(complaint("/api/v1/devices", "get", get("/api/v1/devices")), IsEmpty());
  run_until_result("cam1");
  site_->known_devices().configure(UnknownDevices::ask, {"cam1"});
  site_->known_devices().judge("stranger");
  site_->add_event(EventKind::alert, "cam1", "somebody is there");
  const std::string rule =
      R"({"device":"cam1","operators":[{"zone":{"polygon":[[0,0],[1,0],[1,1]],"class":"a"}},)"
      R"({"threshold":{"above":0.5}}]})";
  const std::string header = "Content-Type: application/json\r\n";
  for (const auto& [method, body] :
       {std::pair{"PUT", rule}, {"PUT", "{}"}, {"DELETE", ""}, {"DELETE", ""}, {"PUT", rule}}) {
    const auto answer = call(method, "/api/v1/rules/danger", header, body);
    EXPECT_THAT(complaint("/api/v1/rules/{name}", lower(method), answer), IsEmpty()) << answer.body;
  }
  for (const char* path :
       {"/healthz", "/readyz", "/api/v1/site", "/api/v1/devices", "/api/v1/models",
        "/api/v1/events", "/api/v1/system", "/api/v1/rules", "/api/v1/waiting"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_THAT(complaint(path, "get", answer), IsEmpty()) << path << ": " << answer.body;
  }
  for (const char* path : {"/api/v1/devices/{id}", "/api/v1/devices/{id}/result"}) {
    for (const char* id : {"cam1", "nobody"}) {
      std::string url = path;
      url.replace(url.find("{id}"), 4, id);
      const auto answer = get(url);
      EXPECT_EQ(answer.status, std::string(id) == "cam1" ? 200 : 404);
      EXPECT_THAT(complaint(path, "get", answer), IsEmpty()) << url << ": " << answer.body;
    }
  }
  EXPECT_THAT(complaint("/api/v1/devices/{id}", "patch", patch("cam1", R"({"weight":2})")),
              IsEmpty());
  EXPECT_THAT(complaint("/api/v1/devices/{id}", "patch", patch("cam1", R"({"model":"other"})")),
              IsEmpty());
  EXPECT_THAT(complaint("/api/v1/devices/{id}", "patch", patch("cam1", R"({"wieght":2})")),
              IsEmpty());
}

TEST_F(OpenApiTest, TheCheckerItselfFindsFaults) {
  const Json schemas = testing::json(R"({"Leaf": {"type": "integer"}})");
  const SchemaCheck check(schemas);
  const Json schema = testing::json(R"({"type": "object", "required": ["a"],
    "properties": {"a": {"$ref": "#/Leaf"}, "b": {"type": ["string", "null"], "enum": ["x", null]},
                   "c": {"type": "array", "items": {"type": "number"}, "maxItems": 2},
                   "d": {"type": "string", "pattern": "^[0-9]$"}},
    "additionalProperties": false})");
  EXPECT_THAT(check.complaint(schema, testing::json(R"({"a":1,"b":null,"c":[1,2.5],"d":"7"})")),
              IsEmpty());
  for (const char* wrong : {"[]", "{}", R"({"a":1.5})", R"({"a":1,"b":"y"})", R"({"a":1,"b":2})",
                            R"({"a":1,"c":["x"]})", R"({"a":1,"c":[1,2,3]})", R"({"a":1,"d":"x"})",
                            R"({"a":1,"e":1})"}) {
    EXPECT_FALSE(check.complaint(schema, testing::json(wrong)).empty()) << wrong;
  }
  EXPECT_FALSE(check.complaint(testing::json(R"({"oneOf":[]})"), 1).empty());
}

}  // namespace
}  // namespace fovea::site
