#include "auth/job_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace fovea::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JobQueueTest : public ::testing::Test {
 protected:
  void push(const std::string& party, const std::string& name) {
    queue_.push(party, {[this, name] { run_.push_back(name); },
                        [this, name] { refused_.push_back(name); }});
  }
  void run_all() {
    while (const auto job = queue_.pop_for(0s, {})) job->run();
  }

  JobQueue queue_{4};
  std::vector<std::string> run_;
  std::vector<std::string> refused_;
};

TEST_F(JobQueueTest, EachHasItsTurn) {
  for (const char* name : {"a1", "a2", "a3"}) push("a", name);
  push("b", "b1");
  run_all();
  EXPECT_THAT(run_, ElementsAre("a1", "b1", "a2", "a3"));
  EXPECT_THAT(refused_, IsEmpty());
}

TEST_F(JobQueueTest, OneAloneHasAllOfItAndLosesItsNewestToOthers) {
  for (const char* name : {"a1", "a2", "a3", "a4", "a5"}) push("a", name);
  EXPECT_THAT(refused_, ElementsAre("a5"));
  push("b", "b1");
  EXPECT_THAT(refused_, ElementsAre("a5", "a4"));
  push("b", "b2");
  EXPECT_THAT(refused_, ElementsAre("a5", "a4", "a3")) << "two each";
  push("b", "b3");
  push("a", "a6");
  EXPECT_THAT(refused_, ElementsAre("a5", "a4", "a3", "b3", "a6")) << "that would be no fairer";
  push("c", "c1");
  run_all();
  EXPECT_EQ(run_.size(), 4u);
  EXPECT_THAT(run_, ::testing::Contains("c1"));
  EXPECT_THAT(run_, ::testing::Contains("a1"));
  EXPECT_THAT(run_, ::testing::Contains("b1"));
}

TEST_F(JobQueueTest, ManyPartiesOfOneJobEachKeepTheirPlaces) {
  for (const char* name : {"a", "b", "c", "d", "e"}) push(name, name);
  EXPECT_THAT(refused_, ElementsAre("e"));
  run_all();
  EXPECT_THAT(run_, ElementsAre("a", "b", "c", "d"));
  push("e", "e");
  run_all();
  EXPECT_EQ(run_.back(), "e");
}

TEST_F(JobQueueTest, ClosedItRefuses) {
  push("a", "a1");
  queue_.close();
  push("a", "a2");
  EXPECT_THAT(refused_, ElementsAre("a2"));
  run_all();
  EXPECT_THAT(run_, ElementsAre("a1"));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(queue_.pop_for(1h, stop.get_token()));
}

}  // namespace
}  // namespace fovea::auth
