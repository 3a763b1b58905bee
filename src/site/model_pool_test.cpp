#include "site/model_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "core/queue.h"
#include "testing/fake_model.h"
#include "testing/wait_until.h"

namespace fovea::site {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class ModelPoolTest : public ::testing::Test {
 protected:
  ModelPoolTest()
      : pool_([this](const std::string& reference) { return load(reference); },
              [this](const std::string& reference, const ModelPool::Entry&) {
                told_.push(reference);
              },
              {core::Log(core::make_null_sink(), "test"), clock_, *metrics_}) {}

  core::Result<std::shared_ptr<const infer::LoadedModel>> load(const std::string& reference) {
    ++loads_;
    if (reference == "missing") return core::Error{core::Code::not_found, "no such file"};
    if (reference == "throws") throw std::runtime_error("bad graph");
    testing::FakeModelPlan plan;
    plan.name = reference;
    return std::shared_ptr<const infer::LoadedModel>(std::make_shared<testing::FakeModel>(plan));
  }

  std::string wait_told() { return told_.pop_for(30s).value_or("nothing was told"); }

  core::SystemClock clock_;
  std::unique_ptr<core::Metrics> metrics_ = core::make_metrics();
  std::atomic<int> loads_ = 0;
  core::BoundedQueue<std::string> told_{16, core::Overflow::block};
  ModelPool pool_;
};

TEST_F(ModelPoolTest, LoadsEachOnceAndTells) {
  pool_.want({"a"});
  EXPECT_EQ(wait_told(), "a");
  const auto entry = pool_.find("a");
  ASSERT_EQ(entry.state, ModelPool::State::loaded);
  EXPECT_EQ(entry.served->model->manifest().name, "a");
  EXPECT_EQ(entry.served->classes->at(1).name, "thing");
  pool_.want({"a", "b"});
  EXPECT_EQ(wait_told(), "b");
  EXPECT_EQ(loads_, 2);
  EXPECT_EQ(pool_.find("a").served, entry.served) << "shared, not loaded again";
  EXPECT_TRUE(pool_.idle());
}

TEST_F(ModelPoolTest, LetsGoOfWhatNobodyWants) {
  pool_.want({"a"});
  wait_told();
  std::weak_ptr<const ServedModel> served = pool_.find("a").served;
  pool_.want({});
  EXPECT_TRUE(testing::wait_until([&] { return served.expired(); }));
  EXPECT_TRUE(pool_.entries().empty());
}

TEST_F(ModelPoolTest, SaysWhyAndRetriesWhenAsked) {
  for (const auto& [reference, why] :
       {std::pair{"missing", "no such file"}, std::pair{"throws", "bad graph"}}) {
    pool_.want({reference});
    wait_told();
    const auto entry = pool_.find(reference);
    EXPECT_EQ(entry.state, ModelPool::State::failed);
    EXPECT_THAT(entry.error, HasSubstr(why));
    const int before = loads_;
    pool_.want({reference});
    pool_.retry(reference);
    EXPECT_EQ(wait_told(), reference);
    EXPECT_EQ(loads_, before + 1);
  }
}

}  // namespace
}  // namespace fovea::site
