#include "site/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/source_tree.h"

namespace fovea::site {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Config, EveryFieldHasADefault) {
  auto reader = core::YamlReader::parse("# nothing\n", "site.yaml");
  ASSERT_TRUE(reader);
  const SiteConfig config = read_config(reader->root());
  ASSERT_TRUE(reader->finish());
  EXPECT_EQ(config.name, "site");
  EXPECT_EQ(config.bus, "memory://");
  EXPECT_EQ(config.sessions, 1);
  EXPECT_EQ(config.model, std::nullopt);
}

// Of the cameras' keys the camera module's own test and the scenario of `--check` take care.
TEST(Config, TheExampleHasEveryKeyAndTheDefaults) {
  auto reader = core::YamlReader::open(testing::source_file("config/example.yaml"));
  ASSERT_TRUE(reader) << reader.error().message;
  const SiteConfig config = read_config(reader->root());
  EXPECT_THAT(reader->absent_keys(), IsEmpty());
  SiteConfig defaults;
  EXPECT_EQ(needs_restart(config, defaults), "") << "the example says other values than the code";
  const auto plan = make_plan(config, {}, {});
  EXPECT_EQ(plan.defaults.model.value, "");
  EXPECT_EQ(plan.defaults.fps_max.value, DeviceSettings().fps_max.value);
  EXPECT_EQ(plan.defaults.weight.value, DeviceSettings().weight.value);
  EXPECT_EQ(plan.devices.size(), 1u);
  EXPECT_EQ(plan.rules.rules.size(), 3u);
  EXPECT_EQ(plan.rules.webhooks.size(), 1u);
}

TEST(Config, WhatIsWrongIsNamedWithItsLine) {
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"lisen: x\n", "c.yaml:1: unknown key 'lisen' (did you mean 'listen'?)"},
      {"site: a b\n", "c.yaml:1: 'site' is wrong"},
      {"\nlisten: 8080\n", "c.yaml:2: 'listen' is wrong"},
      {"fps_max: -1\n", "c.yaml:1: 'fps_max' must be 0 to 1000"},
      {"weight: much\n", "c.yaml:1: 'weight' must be a number, not 'much'"},
      {"engine:\n  sesions: 2\n",
       "c.yaml:2: unknown key 'engine.sesions' (did you mean 'sessions'?)"},
      {"engine:\n  sessions: 0\n", "c.yaml:2: 'engine.sessions' must be 1 to 64"},
      {"engine:\n  precision: f64\n", "c.yaml:2: 'engine.precision' must be one of f32, bf16, f16"},
      {"trusted_proxies: [hub.local]\n",
       "c.yaml:1: 'trusted_proxies' is wrong: 'hub.local' is not"},
      {"engine: fast\n", "c.yaml:1: 'engine' must be a map, not 'fast'"},
      {"models: deeplab\n", "c.yaml:1: 'models' must be a list"},
      {"devices:\n  yard:\n    fps: 5\n", "c.yaml:3: unknown key 'devices.yard.fps'"},
      {"devices:\n  'a b': {}\n", "c.yaml:2: 'devices.a b' is wrong"},
      {"bus: nats://${FOVEA_TEST_UNSET}@h\n", "FOVEA_TEST_UNSET"},
      {"results_from: anybody\n", "c.yaml:1: 'results_from' must be one of site, device"},
      {"unknown_devices: no\n", "c.yaml:1: 'unknown_devices' must be one of take, ask"},
      {"site: [\n", "not valid YAML"},
      {"bus_open: maybe\n", "c.yaml:1: 'bus_open' is wrong: 'maybe' is not one of"},
      {"devices: {yard-main: {}}\n", "end with -main"},
  };
  for (const Case& c : cases) {
    auto reader = core::YamlReader::parse(c.text, "c.yaml");
    std::string message;
    if (!reader) {
      message = reader.error().message;
    } else {
      read_config(reader->root());
      const auto good = reader->finish();
      message = good ? "accepted" : good.error().message;
    }
    EXPECT_THAT(message, HasSubstr(c.message)) << c.text;
  }
}

TEST(Config, WhatIsPrintedCanBeReadAgainWithoutSecrets) {
  auto reader = core::YamlReader::parse(
      "site: plant\nbus: nats://me:secret@host\nbus_open: unencrypted\nmodel: m\n"
      "models: [a, b]\ntrusted_proxies: [127.0.0.1, 10.0.0.0/8]\n"
      "devices: {yard: {fps_max: 2.5, results_from: device}}\nengine: {threads: 3}\n",
      "c.yaml");
  const SiteConfig config = read_config(reader->root());
  const std::string text = to_yaml(config);
  EXPECT_THAT(text, ::testing::Not(HasSubstr("secret")));
  auto again_reader = core::YamlReader::parse(text, "printed");
  const SiteConfig again = read_config(again_reader->root());
  ASSERT_TRUE(again_reader->finish()) << again_reader->finish().error().message << text;
  EXPECT_EQ(again.devices, config.devices);
  EXPECT_EQ(again.models, config.models);
  EXPECT_EQ(again.bus_open, bus::BusOpen::unencrypted);
  EXPECT_EQ(needs_restart(config, again), "bus") << "all but the masked password";
  SiteConfig open = config;
  open.bus_open = bus::BusOpen::yes;
  EXPECT_EQ(needs_restart(config, open), "bus_open");
}

