#pragma once

#include "cli/app.h"
#include "cli/site_setup.h"

namespace fovea::cli {

// Where page and API are served, and how: of every command that serves them.
inline void declare_listen_options(App app, SiteFlags& flags) {
  app.add_option("--listen", flags.listen,
                 "address and port of page and API; beyond loopback everybody has to sign in; port "
                 "0: any free one (default: 127.0.0.1:8080)");
  app.add_option("--tls-cert", flags.tls_certificate, "certificate (chain) in PEM: HTTPS");
  app.add_option("--tls-key", flags.tls_key, "its private key in PEM");
  app.add_flag("--tls-self-signed", flags.tls_self_signed,
               "HTTPS with a certificate that is made once, in the state folder");
  app.add_flag("--plain-http", flags.plain_http,
               "beyond loopback without TLS: something in front speaks it");
}

}  // namespace fovea::cli
