#include "core/plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace fovea::core {

namespace fs = std::filesystem;

const char* build_id() { return FOVEA_BUILD_ID; }

std::string install_root() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  return failed ? "." : program.parent_path().parent_path().string();
}

std::string plugin_folder() {
  const char* folder = std::getenv("FOVEA_PLUGINS");
  return folder ? folder : (fs::path(install_root()) / "lib" / "fovea").string();
}

Result<void*> open_plugin(const std::string& name, const std::string& symbol) {
  const fs::path file = fs::path(plugin_folder()) / ("libfovea_" + name + ".so");
  if (!fs::exists(file)) {
    return Error{Code::unsupported, "the plug-in '" + name +
                                        "' is not part of this build (looked for " + file.string() +
                                        "; FOVEA_PLUGINS names another folder)"};
  }
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) return Error{Code::unsupported, "opening the plug-in: " + std::string(dlerror())};
  auto id = reinterpret_cast<const char* (*)()>(dlsym(handle, "fovea_plugin_build_id"));
  if (!id || std::string_view(id()) != build_id()) {
    return Error{Code::unsupported, file.string() + " belongs to another build of fovea (" +
                                        (id ? id() : "no build id") + ", expected " + build_id() +
                                        "); install both from one build"};
  }
  void* address = dlsym(handle, symbol.c_str());
  if (!address) return Error{Code::internal, file.string() + " does not export " + symbol};
  return address;
}

}  // namespace fovea::core
