#include "bench/nats_server.h"

#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

#include "core/loopback.h"

namespace fovea::bench {

using namespace std::chrono_literals;

core::Result<std::unique_ptr<NatsServer>> NatsServer::start(const core::Log& log) {
  auto port = core::find_free_port();
  if (!port) return port.error();
  auto folder = core::TemporaryDirectory::make("fovea-bench");
  if (!folder) return folder.error();
  const auto file = folder->path() / "nats.conf";
  std::ofstream(file) << "listen: \"127.0.0.1:" << *port << "\"\nmax_payload: 8MB\n";
  core::ChildProcess::Options options;
  options.command = {"nats-server", "-c", file.string()};
  options.output_file = options.error_file = "/dev/null";
  options.grace = 0ms;
  auto process = core::ChildProcess::start(options, log);
  if (!process) return process.error();
  std::unique_ptr<NatsServer> server(
      new NatsServer(*std::move(folder), *std::move(process), *port));
  for (int attempt = 0; attempt < 500; ++attempt) {
    if (core::accepts_connections(*port)) return server;
    if (const auto& end = server->process_.poll(); end.status) {
      return core::Error{core::Code::io, "nats-server " + end.words};
    }
    std::this_thread::sleep_for(20ms);  // polls
  }
  return core::Error{core::Code::io, "nats-server did not open its port"};
}

std::string NatsServer::url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

}  // namespace fovea::bench
