#pragma once

#include <memory>
#include <string>

#include "auth/accounts.h"
#include "core/clock.h"
#include "core/result.h"
#include "site/config.h"

namespace fovea::cli {

// The running site of this configuration on this machine, asked over its own API. Where it asks
// people to sign in, a token for `admin` (who sees the log) is made in its state and removed by the
// destructor.
// Threads: one.
class RunningSite {
 public:
  RunningSite(const site::SiteConfig& config, const core::Clock& clock);
  ~RunningSite();
  RunningSite(const RunningSite&) = delete;
  RunningSite& operator=(const RunningSite&) = delete;

  // JSON of a path such as "/api/v1/system". Errors: those of net::get(); bad_input (the site
  // listens on a port that the system chose).
  core::Result<std::string> get(const std::string& path);

  const std::string& url() const { return url_; }  // empty: not known

 private:
  core::Status make_token();

  const site::SiteConfig config_;
  const core::Clock& clock_;
  std::string url_;
  std::string certificate_;
  std::unique_ptr<auth::Accounts> accounts_;
  std::string token_name_;
  std::string token_;
};

}  // namespace fovea::cli
