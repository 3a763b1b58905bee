#include "auth/service.h"

#include <fmt/format.h>

#include <cctype>

#include "auth/credentials.h"
#include "auth/password.h"
#include "auth/secret.h"
#include "core/thread.h"

namespace fovea::auth {

using net::Identity;
using net::problem;
using net::Request;
using net::ResponderPtr;
using net::Response;
using net::Scope;

namespace {

using namespace std::chrono_literals;

constexpr size_t jobs_max = 32;
constexpr int burst_of_network = 20;
constexpr int burst_of_user = 10;
constexpr auto refill = 10s;
// Of a user from everywhere: no fewer than five networks at once can use it up, and guessing stays
// slow for however many.
constexpr int burst_everywhere = 60;
constexpr auto refill_everywhere = 2s;
constexpr size_t keys_max = 1024;
constexpr auto refresh_pause = 1s;
constexpr const char* csrf_header = "x-fovea-csrf";

std::string header(const Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : found->second;
}

bool changes_nothing(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

std::string percent_encoded(const std::string& path) {
  std::string text;
  for (const unsigned char c : path) {
    const bool plain = std::isalnum(c) != 0 || c == '/' || c == '-' || c == '_' || c == '.';
    text += plain ? std::string(1, char(c)) : fmt::format("%{:02X}", c);
  }
  return text;
}

bool shows_a_page(const Request& request) {
  return changes_nothing(request.method) && !request.path.starts_with("/api/") &&
         header(request, "accept").find("text/html") != std::string::npos;
}

// A browser is sent to the sign-in page and not asked by its own dialogue; what is not a browser
// may know nothing but Basic. `why`: what is wrong with what it has shown; empty: nothing shown.
Response sign_in_first(const Request& request, const std::string& why) {
  if (shows_a_page(request)) {
    Response response;
    response.status = 303;
    response.headers["location"] = fmt::format("/signin?next={}", percent_encoded(request.path));
    return response;
  }
  Response response = problem(
      401, "Sign in first",
      why.empty() ? "send a token (Authorization: Bearer TOKEN), or sign in at /signin" : why);
  const bool browser = request.headers.contains("sec-fetch-mode");
  response.headers["www-authenticate"] = browser ? "Bearer" : "Basic realm=\"fovea\"";
  return response;
}

// Whose turn a slow job takes.
std::string party_of(const Request& request) {
  const bool known = request.identity.kind != Identity::Kind::nobody;
  return known ? "by " + request.identity.name : "from " + request.network;
}

std::string from_network(const std::string& user, const Request& request) {
  return user + "\n" + request.network;
}

std::string csrf_token(const std::string& session_secret) {
  return secret_hash(session_secret, "csrf");
}

}  // namespace

core::Result<std::unique_ptr<Service>> Service::open(const ServiceOptions& options,
                                                     const core::Context& context) {
  auto accounts = Accounts::open(options.database, context.clock);
  if (!accounts) return accounts.error();
  return std::unique_ptr<Service>(new Service(options, *std::move(accounts), context));
}

Service::Service(const ServiceOptions& options, std::unique_ptr<Accounts> accounts,
                 const core::Context& context)
    : options_(options),
      cookie_("fovea-" + options.site),
      host_cookie_("__Host-fovea-" + options.site),
      context_(context.named("sign-in")),
      accounts_(std::move(accounts)),
      by_network_(burst_of_network, refill, keys_max, context.clock),
      by_user_(burst_of_user, refill, keys_max, context.clock),
      by_user_everywhere_(burst_everywhere, refill_everywhere, keys_max, context.clock),
      setup_secret_(accounts_->has_users() ? std::string() : new_secret()),
      had_users_(setup_secret_.empty()),
      jobs_(jobs_max) {
  thread_ = core::start_thread("sign-in", [this](const std::stop_token& stop) { run(stop); });
}

Service::~Service() { jobs_.close(); }

void Service::run(const std::stop_token& stop) {
  auto refresh_at = context_.clock.steady();
  while (!stop.stop_requested()) {
    const auto now = context_.clock.steady();
    const auto job = jobs_.pop_for(std::max(refresh_at - now, core::SteadyTime::duration(0)), stop);
    if (stop.stop_requested()) return;
    if (job) job->run();
    if (context_.clock.steady() < refresh_at) continue;
    refresh_at = context_.clock.steady() + refresh_pause;
    if (const auto fresh = accounts_->refresh(); !fresh) {
      context_.log.warning("{}", fresh.error().message);
    }
    note_first_user();  // 'fovea user add' makes one as well
  }
}

void Service::note_first_user() {
  if (had_users_ || !accounts_->has_users()) return;
  had_users_ = true;
  if (options_.on_first_user) options_.on_first_user();
}

void Service::later(const Request& request, std::function<Response()> job,
                    const ResponderPtr& responder) {
  jobs_.push(party_of(request), {[job = std::move(job), responder] { responder->send(job()); },
                                 [this, responder] {
                                   count("busy");
                                   auto response =
                                       problem(503, "Busy",
                                               "too many are signing in; try again in a moment");
                                   response.headers.emplace("retry-after", "2");
                                   responder->send(std::move(response));
                                 }});
}

void Service::count(const char* outcome) const {
  context_.metrics.counter("fovea_sign_ins_total", "Attempts to sign in", {{"outcome", outcome}})
      .add();
}

std::string Service::setup_secret() const {
  return had_users_ || accounts_->has_users() ? std::string() : setup_secret_;
}

// --- the guard ----------------------------------------------------------------------------------

// A browser sends __Host- only where it came by HTTPS. Behind a proxy that speaks TLS the sessions
// of older versions have the plain name; on a listener with TLS only we can have set the cookie.
std::string Service::cookie_of(const Request& request) const {
  const std::string cookies = header(request, "cookie");
  if (auto secret = cookie_value(cookies, host_cookie_)) return *secret;
  return options_.tls ? std::string() : cookie_value(cookies, cookie_).value_or("");
}

// Errors: denied (says what is wrong with the token), not_found.
core::Result<Identity> Service::identify(const Request& request) {
  const core::Error unknown{core::Code::not_found, ""};
  if (request.headers.contains("authorization")) {
    const auto secret = bearer_or_basic(request.headers.at("authorization"));
    return secret ? accounts_->by_token(*secret) : unknown;
  }
  const std::string cookie = cookie_of(request);
  const auto session = cookie.empty() ? std::nullopt : accounts_->by_session(cookie);
  return session ? core::Result<Identity>(*session) : unknown;
}

net::Guard::Admission Service::admit(const Request& request, Scope needed) {
  Admission admission;
  const auto identified = identify(request);
  if (identified) admission.identity = *identified;
  const Identity& who = admission.identity;
  const auto refuse = [&](const char* reason, Response response) {
    context_.metrics
        .counter("fovea_rejected_total", "What came from outside and was refused",
                 {{"kind", "http"}, {"reason", reason}})
        .add();
    admission.refusal = std::move(response);
    return admission;
  };
  if (needed == Scope::open) return admission;
  if (!identified) {
    const bool expired = identified.error().code == core::Code::denied;
    return refuse(expired ? "expired" : "unauthenticated",
                  sign_in_first(request, expired ? identified.error().message : ""));
  }
  if (who.scope < needed) {
    return refuse("forbidden", problem(403, "Not allowed",
                                       fmt::format("this needs the right '{}'; '{}' has '{}'",
                                                   net::to_string(needed), who.name,
                                                   net::to_string(who.scope))));
  }
  if (who.kind == Identity::Kind::session && !changes_nothing(request.method) &&
      !equal_in_constant_time(header(request, csrf_header), csrf_of(request))) {
    return refuse("csrf", problem(403, "Not from this page",
                                  "a change needs the header X-Fovea-Csrf with the value that "
                                  "GET /api/v1/session tells"));
  }
  return admission;
}

std::string Service::csrf_of(const Request& request) const {
  const std::string cookie = cookie_of(request);
  return cookie.empty() ? std::string() : csrf_token(cookie);
}

// --- signing in and out -------------------------------------------------------------------------

std::string Service::set_cookie(const Request& request, const std::string& secret) const {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(session_age_max);
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}",
                     request.https ? host_cookie_ : cookie_, secret,
                     secret.empty() ? 0 : age.count(), request.https ? "; Secure" : "");
}

