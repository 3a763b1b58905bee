#include "cli/setup_link.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace fovea::cli {

SetupLink::SetupLink(const std::string& state_dir, const std::string& secret)
    : file_(state_dir.empty() ? "" : state_dir + "/setup-link"), secret_(secret) {
  if (!file_.empty()) ::unlink(file_.c_str());
}

SetupLink::~SetupLink() { used(); }

void SetupLink::used() const {
  if (!file_.empty()) ::unlink(file_.c_str());
}

void SetupLink::tell(const std::string& url, const core::Log& log) const {
  if (secret_.empty()) return;
  // Behind the '#', so that no browser sends it to a server or a proxy's log.
  const std::string link = fmt::format("{}signin#setup={}", url, secret_);
  if (::isatty(STDOUT_FILENO) == 1) {
    fmt::print("nobody can sign in yet; open this link once to make the first user:\n  {}\n", link);
    return;
  }
  const int descriptor =
      file_.empty()
          ? -1
          : ::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  const std::string line = link + "\n";
  const bool written =
      descriptor >= 0 && ::write(descriptor, line.data(), line.size()) == ssize_t(line.size());
  if (descriptor >= 0) ::close(descriptor);
  if (written) {
    log.info("nobody can sign in yet; the link in {} makes the first user, once", file_);
  } else {
    log.warning("nobody can sign in yet; 'fovea user add NAME' makes the first user");
  }
}

}  // namespace fovea::cli
