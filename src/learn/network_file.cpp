#include "learn/network_file.h"

#include <filesystem>

#include "core/file.h"

namespace fovea::learn {

namespace {

constexpr size_t bytes_max = size_t(2) << 30;
constexpr const char* suffix = ".safetensors";
constexpr const char* description = "network";

}  // namespace

core::Result<NetworkFile> read_network(const std::string& path) {
  std::error_code failed;
  if (std::filesystem::is_other(path, failed)) {
    return core::Error{core::Code::bad_input, path + " is not a plain file; a network is one"};
  }
  const auto bytes = core::read_file(path, bytes_max);
  if (!bytes) return bytes.error();
  auto file = parse_safetensors(bytes->span());
  if (!file) return file.error().context(path);
  const auto described = file->metadata.find(description);
  if (described == file->metadata.end()) {
    return core::Error{core::Code::bad_input,
                       path + " does not describe its network; 'fovea train' writes such files"};
  }
  auto config = parse_network_config(described->second);
  if (!config) return config.error().context(path);
  return NetworkFile{*std::move(config), std::move(file->tensors), std::move(file->metadata)};
}

core::Status write_network(const std::string& path, const NetworkFile& file) {
  TensorFile whole{file.tensors, file.metadata};
  whole.metadata[description] = to_json(file.config);
  return core::replace_file(path, to_safetensors(whole));
}

bool is_network_file(const std::string& path) { return path.ends_with(suffix); }

}  // namespace fovea::learn
