#include "net/http_client.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "net/server_fixture.h"
#include "testing/temporary_directory.h"

namespace fovea::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class FetchTest : public ServerFixture {
 protected:
  void serve() {
    make();
    server_->route("GET", "/file", Scope::view, [](const Request&, ResponderPtr responder) {
      Response response;
      response.content_type = "application/octet-stream";
      response.body = core::Buffer(core::Bytes(300000, 'f'));
      responder->send(std::move(response));
    });
    server_->route("GET", "/moved", Scope::view, [](const Request&, ResponderPtr responder) {
      Response response;
      response.status = 302;
      response.headers["location"] = "/file";
      responder->send(std::move(response));
    });
    server_->route("GET", "/to-disk", Scope::view, [](const Request&, ResponderPtr responder) {
      Response response;
      response.status = 302;
      response.headers["location"] = "file:///etc/passwd";
      responder->send(std::move(response));
    });
    server_->route("GET", "/round", Scope::view, [](const Request&, ResponderPtr responder) {
      Response response;
      response.status = 302;
      response.headers["location"] = "/round";
      responder->send(std::move(response));
    });
    server_->route("GET", "/denied", Scope::view, [](const Request&, ResponderPtr responder) {
      responder->send(problem(401, "Who are you", "sign in"));
    });
    server_->route("GET", "/stuck", Scope::view, [this](const Request&, ResponderPtr responder) {
      stuck_ = responder->stream({});
      stuck_->write_newest(core::Buffer(std::string("half")));
    });
    start();
  }
  std::string url(const std::string& path) const { return "http://" + host() + path; }
  std::string file() const { return folder_ / "out.bin"; }
  size_t files_in_folder() const {
    return size_t(std::distance(std::filesystem::directory_iterator(folder_.path()), {}));
  }

  testing::TemporaryDirectory folder_;
  std::shared_ptr<BodyStream> stuck_;
};

TEST_F(FetchTest, WritesTheWholeFileAndFollowsRedirects) {
  serve();
  FetchOptions options;
  size_t received = 0;
  size_t total = 0;
  options.progress = [&](size_t so_far, size_t all) {
    received = so_far;
    total = all;
  };
  for (const char* path : {"/file", "/moved"}) {
    std::ofstream(file()) << "old";
    const auto fetched = fetch_file(url(path), file(), options);
    ASSERT_TRUE(fetched) << fetched.error().message;
    EXPECT_EQ(std::filesystem::file_size(file()), 300000u);
    EXPECT_EQ(received, 300000u);
    EXPECT_EQ(total, 300000u);
  }
  EXPECT_EQ(files_in_folder(), 1u);
  const auto copied = fetch_file("file://" + file(), folder_ / "copy", {});
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(std::filesystem::file_size(folder_ / "copy"), 300000u);
}

TEST_F(FetchTest, LeavesNothingBehindWhenItFails) {
  serve();
  struct Case {
    std::string url;
    core::Code code;
  };
  FetchOptions options;
  options.limit = 1s;
  for (const Case& one : std::initializer_list<Case>{
           {url("/nowhere"), core::Code::not_found},
           {url("/denied"), core::Code::denied},
           {url("/to-disk"), core::Code::bad_input},
           {url("/round"), core::Code::io},
           {url("/stuck"), core::Code::timeout},
           {"file:///nowhere/at/all", core::Code::not_found},
           {"ftp://127.0.0.1/x", core::Code::bad_input},
           {"no url", core::Code::bad_input},
           {"http://127.0.0.1:1/x", core::Code::io},
       }) {
    const auto fetched = fetch_file(one.url, file(), options);
    ASSERT_FALSE(fetched) << one.url;
    EXPECT_EQ(fetched.error().code, one.code) << one.url << ": " << fetched.error().message;
    EXPECT_EQ(files_in_folder(), 0u) << one.url;
  }
  EXPECT_EQ(fetch_file(url("/file"), folder_ / "no" / "folder", {}).error().code, core::Code::io);
}

TEST_F(FetchTest, KeepsTheLimitOfBytes) {
  serve();
  FetchOptions options;
  options.bytes_max = 299999;
  const auto fetched = fetch_file(url("/file"), file(), options);
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code, core::Code::bad_input);
  EXPECT_EQ(files_in_folder(), 0u);
}

TEST_F(FetchTest, HidesThePassword) {
  serve();
  const std::string secret = "http://user:secret@" + host() + "/nowhere?token=secret";
  const auto fetched = fetch_file(secret, file(), {});
  ASSERT_FALSE(fetched);
  EXPECT_THAT(fetched.error().message, Not(HasSubstr("secret")));
  EXPECT_THAT(fetched.error().message, HasSubstr(host() + "/nowhere"));
}

TEST(ShownUrl, ShowsNeitherUserNorQuery) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://hooks:8443/a?mail=x@y", "https://hooks:8443/a"},
      {"https://user:word@hooks/a", "https://hooks/a"},
      {"https://user:wo?rd@hooks/a?token=x", "https://hooks/a"},
      {"https://user:wo/rd@hooks/a", "https://hooks/a"},
      {"nothing?token=x", "nothing"},
  };
  for (const auto& [url, shown] : cases) EXPECT_EQ(shown_url(url), shown) << url;
}

}  // namespace
}  // namespace fovea::net
