#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "bus/adapters.h"
#include "camera/agent.h"
#include "testing/test_context.h"
#include "testing/wait_until.h"
#include "wire/result_event.h"

namespace fovea::camera {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Everybody who may look at a device reads its status, and whoever listens on the bus.
TEST(AgentSecrets, NothingOfTheEnvironmentIsTold) {
  fovea::testing::TestContext context;
  const auto bus = bus::connect_bus("memory://agent-secrets", {}, context.context());
  ASSERT_TRUE(bus);
  std::mutex mutex;
  std::vector<wire::CameraStatus> told;  // guarded by mutex
  const auto subscription =
      (*bus)->subscribe({}, bus::Delivery::ordered, [&](const wire::Event& event) {
        const auto status = wire::parse_status_event(event);
        const std::lock_guard lock(mutex);
        if (status) told.push_back(*status);
      });
  ASSERT_TRUE(subscription);
  const auto secrets = std::make_shared<core::Secrets>();
  secrets->add("PW", "hush-hush");
  AgentOptions options;
  options.stream = {"site", "yard"};
  options.source = "exec:echo 401 for viewer:hush-hush >&2; exit 22";
  options.source_written = "exec:echo 401 for viewer:${PW} >&2; exit 22";
  options.source_options.secrets = secrets;
  Agent agent(options, **bus, context.context());
  ASSERT_TRUE(fovea::testing::wait_until([&] {
    const std::lock_guard lock(mutex);
    return !told.empty() && told.back().state == "failed";
  }));
  const std::lock_guard lock(mutex);
  for (const auto& status : told) {
    EXPECT_EQ(status.source, options.source_written);
    EXPECT_THAT(status.detail, Not(HasSubstr("hush")));
  }
  EXPECT_THAT(told.back().detail, HasSubstr("401 for viewer:${PW}"));
}

// That a camera asks for a digest is remembered when its connection is cut: the next one may be to
// somebody else.
TEST(AgentSecrets, OneHistoryForAllOpeningsOfASource) {
  fovea::testing::TestContext context;
  const auto bus = bus::connect_bus("memory://agent-history", {}, context.context());
  ASSERT_TRUE(bus);
  std::mutex mutex;
  std::vector<std::shared_ptr<video::SourceHistory>> histories;  // guarded by mutex
  AgentOptions options;
  options.stream = {"site", "yard"};
  const Agent agent(
      options, **bus, context.context(), [&](const auto&, const auto& chosen, const auto&) {
        const std::lock_guard lock(mutex);
        histories.push_back(chosen.history);
        return core::Result<std::unique_ptr<video::Source>>(core::Error{core::Code::io, "cut"});
      });
  ASSERT_TRUE(fovea::testing::wait_until([&] {
    const std::lock_guard lock(mutex);
    return histories.size() >= 2;
  }));
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(histories[0]);
  EXPECT_EQ(histories[0], histories[1]);
}

}  // namespace
}  // namespace fovea::camera
