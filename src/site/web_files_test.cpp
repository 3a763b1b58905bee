#include "site/web_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/temporary_directory.h"

namespace fovea::site {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::span<const uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

net::Request request(const std::string& path, const std::string& encoding = "") {
  net::Request request;
  request.path = path;
  if (!encoding.empty()) request.headers["accept-encoding"] = encoding;
  return request;
}

const std::string long_script(5000, 'x');

WebFiles example_files() {
  static const EmbeddedFile files[] = {{"openapi.json", bytes("{}")},
                                       {"web/index.html", bytes("<html>")},
                                       {"web/assets/a-1.js", bytes(long_script)},
                                       {"web/fovea.svg", bytes("<svg>")}};
  return {files, ""};
}

TEST(WebFiles, EveryViewIsThePage) {
  WebFiles files = example_files();
  for (const char* path : {"/", "/system", "/d/cam1", "/index.html"}) {
    const auto response = files.get(request(path));
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body.text(), "<html>");
    EXPECT_THAT(response.content_type, StartsWith("text/html"));
    EXPECT_EQ(response.headers.at("cache-control"), "no-cache");
    EXPECT_THAT(response.headers.at("content-security-policy"),
                StartsWith("default-src 'none'; script-src 'self'; style-src 'self';"));
  }
  for (const char* path : {"/d/", "/d/a/b", "/d/a.b", "/x", "/openapi.json", "/web/index.html"}) {
    EXPECT_EQ(files.get(request(path)).status, 404) << path;
  }
}

TEST(WebFiles, HashedFilesAreKeptAndCompressed) {
  WebFiles files = example_files();
  const auto plain = files.get(request("/assets/a-1.js"));
  EXPECT_EQ(plain.body.text(), long_script);
  EXPECT_THAT(plain.headers.at("cache-control"), HasSubstr("immutable"));
  EXPECT_THAT(plain.content_type, StartsWith("text/javascript"));
  const auto packed = files.get(request("/assets/a-1.js", "gzip, br"));
  EXPECT_EQ(packed.headers.at("content-encoding"), "gzip");
  EXPECT_LT(packed.body.size(), 500u);
  EXPECT_EQ(packed.headers.at("etag"), plain.headers.at("etag"));
  EXPECT_NE(files.get(request("/")).headers.at("etag"), plain.headers.at("etag"));
}

TEST(WebFiles, ABuildWithoutThePageSaysSo) {
  WebFiles files({}, "");
  const auto response = files.get(request("/"));
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body.text(), HasSubstr("this build of Fovea has no page"));
}

TEST(WebFiles, ServesAFolder) {
  const testing::TemporaryDirectory folder;
  folder.write("index.html", "<html>disk");
  WebFiles files({}, folder.path().string());
  EXPECT_EQ(files.get(request("/d/cam1")).body.text(), "<html>disk");
  folder.write("index.html", "<html>again");
  EXPECT_EQ(files.get(request("/")).body.text(), "<html>again");
  EXPECT_EQ(files.get(request("/nothing.js")).status, 404);
  EXPECT_EQ(WebFiles({}, folder.path().string() + "/no").get(request("/")).status, 404);
}

TEST(WebFiles, TheProgramHasItsDescription) {
  bool found = false;
  for (const auto& file : embedded_files()) found = found || file.name == "openapi.json";
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace fovea::site
