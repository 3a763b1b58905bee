#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"

namespace fovea::site {

// What can be said about a state folder without anything that is kept in it.
struct StateFacts {
  struct File {
    std::string name;
    uint64_t bytes = 0;
    std::string mode;  // "0600"
  };
  std::vector<File> files;              // by name
  bool in_use = false;                  // by a running site
  int64_t version = 0;                  // of the schema
  std::map<std::string, int64_t> rows;  // by table
};

// Reads only: nothing is made, migrated or locked for longer than a look. Errors: not_found (no
// such folder, or no state in it), denied, io (damaged).
core::Result<StateFacts> inspect_state(const std::string& dir);

}  // namespace fovea::site
