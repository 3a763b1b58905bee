#include "bus/nats_greeting.h"

#include <gtest/gtest.h>

#include "testing/nats_server.h"

namespace fovea::bus {
namespace {

using namespace std::chrono_literals;

TEST(NatsGreetingTest, IsReadFromARealServer) {
  const testing::NatsServer server({.user = "u", .password = "p", .tls = true});
  const auto greeting = read_greeting("localhost", server.port(), 10s);
  ASSERT_TRUE(greeting) << greeting.error().message;
  EXPECT_EQ(greeting->version.substr(0, 2), "2.");
}

TEST(NatsGreetingTest, WhatIsNoGreetingIsNone) {
  for (const char* line : {"", "INFO", "INFO ", "INFO {}", "INFO {\"version\":7}", "PING\r", "+OK",
                           "INFO {\"version\":\"2.9.10", "INFO {\"version\":\"\"}"}) {
    EXPECT_FALSE(parse_greeting(line)) << line;
  }
  EXPECT_EQ(parse_greeting("INFO {\"version\":\"2.9.10\"} \r")->version, "2.9.10");
}

TEST(NatsGreetingTest, KnowsTheVersionsWithTheHole) {
  for (const char* old : {"2.2.0", "2.9.10", "2.9.22", "2.10.0", "2.10.1", "2.10.0-RC.1"}) {
    EXPECT_TRUE(has_known_hole(old)) << old;
  }
  for (const char* fine :
       {"2.9.23", "2.10.2", "2.10.29-preview.1", "2.15.2", "3.0.0", "", "x", "2.9"}) {
    EXPECT_FALSE(has_known_hole(fine)) << fine;
  }
}

}  // namespace
}  // namespace fovea::bus
