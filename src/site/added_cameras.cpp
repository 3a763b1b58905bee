#include "site/added_cameras.h"

namespace fovea::site {

const char* const added_camera_table =
    "CREATE TABLE camera (name TEXT PRIMARY KEY, source TEXT NOT NULL, codec TEXT NOT NULL)"
    " WITHOUT ROWID";

core::Result<std::unique_ptr<AddedCameras>> AddedCameras::open(const std::string& database) {
  auto opened = auth::Database::open(database.empty() ? ":memory:" : database);
  if (!opened) return opened.error();
  if (database.empty()) {
    if (auto made = (*opened)->execute(added_camera_table); !made) return made.error();
  }
  return std::unique_ptr<AddedCameras>(new AddedCameras(*std::move(opened)));
}

core::Result<std::vector<NewCamera>> AddedCameras::list() {
  std::vector<NewCamera> cameras;
  auth::Statement ask(*database_, "SELECT name, source, codec FROM camera ORDER BY name");
  while (ask.row()) cameras.push_back({ask.text(0), ask.text(1), ask.text(2)});
  if (ask.failed()) return database_->failure("reading");
  return cameras;
}

core::Status AddedCameras::put(const NewCamera& camera) {
  auth::Statement put(*database_, "INSERT OR REPLACE INTO camera VALUES (?, ?, ?)");
  put.bind(camera.name).bind(camera.source).bind(camera.codec);
  return put.done() ? core::Status() : database_->failure("writing");
}

core::Status AddedCameras::remove(const std::string& name) {
  auth::Statement remove(*database_, "DELETE FROM camera WHERE name = ?");
  remove.bind(name);
  return remove.done() ? core::Status() : database_->failure("writing");
}

}  // namespace fovea::site