bool Service::limited(const Request& request, const std::string& user,
                      const ResponderPtr& responder) {
  auto wait = by_network_.take(request.network);
  if (wait == 0s && !user.empty()) wait = by_user_.take(from_network(user, request));
  const Identity& who = request.identity;
  const bool own = who.kind == Identity::Kind::session && who.name == user;
  const bool familiar = user.empty() || own || accounts_->has_session_from(user, request.network);
  if (wait == 0s && !familiar) wait = by_user_everywhere_.take(user);
  if (wait == 0s) return false;
  count("limited");
  auto response = problem(429, "Too many attempts",
                          fmt::format("wait {} seconds before the next one", wait.count()));
  response.headers["retry-after"] = std::to_string(wait.count());
  responder->send(std::move(response));
  return true;
}

void Service::forgive(const Request& request, const std::string& user) {
  by_network_.forgive(request.network);
  by_user_.forgive(from_network(user, request));
}

Response Service::signed_in(const Request& request, const std::string& user) {
  const auto secret = accounts_->open_session(user, request.peer, header(request, "user-agent"));
  if (!secret) return problem(secret.error());
  count("ok");
  context_.log.info("{} has signed in from {}", user, request.peer);
  Response response;
  response.status = 204;
  response.headers["set-cookie"] = set_cookie(request, *secret);
  return response;
}

