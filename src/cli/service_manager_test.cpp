#include "cli/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "testing/fake_clock.h"
#include "testing/temporary_directory.h"
#include "testing/test_context.h"

namespace fovea::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

// The service manager's end of the socket.
class Manager {
 public:
  explicit Manager(const std::string& address) : socket_(::socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un place{};
    place.sun_family = AF_UNIX;
    std::memcpy(place.sun_path, address.data(), address.size());
    if (address[0] == '@') place.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    EXPECT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&place), length), 0);
    setenv("NOTIFY_SOCKET", address.c_str(), 1);
  }
  ~Manager() { close(socket_); }

  // What has arrived since the last call.
  std::vector<std::string> heard() const {
    std::vector<std::string> messages;
    char text[4096];
    for (ssize_t size = 0; (size = recv(socket_, text, sizeof text, MSG_DONTWAIT)) > 0;) {
      messages.emplace_back(text, static_cast<size_t>(size));
    }
    return messages;
  }

 private:
  const int socket_;
};

std::string nothing() { return {}; }
std::string status() { return "two cameras"; }

class ServiceManagerTest : public ::testing::Test {
 protected:
  std::string socket() const { return folder_ / "notify"; }

  testing::TemporaryDirectory folder_;
  testing::FakeClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  core::Context context_{{core::make_null_sink(), "test"}, clock_, *metrics_};
};

TEST_F(ServiceManagerTest, SaysNothingWhereNobodyAsks) {
  unsetenv("NOTIFY_SOCKET");
  ServiceManager service(context_);
  service.ready();
  service.turn([]() -> std::string { throw std::logic_error("not to be asked"); }, status);
  service.stopping();
}

TEST_F(ServiceManagerTest, TellsItsLife) {
  const Manager manager(socket());
  unsetenv("WATCHDOG_USEC");
  ServiceManager service(context_);
  EXPECT_EQ(getenv("NOTIFY_SOCKET"), nullptr) << "what it starts would speak in its name";
  service.ready();
  service.turn(nothing, status);
  service.turn(nothing, [] { return "another, but too early"; });
  service.stopping();
  EXPECT_THAT(manager.heard(),
              ElementsAre("READY=1", "STATUS=two cameras", "STOPPING=1\nSTATUS=stopping"));
}

TEST_F(ServiceManagerTest, ReachesAnAbstractSocket) {
  const Manager manager("@fovea-test-" + std::to_string(getpid()));
  ServiceManager service(context_);
  service.ready();
  EXPECT_THAT(manager.heard(), ElementsAre("READY=1"));
}

TEST_F(ServiceManagerTest, PingsThreeTimesAWatchdogAndNotWhileSomethingHangs) {
  const Manager manager(socket());
  setenv("WATCHDOG_USEC", "3000000", 1);
  setenv("WATCHDOG_PID", std::to_string(getpid()).c_str(), 1);
  ServiceManager service(context_);
  int pings = 0;
  for (int i = 0; i < 30; ++i) {  // three seconds
    service.turn(nothing, status);
    clock_.advance(100ms);
  }
  for (const auto& message : manager.heard()) pings += message == "WATCHDOG=1" ? 1 : 0;
  EXPECT_EQ(pings, 3);
  for (int i = 0; i < 30; ++i) {
    service.turn([] { return std::string("the network thread"); }, status);
    clock_.advance(100ms);
  }
  EXPECT_THAT(manager.heard(), Not(Contains("WATCHDOG=1")));
  service.turn(nothing, status);
  EXPECT_THAT(manager.heard(), Contains("WATCHDOG=1"));
}

TEST_F(ServiceManagerTest, LeavesAnothersWatchdogAlone) {
  const Manager manager(socket());
  setenv("WATCHDOG_USEC", "3000000", 1);
  setenv("WATCHDOG_PID", "1", 1);
  ServiceManager service(context_);
  service.turn(nothing, status);
  EXPECT_THAT(manager.heard(), ElementsAre("STATUS=two cameras"));
}

TEST_F(ServiceManagerTest, AStatusIsOneLineAndBounded) {
  const Manager manager(socket());
  ServiceManager service(context_);
  service.turn(nothing, [] { return "a\nSTOPPING=1\n" + std::string(10'000, 'x'); });
  const auto heard = manager.heard();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].find('\n'), std::string::npos);
  EXPECT_LT(heard[0].size(), 600U);
}

// A manager that does not read yet: what it must know is told later.
TEST_F(ServiceManagerTest, TellsReadyAgainUntilItIsTaken) {
  setenv("NOTIFY_SOCKET", socket().c_str(), 1);
  ServiceManager service(context_);
  service.ready();
  const Manager manager(socket());
  EXPECT_THAT(manager.heard(), IsEmpty());
  service.turn(nothing, status);
  EXPECT_THAT(manager.heard(), Contains("READY=1"));
}

}  // namespace
}  // namespace fovea::cli
