#include "camera/adaptation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fovea::camera {
namespace {

using namespace std::chrono_literals;

// A camera of 15 pictures a second on a link that takes `bytes_per_s`: a picture finds no credit
// while two are on their way.
class Link {
 public:
  explicit Link(const Adaptation::Limits& limits = {}) : adaptation(limits) {}

  void run(double seconds, double bytes_per_s) {
    for (int i = 0; i < seconds * 15; ++i) {
      now_s_ += 1.0 / 15;
      const Sending sending = adaptation.sending();
      if (pictures_++ % sending.every != 0) continue;
      std::erase_if(arrivals_, [this](double at) { return at <= now_s_; });
      const bool credit = arrivals_.size() < 2;
      if (credit) {
        busy_until_s_ = std::max(busy_until_s_, now_s_) + bytes(sending) / bytes_per_s;
        arrivals_.push_back(busy_until_s_);
        ++sent;
      }
      adaptation.note(credit, core::SteadyTime(std::chrono::nanoseconds(int64_t(now_s_ * 1e9))));
      if (!(adaptation.sending() == sending)) ++changes;
    }
  }

  static double bytes(const Sending& sending) {
    return 60'000 * std::pow(sending.quality / 85.0, 0.9) * sending.scale * sending.scale;
  }

  Adaptation adaptation;
  int sent = 0;
  int changes = 0;

 private:
  double now_s_ = 100;
  double busy_until_s_ = 0;
  int pictures_ = 0;
  std::vector<double> arrivals_;
};

TEST(AdaptationTest, AFastLinkIsLeftAlone) {
  Link link;
  link.run(60, 10e6);
  EXPECT_EQ(link.changes, 0);
  EXPECT_EQ(link.adaptation.sending(), Sending());
  EXPECT_EQ(link.adaptation.words(), "");
}

TEST(AdaptationTest, QualityGoesFirstThenSizeThenRate) {
  Link link;
  std::vector<Sending> seen = {link.adaptation.sending()};
  for (int i = 0; i < 300; ++i) {
    link.run(0.2, 5'000);
    if (!(link.adaptation.sending() == seen.back())) seen.push_back(link.adaptation.sending());
  }
  ASSERT_GE(seen.size(), 6u);
  for (size_t i = 1; i < seen.size(); ++i) {
    EXPECT_TRUE(seen[i].adapted);
    EXPECT_LE(seen[i].quality, seen[i - 1].quality);
    EXPECT_LE(seen[i].scale, seen[i - 1].scale);
    EXPECT_GE(seen[i].every, seen[i - 1].every);
    EXPECT_TRUE(seen[i].scale == 1 || seen[i].quality == seen.back().quality);
    EXPECT_TRUE(seen[i].every == 1 || seen[i].scale == seen.back().scale);
  }
  EXPECT_LT(seen[1].quality, 85);
  EXPECT_EQ(seen[1].scale, 1);
  EXPECT_GT(seen.back().every, 1);
  EXPECT_NE(link.adaptation.words().find("the link is slow: quality"), std::string::npos);
  EXPECT_NE(link.adaptation.words().find("one picture of"), std::string::npos);
}

TEST(AdaptationTest, SettlesWhereTheLinkTakesItAllAndDoesNotSwing) {
  Link link;
  link.run(60, 500'000);  // full quality needs 900,000
  link.sent = 0;
  link.changes = 0;
  link.run(600, 500'000);
  EXPECT_GE(link.sent, 600 * 15 * 93 / 100) << "hardly any picture is dropped any more";
  EXPECT_LE(link.changes, 24) << "in ten minutes: each try upwards waits longer";
  EXPECT_TRUE(link.adaptation.sending().adapted);
}

TEST(AdaptationTest, RecoversWithTheLink) {
  Link link;
  link.run(60, 20'000);
  ASSERT_GT(link.adaptation.sending().every, 1);
  link.run(150, 10e6);
  EXPECT_EQ(link.adaptation.sending(), Sending());
}

TEST(AdaptationTest, KeepsTheSizeWhereItMust) {
  Link link({85, false});
  link.run(60, 5'000);
  EXPECT_EQ(link.adaptation.sending().scale, 1);
  EXPECT_EQ(link.adaptation.sending().every, 6);
}

TEST(AdaptationTest, NeverSendsMoreThanWasAskedFor) {
  Link link({20, true});
  link.run(60, 5'000);
  EXPECT_EQ(link.adaptation.sending().quality, 20);
}

}  // namespace
}  // namespace fovea::camera
