#pragma once

#include <string>

#include "core/context.h"

namespace fovea::cli {

// The one-time link that makes a site's first user. It is a secret, so it goes to the terminal, or
// where there is none into a file of the state folder that only its owner reads; never to the log.
// The file goes when the link was used, or with this object.
// Threads: one.
class SetupLink {
 public:
  // `secret` empty: there are users, so no link; a file of an earlier run is removed.
  SetupLink(const std::string& state_dir, const std::string& secret);
  ~SetupLink();
  SetupLink(const SetupLink&) = delete;
  SetupLink& operator=(const SetupLink&) = delete;

  // `url` is the page's address, with its final slash.
  void tell(const std::string& url, const core::Log& log) const;
  void used() const;  // threads: any

 private:
  const std::string file_;
  const std::string secret_;
};

}  // namespace fovea::cli
