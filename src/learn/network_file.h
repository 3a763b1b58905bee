#pragma once

#include <map>
#include <string>

#include "core/result.h"
#include "learn/network.h"
#include "learn/weights.h"

namespace fovea::learn {

// A network's file (safetensors): weights by their names, its description and other words as
// metadata.
struct NetworkFile {
  NetworkConfig config;
  Tensors tensors;
  std::map<std::string, std::string> metadata;
};

// Errors: not_found, io, bad_input (damaged, or without a network's description), unsupported (of
// another kind of network). Whether the weights are all there is check_weights()' to say.
core::Result<NetworkFile> read_network(const std::string& path);

// Whole or not at all. Errors: io.
core::Status write_network(const std::string& path, const NetworkFile& file);

// Whether a model's name is that of such a file.
bool is_network_file(const std::string& path);

}  // namespace fovea::learn
