#include "testing/rtsp_server.h"

#include <utility>

#include "testing/source_tree.h"

namespace fovea::testing {

namespace {

constexpr const char* python = "/usr/bin/python3";  // a venv does not see Debian's gi

std::string script() { return source_file("src/testing/rtsp_server.py"); }

}  // namespace

bool RtspServer::is_available() {
  Process probe({python, "-c",
                 "import gi; gi.require_version('GstRtspServer', '1.0'); "
                 "from gi.repository import GstRtspServer"});
  return probe.wait() == 0;
}

RtspServer::RtspServer(std::string file, std::string user, std::string password, Tls tls)
    : file_(std::move(file)),
      user_(std::move(user)),
      password_(std::move(password)),
      tls_(std::move(tls)),
      port_(find_free_port()) {
  restart();
}

std::string RtspServer::url(const std::string& credentials, const std::string& path) const {
  const std::string who = credentials.empty() ? "" : credentials + "@";
  return (tls_.key.empty() ? "rtsp://" : "rtsps://") + who + "127.0.0.1:" + std::to_string(port_) +
         path;
}

void RtspServer::restart() {
  process_.reset();
  std::vector<std::string> command{python, script(), std::to_string(port_),
                                   file_,  user_,    password_};
  if (!tls_.key.empty()) command.insert(command.end(), {tls_.certificate, tls_.key});
  process_ = std::make_unique<Process>(command);
  process_->wait_for_port(port_);
}

}  // namespace fovea::testing
