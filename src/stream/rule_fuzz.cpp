#include <cstdint>
#include <string_view>

#include "core/assert.h"
#include "core/json.h"
#include "stream/rule.h"

// The first byte says whether the rest is a configuration in YAML or a rule in JSON. What is
// accepted must survive being written and read again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const stream::SinkNames sinks{{"timeline", "bus", "ops"}, {"timeline", "bus"}};
  if (data[0] == 'y') {
    auto reader = core::YamlReader::parse(text, "fuzz");
    if (!reader) return 0;
    auto root = reader->root();
    stream::read_rules(root, "rules", sinks);
    (void)reader->finish();
    return 0;
  }
  const auto rule = stream::parse_rule(text, "fuzz", sinks);
  if (!rule) return 0;
  const std::string written = stream::to_json(*rule).dump();
  const auto again = stream::parse_rule(written, "again", sinks);
  FOVEA_ASSERT(again.has_value());
  FOVEA_ASSERT(stream::to_json(*again).dump() == written);
  for (const auto& step : rule->operators) {
    const auto running = step.plan->make();
    FOVEA_ASSERT(running->restore(running->snapshot()).has_value());
    (void)running->restore(text);
  }
  return 0;
}
