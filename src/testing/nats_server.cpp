#include "testing/nats_server.h"

namespace fovea::testing {

NatsServer::NatsServer(Options options) : options_(std::move(options)), port_(find_free_port()) {
  if (options_.tls) make_certificate();
  write_configuration();
  restart();
}

std::string NatsServer::url() const {
  std::string user;
  if (!options_.user.empty()) user = options_.user + ":" + options_.password + "@";
  if (!options_.token.empty()) user = options_.token + "@";
  const std::string host = "127.0.0.1:" + std::to_string(port_);
  if (options_.tls) return "tls://" + user + host + "?ca=" + ca().string();
  return "nats://" + user + host;
}

void NatsServer::reconfigure(std::string extra) {
  options_.extra = std::move(extra);
  write_configuration();
  restart();
}

void NatsServer::kill() { process_.reset(); }

void NatsServer::restart() {
  process_.reset();
  process_ = std::make_unique<Process>(
      std::vector<std::string>{"nats-server", "-c", (directory_ / "server.conf").string()});
  process_->wait_for_port(port_);
}

void NatsServer::make_certificate() const {
  run_command({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
               "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
               (directory_ / "key.pem").string(), "-out", ca().string()});
}

void NatsServer::write_configuration() const {
  std::string text = "listen: \"127.0.0.1:" + std::to_string(port_) + "\"\n";
  if (options_.max_payload_bytes) {
    text += "max_payload: " + std::to_string(options_.max_payload_bytes) + "\n";
  }
  if (!options_.user.empty()) {
    text += "authorization { user: \"" + options_.user + "\", password: \"" + options_.password +
            "\" }\n";
  }
  if (!options_.token.empty()) text += "authorization { token: \"" + options_.token + "\" }\n";
  if (!options_.users_file.empty()) {
    // The server takes paths relative to its configuration only.
    std::filesystem::copy_file(options_.users_file, directory_ / "users.conf",
                               std::filesystem::copy_options::overwrite_existing);
    text += "include \"users.conf\"\n";
  }
  if (options_.tls) {
    text += "tls { cert_file: \"" + ca().string() + "\", key_file: \"" +
            (directory_ / "key.pem").string() + "\" }\n";
  }
  directory_.write("server.conf", text + options_.extra);
}

}  // namespace fovea::testing
