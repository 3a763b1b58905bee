#pragma once

#include <optional>
#include <string>

#include "core/context.h"
#include "core/result.h"
#include "infer/catalog.h"
#include "infer/manifest.h"

namespace fovea::infer {

enum class ManifestOrigin {
  file,      // beside the model, or the manifest that was named
  catalog,   // the catalog's, by name or because the file's sha256 is an entry's
  proposed,  // what inspect makes of the file
};

// A model that is at hand: its file was found (or fetched) and its digest matches the manifest's.
struct ModelReference {
  Manifest manifest;
  std::string path;    // of the model's file or folder
  std::string digest;  // model_digest() of it
  ManifestOrigin origin = ManifestOrigin::file;
};

// Finds what `reference` names, in this order: an existing manifest (*.manifest.json), a model
// file or folder (with its manifest, see find_model_file(), else the catalog's entry of the same
// sha256, else what inspect proposes), a name of the catalog (fetched where needed).
// Errors: not_found (the message lists near names), bad_input (manifest, wrong sha256, a file
// that is cut short), unsupported (no engine in this build).
core::Result<ModelReference> resolve_model(const std::string& reference,
                                           const CatalogPlaces& places,
                                           const core::Context& context,
                                           const Progress& progress = {});

// Where the manifest of a model file lies: "dir/net.onnx" -> "dir/net.manifest.json".
std::string manifest_path(const std::string& model_path);

// The only manifest in a folder; empty if there is none. Errors: bad_input (several), io.
core::Result<std::string> manifest_in(const std::string& folder);

// A model, which may not be there, and what its manifest says of it.
struct ModelFile {
  std::string path;
  std::optional<Manifest> manifest;
};

// Of a model's file, a TensorFlow SavedModel's folder, a package's folder or a manifest. The
// manifest lies in the folder, else beside the file or folder. Errors: bad_input, io.
core::Result<ModelFile> find_model_file(const std::string& reference);

core::Result<Manifest> read_manifest(const std::string& path);

// What is at `path` proposes for itself: the catalog's manifest of the same sha256, else the first
// head's that fits. Reads the file, ignoring a manifest beside it.
core::Result<ModelReference> inspect_model(const std::string& path, const CatalogPlaces& places,
                                           const core::Context& context);

}  // namespace fovea::infer
