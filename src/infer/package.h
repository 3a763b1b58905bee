#pragma once

#include <string>

#include "core/result.h"
#include "infer/model_reference.h"

namespace fovea::infer {

// A model as it travels: a folder with the model's file, the other files that it keeps numbers in,
// its manifest (which holds the sha256 of all of them), and perhaps a signature over the manifest's
// bytes: Ed25519 (RFC 8032) by libsodium. Keys are files of one line, "fovea-ed25519-secret BASE64"
// and "fovea-ed25519-public BASE64".

// Makes the folder, which must not be there yet; the model's file and manifest take the manifest's
// name, other files keep the one that the model knows them by. Nothing half made stays behind.
// Returns the manifest's path. Errors: exists, unsupported (a folder, OpenVINO's IR; an other file
// whose name is taken), busy (a file changed while it was copied), io.
core::Result<std::string> package_model(const ModelReference& model, const std::string& folder);

// A new pair: `file` for its owner's eyes only, `file`.pub to give away. Errors: exists, io.
core::Status make_signing_key(const std::string& file);

// Writes the signature beside the manifest, <manifest>.sig. Errors: not_found (no
// package), bad_input (several manifests, one without sha256, no secret key), denied (the file is
// not the manifest's), io.
core::Status sign_package(const std::string& folder, const std::string& key_file);

// Whether the package is whole and signed by the key's owner. Errors: not_found (no package, no
// signature), denied (the signature is not of this key, or something was changed), bad_input, io.
core::Status verify_package(const std::string& folder, const std::string& public_key_file);

}  // namespace fovea::infer