void Service::sign_in(const Request& request, const std::string& user, const std::string& password,
                      ResponderPtr responder) {
  if (limited(request, user, responder)) return;
  later(
      request,
      [this, request, user, password] {
        // Whether there is such a user shows neither in the words nor in the time.
        const std::string hash = accounts_->password_hash(user);
        if (!verify_password(hash, password)) {
          count("wrong");
          // An unknown name is not repeated: people type passwords there.
          context_.log.warning("a wrong password for {} from {}",
                               hash.empty() ? "an unknown name" : user, request.peer);
          return problem(401, "Wrong name or password", "name or password is wrong");
        }
        forgive(request, user);
        return signed_in(request, user);
      },
      responder);
}

void Service::set_up(const Request& request, const std::string& secret, const std::string& user,
                     const std::string& password, ResponderPtr responder) {
  if (limited(request, "", responder)) return;
  const std::string wanted = setup_secret();
  if (wanted.empty() || !equal_in_constant_time(secret, wanted)) {
    count("wrong");
    return responder->send(problem(403, "Not allowed",
                                   "this setup link is not valid (or no longer); a restart of the "
                                   "site makes a new one while there are no users"));
  }
  if (auto good = check_new_password(user, password); !good) {
    return responder->send(problem(good.error()));
  }
  later(
      request,
      [this, request, user, password] {
        if (setup_secret().empty()) return problem(403, "Not allowed", "there is a user already");
        const auto hash = hash_password(password);
        if (!hash) return problem(hash.error());
        const auto added = accounts_->add_user(user, Scope::admin, *hash);
        if (!added) return problem(added.error());
        context_.log.info("the first user, {}, was made from {}", user, request.peer);
        note_first_user();
        return signed_in(request, user);
      },
      responder);
}

void Service::change_password(const Request& request, const std::string& present,
                              const std::string& wanted, const ResponderPtr& responder) {
  const std::string& user = request.identity.name;
  if (limited(request, user, responder)) return;
  if (auto good = check_new_password(user, wanted); !good) {
    return responder->send(problem(good.error()));
  }
  later(
      request,
      [this, request, user, present, wanted] {
        if (!verify_password(accounts_->password_hash(user), present)) {
          count("wrong");
          return problem(403, "Not allowed", "the present password is wrong");
        }
        forgive(request, user);
        const auto hash = hash_password(wanted);
        if (!hash) return problem(hash.error());
        const auto set = accounts_->set_password(user, *hash, request.identity.id);
        if (!set) return problem(set.error());
        Response response;
        response.status = 204;
        return response;
      },
      responder);
}

void Service::sign_out(const Request& request, const std::string& id, ResponderPtr responder) {
  later(
      request,
      [this, request, id] {
        if (auto ended = accounts_->end_session(id); !ended) return problem(ended.error());
        Response response;
        response.status = 204;
        if (id == request.identity.id) response.headers["set-cookie"] = set_cookie(request, "");
        return response;
      },
      responder);
}

}  // namespace fovea::auth
