#pragma once

#include <map>
#include <string>

#include "core/context.h"
#include "core/result.h"
#include "infer/manifest.h"

namespace fovea::learn {

struct ExportOptions {
  std::string name = "model";
  std::string version = "1";
  std::string licence;
  std::string training_data;
  std::string parent;
  std::map<std::string, double> metrics;
  bool half = true;  // weights of 16 bit: half the size
};

// Whether a manifest may say these. Errors: bad_input (which one, and why).
core::Status check_options(const ExportOptions& options);

// Makes a package (infer/package.h) of a network's safetensors, as ONNX with its manifest, in
// `folder`, which must not be there yet. Returns the manifest's path. Errors: not_found, bad_input
// (no network of ours, damaged), exists, unsupported (this build has no ONNX), io.
core::Result<std::string> export_network(const std::string& file, const std::string& folder,
                                         const ExportOptions& options);

// The other way: what `fovea train` can start from, as safetensors in `to`: such a file itself or
// an ONNX file that export_network() wrote. Errors: as above; unsupported (an ONNX file of others).
core::Status import_network(const std::string& from, const std::string& to);

}  // namespace fovea::learn
