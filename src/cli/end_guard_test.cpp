#include "cli/end_guard.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace fovea::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ExitedWithCode;

// A part that does not end.
void hang() {
  while (true) ::pause();
}

class EndGuardTest : public ::testing::Test {
 protected:
  // The guard has a thread, so that each child begins anew.
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(EndGuardTest, WhatDoesNotEndInTimeIsAFailure) {
  EXPECT_EXIT(
      {
        const EndGuard guard(10ms);
        hang();
      },
      ExitedWithCode(exit_failed), "fovea: a part does not end in time; leaving without it");
}

TEST_F(EndGuardTest, WhatMayBeLeftBehindIsNone) {
  EXPECT_EXIT(
      {
        const EndGuard guard(10ms, [] { return "a model is still loading"; });
        hang();
      },
      ExitedWithCode(exit_done), "fovea: a model is still loading; leaving without it");
  EXPECT_EXIT(
      {
        const EndGuard guard(10ms, [] { return ""; });
        hang();
      },
      ExitedWithCode(exit_failed), "does not end in time");
}

TEST_F(EndGuardTest, WhoEndsInTimeIsLeftAlone) {
  EXPECT_EXIT(
      {
        { const EndGuard guard(1h); }
        std::exit(7);
      },
      ExitedWithCode(7), "");
}

}  // namespace
}  // namespace fovea::cli