TEST(Config, UnknownDevicesWaitWhereTheBusAsksForAPassword) {
  SiteConfig config;
  EXPECT_EQ(unknown_devices(config), UnknownDevices::take);
  config.bus = "nats://plant:secret@hub.local";
  EXPECT_EQ(unknown_devices(config), UnknownDevices::ask);
  EXPECT_EQ(make_plan(config, {}, {}).unknown_devices, UnknownDevices::ask);
  EXPECT_THAT(to_yaml(config), HasSubstr("unknown_devices: ask"));
  config.unknown_devices = UnknownDevices::take;
  EXPECT_EQ(make_plan(config, {}, {}).unknown_devices, UnknownDevices::take);
  config.unknown_devices.reset();
  config.bus = "tls://hub.local?credentials=/etc/fovea/site.creds";
  EXPECT_EQ(unknown_devices(config), UnknownDevices::ask);
  config.bus = "tls://hub.local";
  EXPECT_EQ(unknown_devices(config), UnknownDevices::take);
}

TEST(Config, ADevicesOwnLineSaysWhoseResultsCount) {
  auto reader = core::YamlReader::parse(
      "results_from: device\ndevices: {yard: {results_from: site}, gate: {}}\n", "c.yaml");
  const auto plan = make_plan(read_config(reader->root()), {}, {});
  ASSERT_TRUE(reader->finish());
  EXPECT_EQ(plan.defaults.results_from.value, ResultsFrom::device);
  EXPECT_EQ(plan.devices.at("yard").results_from.value, ResultsFrom::site);
  EXPECT_EQ(plan.devices.at("gate").results_from.value, ResultsFrom::device);
}

TEST(Config, PrecedenceOfTheModel) {
  SiteConfig config;
  const ModelDefault none;
  EXPECT_EQ(make_plan(config, none, {}).defaults.model.value, "");
  const ModelDefault catalog{"", "deeplab", ""};
  EXPECT_EQ(make_plan(config, catalog, {}).defaults.model,
            (Chosen<std::string>{"deeplab", Origin::default_value}));
  config.model = "configured";
  config.devices["yard"].model = "yards-own";
  config.devices["gate"].fps_max = 3;
  EXPECT_EQ(make_plan(config, catalog, {}).defaults.model,
            (Chosen<std::string>{"configured", Origin::config}));
  const ModelDefault flag{"flagged", "deeplab", ""};
  const auto plan = make_plan(config, flag, {});
  EXPECT_EQ(plan.defaults.model, (Chosen<std::string>{"flagged", Origin::flag}));
  EXPECT_EQ(plan.devices.at("gate").model, (Chosen<std::string>{"flagged", Origin::flag}));
  EXPECT_EQ(plan.devices.at("gate").fps_max, (Chosen<double>{3, Origin::config}));
  EXPECT_EQ(plan.devices.at("yard").model, (Chosen<std::string>{"yards-own", Origin::config}));
}

TEST(Config, BeyondLoopbackNeedsTlsOrAWordAboutIt) {
  SiteConfig config;
  EXPECT_TRUE(check_listen(config));
  config.tls.certificate = "cert.pem";
  EXPECT_FALSE(check_listen(config)) << "half a pair";
  config.tls.key = "key.pem";
  EXPECT_TRUE(check_listen(config));
  config.tls.self_signed = true;
  EXPECT_FALSE(check_listen(config)) << "two certificates";
  for (const char* listen : {"0.0.0.0:8443", "[::]:8443", "192.168.1.5:8443"}) {
    config = {};
    config.listen = listen;
    const auto refused = check_listen(config);
    ASSERT_FALSE(refused) << listen;
    EXPECT_EQ(refused.error().code, core::Code::bad_input);
    config.tls.plain_http = true;
    EXPECT_TRUE(check_listen(config)) << listen;
    config.tls = {};
    config.tls.self_signed = true;
    EXPECT_TRUE(check_listen(config)) << listen;
  }
}

TEST(Config, ListenAddresses) {
  EXPECT_EQ(parse_listen("127.0.0.1:8080")->port, 8080);
  EXPECT_EQ(parse_listen("[::1]:0")->address, "::1");
  EXPECT_EQ(parse_listen("localhost:65535")->address, "localhost");
  for (const char* wrong :
       {"", "8080", ":8080", "host:", "host:x", "host:65536", "host:-1", "::1:80", "host:80 "}) {
    EXPECT_FALSE(parse_listen(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace fovea::site
