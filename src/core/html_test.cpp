#include "core/html.h"

#include <gtest/gtest.h>

namespace fovea::core {
namespace {

TEST(Html, TextCannotBecomeMarkup) {
  EXPECT_EQ(html_escape("<img src='x' alt=\"y\"> & z"),
            "&lt;img src=&#39;x&#39; alt=&quot;y&quot;&gt; &amp; z");
}

}  // namespace
}  // namespace fovea::core
