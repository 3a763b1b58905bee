#include "net/tls.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "net/server_fixture.h"
#include "testing/temporary_directory.h"
#include "testing/tls_socket.h"

namespace fovea::net {
namespace {

using namespace std::chrono_literals;
using fovea::testing::RawSocket;
using fovea::testing::TlsSocket;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

std::string contents(const std::string& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

class TlsTest : public ServerFixture {
 protected:
  void serve() {
    if (!options_.tls) options_.tls = *self_signed_certificate(folder_.path().string(), {});
    make();
    server_->route("GET", "/big", Scope::view, [](const Request&, ResponderPtr responder) {
      Response response;
      response.content_type = "image/jpeg";
      std::string numbers;
      for (int i = 0; numbers.size() < 3u << 20; ++i) numbers += std::to_string(i) + " ";
      numbers.resize(3u << 20);
      response.body = core::Buffer(std::move(numbers));
      responder->send(std::move(response));
    });
    server_->route("POST", "/echo", Scope::view, [](const Request& request, ResponderPtr to) {
      to->send(json_response(std::string(request.body.text())));
    });
    start();
  }

  fovea::testing::TemporaryDirectory folder_;
};

TEST_F(TlsTest, MakesACertificateOnceAndKeepsIt) {
  const auto files =
      self_signed_certificate(folder_.path().string(), {"hub.local", "192.168.1.5", "not a name"});
  ASSERT_TRUE(files) << files.error().message;
  struct stat found {};
  ASSERT_EQ(stat(files->key.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  const auto fingerprint = certificate_fingerprint(files->certificate);
  ASSERT_TRUE(fingerprint);
  EXPECT_THAT(*fingerprint, MatchesRegex("([0-9A-F][0-9A-F]:)+[0-9A-F][0-9A-F]"));
  EXPECT_EQ(fingerprint->size(), 32u * 3 - 1);
  ASSERT_TRUE(self_signed_certificate(folder_.path().string(), {"other"}));
  EXPECT_EQ(*certificate_fingerprint(files->certificate), *fingerprint);
  ASSERT_TRUE(load_tls(*files));
}

TEST_F(TlsTest, ALostCertificateIsMadeAnewForTheSameKey) {
  const auto files = self_signed_certificate(folder_.path().string(), {});
  const std::string key = contents(files->key);
  const auto before = certificate_fingerprint(files->certificate);
  std::ofstream(files->certificate) << "damaged";
  ASSERT_TRUE(self_signed_certificate(folder_.path().string(), {}));
  EXPECT_EQ(contents(files->key), key);
  EXPECT_NE(*certificate_fingerprint(files->certificate), *before);
}

TEST_F(TlsTest, WrongFilesAreNamed) {
  const auto mine = *self_signed_certificate(folder_.path().string(), {});
  fovea::testing::TemporaryDirectory elsewhere;
  const auto other = *self_signed_certificate(elsewhere.path().string(), {});
  EXPECT_THAT(load_tls({mine.certificate, other.key}).error().message, HasSubstr(other.key));
  EXPECT_THAT(load_tls({mine.key, mine.key}).error().message, HasSubstr("no certificate"));
  EXPECT_THAT(load_tls({mine.certificate, "/nowhere"}).error().message, HasSubstr("/nowhere"));
  ASSERT_EQ(chmod(mine.key.c_str(), 0644), 0);
  const auto open = load_tls(mine);
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, core::Code::bad_input);
  EXPECT_THAT(open.error().message, HasSubstr("chmod"));
  options_.tls = mine;
  make();
  EXPECT_FALSE(server_->start());
}

TEST_F(TlsTest, ServesAClientThatChecksTheCertificate) {
  serve();
  TlsSocket socket(server_->port(), options_.tls->certificate);
  ASSERT_TRUE(socket.connected());
  EXPECT_EQ(socket.version(), "TLSv1.3");
  ASSERT_TRUE(socket.send(request("POST /echo", "Content-Length: 4\r\n", "\"hi\"")));
  ASSERT_TRUE(socket.receive_until("\"hi\""));
  ASSERT_TRUE(socket.send(request("GET /big", "Connection: close\r\n")));
  EXPECT_TRUE(socket.receive_all()) << "ended without close_notify";
  EXPECT_THAT(socket.received(), HasSubstr("Content-Length: 3145728\r\n"));
  std::istringstream numbers(socket.received().substr(socket.received().rfind("\r\n\r\n") + 4));
  int wanted = 0;
  for (int number = 0; wanted < 465000 && numbers >> number; ++wanted) {
    ASSERT_EQ(number, wanted) << "bytes were lost";
  }
  EXPECT_EQ(wanted, 465000);
}

TEST_F(TlsTest, OldVersionsAreRefused) {
  serve();
  EXPECT_TRUE(TlsSocket(server_->port(), "", TLS1_2_VERSION).connected());
  EXPECT_FALSE(TlsSocket(server_->port(), "", TLS1_1_VERSION).connected());
  EXPECT_TRUE(eventually([&] { return rejected("tls") >= 1; }));
}

TEST_F(TlsTest, PlainHttpIsToldWhatToDo) {
  serve();
  const std::string answer = exchange(request("GET /big"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(answer, HasSubstr("https://"));
  EXPECT_EQ(rejected("plain_http"), 1);
}

TEST_F(TlsTest, WhoNeverFinishesTheHandshakeIsCut) {
  options_.header_limit = 200ms;
  serve();
  RawSocket silent(server_->port());
  RawSocket half(server_->port());
  half.send("\x16\x03\x01");
  EXPECT_TRUE(silent.receive_all());
  EXPECT_TRUE(half.receive_all());
}

TEST_F(TlsTest, ANewCertificateIsTakenWithoutARestart) {
  serve();
  const auto other = *self_signed_certificate(folder_.path().string(), {});
  EXPECT_TRUE(TlsSocket(server_->port(), other.certificate).connected());
  std::filesystem::remove(other.certificate);
  EXPECT_FALSE(server_->reload_tls()) << "the file is missing; the old one stays";
  EXPECT_TRUE(TlsSocket(server_->port()).connected());
  ASSERT_TRUE(self_signed_certificate(folder_.path().string(), {}));
  EXPECT_FALSE(TlsSocket(server_->port(), other.certificate).connected());
  ASSERT_TRUE(server_->reload_tls());
  EXPECT_TRUE(
      eventually([&] { return TlsSocket(server_->port(), other.certificate).connected(); }));
}

TEST_F(TlsTest, CarriesWebSockets) {
  options_.tls = *self_signed_certificate(folder_.path().string(), {});
  make();
  server_->websocket("/live", Scope::view,
                     [](const Request&) { return std::make_unique<Greeter>(); });
  start();
  TlsSocket socket(server_->port());
  socket.send(request("GET /live",
                      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  ASSERT_TRUE(socket.receive_until("welcome"));
  EXPECT_THAT(socket.received(), StartsWith("HTTP/1.1 101 "));
  server_.reset();
  socket.receive_all();
  EXPECT_THAT(socket.received(), HasSubstr("the site stops"));
}

}  // namespace
}  // namespace fovea::net
