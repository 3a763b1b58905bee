#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "auth/accounts.h"
#include "auth/attempts.h"
#include "auth/job_queue.h"
#include "core/context.h"
#include "net/guard.h"

namespace fovea::auth {

struct ServiceOptions {
  std::string site = "site";  // in the cookie's name: cookies know hosts, not ports
  std::string database;       // the state's file, migrated; ":memory:" forgets all at the end
  bool tls = false;           // the listener itself speaks it
  // Called once, on the sign-in thread, when there is a first user and the setup link is void.
  std::function<void()> on_first_user = {};
};

// Signing in at one listener: the guard of its server, and what the routes of the API need. It
// knows a person by the cookie `fovea-SITE` (`__Host-fovea-SITE` where the browser came by HTTPS,
// to us or to a trusted proxy), which changes things only along with the header X-Fovea-Csrf, and a
// program by a token. One thread ("sign-in") does what is slow (Argon2id, one at a time; the disk)
// for at most `jobs_max` who wait, shared fairly by network or user. Wrong passwords are limited
// per network, per user and network, and, where the user has no session from that network, slowly
// per user; so nobody keeps a user out from elsewhere. Life: start() before the server's, destroyed
// after the server. Threads: any. Counts fovea_sign_ins_total{outcome}: ok, wrong, limited, busy.
class Service final : public net::Guard {
 public:
  // Errors: io.
  static core::Result<std::unique_ptr<Service>> open(const ServiceOptions& options,
                                                     const core::Context& context);
  ~Service() override;

  Admission admit(const net::Request& request, net::Scope needed) override;
  bool still_valid(const net::Identity& identity) override { return accounts_->valid(identity); }

  Accounts& accounts() { return *accounts_; }
  // While there never was a user: what the one-time setup link carries; else empty.
  std::string setup_secret() const;

  // Answers with the cookie, or 401, 429 (with Retry-After), 503.
  void sign_in(const net::Request& request, const std::string& user, const std::string& password,
               net::ResponderPtr responder);
  // Makes the first user, an admin, and signs it in; once. Errors: 403, 429, 400.
  void set_up(const net::Request& request, const std::string& secret, const std::string& user,
              const std::string& password, net::ResponderPtr responder);
  // Ends the session `id`; where it is the caller's own, takes the cookie away.
  void sign_out(const net::Request& request, const std::string& id, net::ResponderPtr responder);

  // Of the session that asks; its other sessions end. Answers 204, or 403 (the present one is
  // wrong), 400, 429, 503.
  void change_password(const net::Request& request, const std::string& present,
                       const std::string& wanted, const net::ResponderPtr& responder);

  // Runs `job` on the slow thread, in the turn of who asks, and sends what it returns; 503 when too
  // many wait.
  void later(const net::Request& request, std::function<net::Response()> job,
             const net::ResponderPtr& responder);

  // What the page has to send along with the session's cookie; empty without one.
  std::string csrf_of(const net::Request& request) const;

 private:
  Service(const ServiceOptions& options, std::unique_ptr<Accounts> accounts,
          const core::Context& context);
  void run(const std::stop_token& stop);
  void note_first_user();
  void count(const char* outcome) const;
  std::string cookie_of(const net::Request& request) const;
  std::string set_cookie(const net::Request& request, const std::string& secret) const;
  core::Result<net::Identity> identify(const net::Request& request);
  bool limited(const net::Request& request, const std::string& user,
               const net::ResponderPtr& responder);
  void forgive(const net::Request& request, const std::string& user);
  net::Response signed_in(const net::Request& request, const std::string& user);

  const ServiceOptions options_;
  const std::string cookie_;       // over plain HTTP
  const std::string host_cookie_;  // over HTTPS
  const core::Context context_;
  const std::unique_ptr<Accounts> accounts_;
  Attempts by_network_;
  Attempts by_user_;             // from one network
  Attempts by_user_everywhere_;  // from networks where the user has no session
  const std::string setup_secret_;
  std::atomic<bool> had_users_;  // since the start: then the setup link is void for good
  JobQueue jobs_;
  std::jthread thread_;
};

}  // namespace fovea::auth
