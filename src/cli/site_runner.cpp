#include "cli/site_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "camera/truth.h"
#include "infer/predictor.h"
#include "net/tls.h"
#include "site/bus_accounts.h"
#include "site/state_store.h"
#include "video/scene_classes.h"

namespace fovea::cli {

SiteRunner::SiteRunner(SiteSetup setup, std::shared_ptr<core::LogTail> log_tail,
                       const core::Context& context)
    : setup_(std::move(setup)), log_tail_(std::move(log_tail)), context_(context) {}

SiteRunner::~SiteRunner() { stop(); }

core::Status SiteRunner::start() {
  // A site starts with its broker away as well, says so on the page and goes on trying.
  auto bus = bus::connect_bus(
      setup_.config.bus, {.keep_trying = true, .open = setup_.config.bus_open, .inspects = true},
      context_.named("bus"));
  if (!bus) return bus.error();
  bus_ = *std::move(bus);
  if (auto opened = open_site(); !opened) return opened;
  if (auto opened = open_cameras(); !opened) return opened;
  if (auto opened = open_server(); !opened) return opened;
  cameras_->apply(setup_.cameras);
  return {};
}

core::Status SiteRunner::open_site() {
  site::SiteOptions options;
  options.name = setup_.config.name;
  options.version = FOVEA_VERSION;
  options.bus_url = setup_.config.bus;
  options.state_dir = setup_.config.state_dir;
  options.sessions = setup_.config.sessions;
  options.plan = setup_.plan;
  options.device_classes[camera::truth_model_name] = video::scene_classes();
  options.log_tail = log_tail_;
  options.load_model = [this, engine = setup_.config.engine,
                        context = context_.named("models")](const std::string& reference) {
    loads_model_ = true;
    auto loaded = infer::load_model(reference, engine, context);
    loads_model_ = false;
    return loaded;
  };
  auto opened = site::open_site(options, *bus_, context_);
  if (!opened) return opened.error();
  site_ = *std::move(opened);
  return {};
}

core::Status SiteRunner::open_cameras() {
  std::string database;
  if (const std::string& dir = setup_.config.state_dir; !dir.empty()) {
    auto prepared = site::prepare_state(dir);
    if (!prepared) return prepared.error();
    database = *std::move(prepared);
    renew_bus_users(database);
  }
  auto tell = [this](std::set<std::string> names) {
    site_->known_devices().set_own_cameras(std::move(names));
  };
  auto opened = SiteCameras::open(setup_.config.name, *bus_, database, std::move(tell), context_);
  if (!opened) return opened.error();
  cameras_ = *std::move(opened);
  return {};
}

// What an older program has written gave devices more rights than they have now.
void SiteRunner::renew_bus_users(const std::string& database) {
  const std::string file = setup_.config.state_dir + "/" + site::users_file_name;
  if (!std::filesystem::exists(file)) return;
  core::SystemClock clock;
  const auto accounts = site::BusAccounts::open(database, setup_.config.name, clock);
  const auto renewed = accounts ? (*accounts)->write(file) : accounts.error();
  if (!renewed) {
    context_.log.error("{} stays as it was: {}", file, renewed.error().message);
  } else if (*renewed) {
    context_.log.warning(
        "{} is written anew, passwords stay: devices had more rights than they need; "
        "'nats-server --signal reload' makes it count",
        file);
  }
}

core::Status SiteRunner::open_server() {
  const auto listen = site::parse_listen(setup_.config.listen);
  if (!listen) return listen.error();
  const bool beyond_loopback = !net::is_loopback(listen->address);
  if (beyond_loopback || setup_.config.sign_in) {
    if (auto opened = open_auth(beyond_loopback); !opened) return opened;
  }
  auto tls = open_tls();
  if (!tls) return tls.error();
  site::HttpApiOptions options;
  options.auth = auth_.get();
  options.cameras = cameras_.get();
  options.server.tls = *std::move(tls);
  if (beyond_loopback) options.server.own_hosts = net::own_hosts();
  options.server.address = listen->address;
  options.server.port = listen->port;
  options.server.allowed_hosts = setup_.config.allowed_hosts;
  options.server.trusted_proxies = setup_.config.trusted_proxies;
  options.version = FOVEA_VERSION;
  options.live.version = FOVEA_VERSION;
  options.web_dir = setup_.web_dir;
  api_ = std::make_unique<site::HttpApi>(*site_, options, context_.named("http"));
  if (auto started = site_->start(); !started) return started;
  return api_->start();
}

// What a caller is asked depends on where we listen, never on the caller's address: behind a proxy
// everybody's is loopback.
core::Status SiteRunner::open_auth(bool beyond_loopback) {
  const std::string& dir = setup_.config.state_dir;
  if (dir.empty()) {
    return core::Error{core::Code::bad_input,
                       "users are kept in the state folder; name one with --state"};
  }
  auto database = site::prepare_state(dir);
  if (!database) return database.error();
  auto opened = auth::Service::open({setup_.config.name, *database, setup_.config.tls.on(),
                                     [this] {
                                       if (setup_link_) setup_link_->used();
                                     }},
                                    context_);
  if (!opened) return opened.error();
  auth_ = *std::move(opened);
  setup_link_ = std::make_unique<SetupLink>(dir, auth_->setup_secret());
  if (beyond_loopback && !setup_.config.tls.on()) {
    context_.log.warning("plain HTTP beyond this machine: who listens on the way reads passwords");
  }
  return {};
}

core::Result<std::optional<net::TlsFiles>> SiteRunner::open_tls() {
  const site::TlsConfig& tls = setup_.config.tls;
  if (!tls.on()) return std::optional<net::TlsFiles>();
  if (!tls.self_signed) return std::optional(net::TlsFiles{tls.certificate, tls.key});
  if (setup_.config.state_dir.empty()) {
    return core::Error{core::Code::bad_input,
                       "a self-signed certificate is kept in the state folder; name one with "
                       "--state"};
  }
  auto hosts = net::own_hosts();
  for (const auto& host : setup_.config.allowed_hosts) hosts.push_back(host);
  auto made = net::self_signed_certificate(setup_.config.state_dir, hosts);
  if (!made) return made.error();
  return std::optional(*std::move(made));
}

void SiteRunner::stop() {
  if (cameras_) cameras_->stop();
  if (site_) site_->stop();
  api_.reset();
  cameras_.reset();
  auth_.reset();
  setup_link_.reset();
  site_.reset();
  bus_.reset();
}

std::string SiteRunner::url() const {
  const auto listen = site::parse_listen(setup_.config.listen);
  std::string address = listen->address;
  if (address == "0.0.0.0" || address == "::") {
    const auto hosts = net::own_hosts();
    address = hosts.empty() ? "localhost" : hosts.front();
  }
  const bool bare_ipv6 = address.find(':') != std::string::npos;
  return fmt::format("{}://{}:{}/", setup_.config.tls.on() ? "https" : "http",
                     bare_ipv6 ? "[" + address + "]" : address, api_->port());
}

// Each of these turns several times a second: what stands still so long will not go on by itself. A
// camera that hangs is none of them, as it harms itself only.
std::string SiteRunner::hanging() const {
  constexpr auto limit = std::chrono::seconds(10);
  const auto now = context_.clock.steady();
  if (now - api_->last_beat() > limit) return "the thread of HTTP and WebSockets";
  if (now - site_->last_round() > limit) return "the thread that watches devices";
  const std::string camera = cameras_->hanging(now - limit);
  return camera.empty() ? "" : "the status of camera " + camera;
}

std::string SiteRunner::status() const {
  const auto devices = site_->devices();
  const auto live = std::count_if(devices.begin(), devices.end(), [](const auto& device) {
    return device.state == site::DeviceState::live;
  });
  const auto bus = site_->bus_state();
  return fmt::format("{}: {} of {} devices live{}", url(), live, devices.size(),
                     bus.connection == bus::Connection::connected ? "" : "; " + bus.detail);
}

// The engine compiles to the end whatever is wanted; all that has to last is on disk already.
std::string SiteRunner::unfinished() const {
  return loads_model_ ? "a model is still loading" : "";
}

void SiteRunner::tell_access(bool as_service) const {
  if (as_service && !auth_) {
    context_.log.warning(
        "nobody has to sign in at {}: every user and program of this machine may do everything "
        "there; 'sign_in: always' in the configuration asks them",
        url());
  }
  if (setup_.config.tls.self_signed) {
    const auto text = net::certificate_fingerprint(setup_.config.state_dir + "/tls-cert.pem");
    if (text) fmt::print("SHA-256 fingerprint of its certificate: {}\n", *text);
  }
  if (setup_link_) setup_link_->tell(url(), context_.log);
  std::fflush(stdout);
}

void SiteRunner::reload(SiteSetup setup) {
  const std::string key = site::needs_restart(setup_.config, setup.config);
  if (!key.empty()) {
    context_.log.warning("'{}' has changed; that needs a restart, the rest is in effect", key);
  }
  const site::SiteConfig running = std::exchange(setup_.config, setup.config);
  for (auto& camera : setup.cameras) camera.stream.site = running.name;
  setup_.config.listen = running.listen;
  setup_.config.name = running.name;
  setup_.config.tls = running.tls;
  setup_.config.state_dir = running.state_dir;
  if (auto renewed = api_->reload_tls(); !renewed) {
    context_.log.error("the TLS certificate stays as it was: {}", renewed.error().message);
  }
  site_->apply(setup.plan);
  cameras_->apply(setup.cameras);
  setup_.plan = std::move(setup.plan);
  setup_.cameras = std::move(setup.cameras);
}

}  // namespace fovea::cli
