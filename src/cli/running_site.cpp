#include "cli/running_site.h"

#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/tls.h"
#include "site/state_facts.h"
#include "site/state_store.h"

namespace fovea::cli {

namespace {

// A running site notices a new token within a second or two.
constexpr auto notice_limit = std::chrono::seconds(6);
constexpr auto notice_pause = std::chrono::milliseconds(200);

}  // namespace

RunningSite::RunningSite(const site::SiteConfig& config, const core::Clock& clock)
    : config_(config), clock_(clock) {
  const auto listen = site::parse_listen(config.listen);
  if (!listen || listen->port == 0) return;
  std::string host = listen->address;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  url_ = fmt::format("{}://{}:{}", config.tls.on() ? "https" : "http", host, listen->port);
  if (config.tls.on()) {
    certificate_ =
        config.tls.self_signed ? config.state_dir + "/tls-cert.pem" : config.tls.certificate;
  }
}

RunningSite::~RunningSite() {
  if (accounts_ && !token_.empty()) (void)accounts_->remove_token(token_name_);
}

core::Result<std::string> RunningSite::get(const std::string& path) {
  if (url_.empty()) {
    return core::Error{core::Code::bad_input,
                       fmt::format("the site listens on {}: which port that is only the running "
                                   "site knows; name it with --listen",
                                   config_.listen)};
  }
  net::GetOptions options;
  options.certificate = certificate_;
  const auto limit = clock_.steady() + notice_limit;
  while (true) {
    if (!token_.empty()) options.headers["Authorization"] = "Bearer " + token_;
    auto answer = net::get(url_ + path, options);
    const bool denied = !answer && answer.error().code == core::Code::denied;
    if (!denied || clock_.steady() > limit) return answer;
    if (token_.empty()) {
      if (auto made = make_token(); !made) return made.error();
      continue;
    }
    std::this_thread::sleep_for(notice_pause);  // until the site has noticed the token
  }
}

core::Status RunningSite::make_token() {
  // Nothing is migrated here: the running site may be an older program.
  const auto facts = site::inspect_state(config_.state_dir);
  if (!facts) return facts.error();
  if (facts->version != site::state_version()) {
    return core::Error{core::Code::unsupported,
                       fmt::format("the state is of version {}, this program's is {}",
                                   facts->version, site::state_version())};
  }
  auto accounts = auth::Accounts::open(config_.state_dir + "/site.db", clock_);
  if (!accounts) return accounts.error();
  accounts_ = *std::move(accounts);
  token_name_ = fmt::format("diagnose-{}", getpid());
  auto token = accounts_->add_token(token_name_, net::Scope::admin);
  if (!token) return token.error();
  token_ = *std::move(token);
  return {};
}

}  // namespace fovea::cli
