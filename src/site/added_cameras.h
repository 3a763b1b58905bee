#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/database.h"
#include "core/result.h"
#include "site/cameras.h"

namespace fovea::site {

// The table of the migration that has it; see state_store.cpp.
extern const char* const added_camera_table;

// The cameras that were added on the page, kept in the state's database. Their sources hold
// passwords, which a camera must be given in plain: the state folder is its owner's alone, and
// nothing else shows them unmasked. Threads: one at a time. Errors of all: io.
class AddedCameras {
 public:
  // `database` is the state's file, prepared (prepare_state()); empty: forgotten at the end.
  static core::Result<std::unique_ptr<AddedCameras>> open(const std::string& database);

  core::Result<std::vector<NewCamera>> list();  // by name
  core::Status put(const NewCamera& camera);
  core::Status remove(const std::string& name);

 private:
  explicit AddedCameras(std::unique_ptr<auth::Database> database)
      : database_(std::move(database)) {}
  const std::unique_ptr<auth::Database> database_;
};

}  // namespace fovea::site
