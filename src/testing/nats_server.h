#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "testing/process.h"
#include "testing/temporary_directory.h"

namespace fovea::testing {

// A real nats-server on a free port of the loopback interface.
class NatsServer {
 public:
  struct Options {
    std::string user;  // with `password`
    std::string password;
    std::string token;
    std::string users_file;        // a file to include, such as 'fovea device' writes
    std::string extra;             // further lines of its configuration
    bool tls = false;              // with a certificate made for this server; ca() is what to trust
    size_t max_payload_bytes = 0;  // 0: the server's own default, 1 MiB
  };

  NatsServer() : NatsServer(Options()) {}
  explicit NatsServer(Options options);

  int port() const { return port_; }
  // "nats://user:password@127.0.0.1:port" or "tls://...?ca=...", as the options say.
  std::string url() const;
  std::filesystem::path ca() const { return directory_ / "certificate.pem"; }

  void kill();  // SIGKILL
  // Starts it anew on the same port, with these lines in place of the options' `extra`.
  void reconfigure(std::string extra);
  void restart();  // on the same port; returns when it accepts connections
  Process& process() { return *process_; }

 private:
  void make_certificate() const;
  void write_configuration() const;

  Options options_;
  const int port_;
  TemporaryDirectory directory_;
  std::unique_ptr<Process> process_;
};

}  // namespace fovea::testing
