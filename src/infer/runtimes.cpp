#include "infer/runtimes.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/plugin.h"

namespace fovea::infer {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

namespace {

using Open = Runtime* (*)(const core::Context&);

// An engine in a plug-in. The kinds of files stand here too, so that an unknown kind is refused
// without opening anything.
struct Entry {
  const char* plugin;
  const char* factory;
  std::vector<std::string> extensions;  // "" is a folder
};

// The one list, in order of preference.
const std::vector<Entry>& entries() {
  static const std::vector<Entry> list{
      {"openvino", "fovea_openvino_runtime", {"", ".onnx", ".pb", ".tflite", ".xml"}},
  };
  return list;
}

}  // namespace

std::vector<std::string> model_extensions() {
  std::vector<std::string> all;
  for (const auto& entry : entries()) {
    for (const auto& extension : entry.extensions) {
      if (!extension.empty()) all.push_back(extension);
    }
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

core::Result<std::shared_ptr<const Runtime>> runtime_for(const std::string& path,
                                                         const core::Context& context) {
  std::error_code failed;
  const std::string extension =
      fs::is_directory(path, failed) ? "" : fs::path(path).extension().string();
  for (const auto& entry : entries()) {
    const auto& known = entry.extensions;
    if (std::find(known.begin(), known.end(), extension) == known.end()) continue;
    auto factory = core::open_plugin(entry.plugin, entry.factory);
    if (!factory) return factory.error();
    return std::shared_ptr<const Runtime>(reinterpret_cast<Open>(*factory)(context));
  }
  return Error{Code::bad_input,
               fmt::format("{}: not a kind of model file that Fovea reads ({}, or the folder of a "
                           "TensorFlow SavedModel)",
                           path, fmt::join(model_extensions(), ", "))};
}

}  // namespace fovea::infer
