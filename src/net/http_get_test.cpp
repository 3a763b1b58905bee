#include <gmock/gmock.h>

#include "core/queue.h"
#include "net/http_client.h"
#include "net/server_fixture.h"
#include "testing/temporary_directory.h"

namespace fovea::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class GetTest : public ServerFixture {
 public:
  ~GetTest() override { silent_.clear(); }

 protected:
  void serve(const std::string& certificates = "") {
    if (!certificates.empty()) options_.tls = *self_signed_certificate(certificates, {"elsewhere"});
    make();
    server_->route(
        "GET", "/who", Scope::view, [](const Request& request, const ResponderPtr& responder) {
          const auto found = request.headers.find("authorization");
          responder->send(json_response(found == request.headers.end() ? "nobody" : found->second));
        });
    server_->route("GET", "/denied", Scope::view,
                   [](const Request&, const ResponderPtr& responder) {
                     responder->send(problem(401, "Who are you", "sign in"));
                   });
    server_->route("GET", "/large", Scope::view, [](const Request&, const ResponderPtr& responder) {
      responder->send(json_response(std::string(3000, 'x')));
    });
    server_->route("GET", "/silent", Scope::view, [this](const Request&, ResponderPtr responder) {
      silent_.push(std::move(responder));
    });
    start();
  }
  std::string url(const std::string& path) const {
    return (options_.tls ? "https://" : "http://") + host() + path;
  }

  testing::TemporaryDirectory folder_;
  core::BoundedQueue<ResponderPtr> silent_{4, core::Overflow::drop_oldest};  // never answered
};

TEST_F(GetTest, GivesTheAnswersText) {
  serve();
  EXPECT_EQ(*net::get(url("/who"), GetOptions{}), "nobody");
  EXPECT_EQ(*net::get(url("/who"), {.headers = {{"Authorization", "Bearer x"}}}), "Bearer x");
}

TEST_F(GetTest, SaysWhatIsWrong) {
  serve();
  EXPECT_EQ(net::get(url("/denied"), {}).error().code, core::Code::denied);
  EXPECT_EQ(net::get(url("/nothing"), {}).error().code, core::Code::not_found);
  EXPECT_EQ(net::get(url("/large"), {.bytes_max = 2000}).error().code, core::Code::bad_input);
  EXPECT_EQ(net::get(url("/silent"), {.limit = 100ms}).error().code, core::Code::timeout);
  EXPECT_EQ(net::get("file:///etc/passwd", {}).error().code, core::Code::bad_input);
  const auto refused = net::get("http://me:secret@127.0.0.1:1/", {});
  EXPECT_EQ(refused.error().code, core::Code::io);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("secret")));
}

TEST_F(GetTest, AsksTheServerWithThisVeryCertificateOnly) {
  testing::TemporaryDirectory other;
  const std::string others =
      self_signed_certificate(other.path().string(), {"elsewhere"})->certificate;
  serve(folder_.path().string());
  EXPECT_EQ(*net::get(url("/who"), {.certificate = options_.tls->certificate}), "nobody");
  EXPECT_EQ(net::get(url("/who"), {.certificate = others}).error().code, core::Code::io);
  EXPECT_EQ(net::get(url("/who"), {}).error().code, core::Code::io);
}

}  // namespace
}  // namespace fovea::net
