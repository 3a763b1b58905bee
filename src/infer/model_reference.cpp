#include "infer/model_reference.h"

#include <fmt/format.h>

#include <filesystem>
#include <iterator>

#include "core/file.h"
#include "core/ids.h"
#include "core/limits.h"
#include "infer/digest.h"
#include "infer/inspect.h"
#include "infer/model_file.h"
#include "infer/runtimes.h"

namespace fovea::infer {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

namespace {

constexpr const char* manifest_suffix = ".manifest.json";

// The graph of a TensorFlow SavedModel lies in a folder, which is the model.
bool is_saved_model(const std::string& path) {
  std::error_code failed;
  return fs::exists(fs::path(path) / "saved_model.pb", failed);
}

}  // namespace

core::Result<std::string> manifest_in(const std::string& folder) {
  std::string found;
  std::error_code failed;
  for (auto it = fs::directory_iterator(folder, failed); !failed && it != fs::directory_iterator();
       it.increment(failed)) {
    if (!it->path().string().ends_with(manifest_suffix)) continue;
    if (!found.empty()) {
      return Error{Code::bad_input, folder +
                                        " holds several manifests; name one of them instead of the "
                                        "folder"};
    }
    found = it->path().string();
  }
  if (failed) return Error{Code::io, "reading " + folder + ": " + failed.message()};
  return found;
}

core::Result<ModelFile> find_model_file(const std::string& reference) {
  std::error_code failed;
  std::string manifest_file;
  bool is_model = true;  // and no manifest or package, which names its model
  if (reference.ends_with(manifest_suffix)) {
    manifest_file = reference;
    is_model = false;
  } else if (fs::is_directory(reference, failed)) {
    const auto inside = manifest_in(reference);
    if (!inside) return inside.error();
    manifest_file = *inside;
    is_model = inside->empty() || is_saved_model(reference);
  }
  if (manifest_file.empty() && fs::exists(manifest_path(reference), failed)) {
    manifest_file = manifest_path(reference);
  }
  if (manifest_file.empty()) return ModelFile{reference, {}};
  auto manifest = read_manifest(manifest_file);
  if (!manifest) return manifest.error();
  const auto beside = (fs::path(manifest_file).parent_path() / manifest->file).string();
  return ModelFile{is_model ? reference : beside, *std::move(manifest)};
}

namespace {

core::Result<ModelReference> with_manifest(const ModelFile& file) {
  const Manifest& manifest = *file.manifest;
  ModelReference found{manifest, file.path, "", ManifestOrigin::file};
  auto digest = model_digest(found.path);
  if (!digest) return digest.error().context("the model " + manifest.name);
  found.digest = *digest;
  if (!manifest.sha256.empty() && manifest.sha256 != *digest) {
    return Error{Code::bad_input,
                 fmt::format("{} is not the file its manifest speaks of: its sha256 is {}, it "
                             "should be {}",
                             found.path, *digest, manifest.sha256)};
  }
  return found;
}

core::Result<ModelReference> from_catalog(const std::string& name, const CatalogPlaces& places,
                                          const core::Context& context, const Progress& progress) {
  auto catalog = Catalog::open(places, context);
  if (!catalog) return catalog.error();
  const CatalogEntry* entry = catalog->find(name);
  if (!entry) {
    std::vector<std::string> names;
    for (const auto& known : catalog->entries()) names.push_back(known.manifest.name);
    const std::string near = core::nearest(name, names);
    return Error{
        Code::not_found,
        fmt::format("there is no model '{}', neither a file nor in the catalog{}; the "
                    "catalog has {}",
                    core::printable(name, 200),
                    near.empty() ? "" : " (did you mean '" + near + "'?)", fmt::join(names, ", "))};
  }
  auto file = catalog->get(*entry, progress);
  if (!file) return file.error();
  return ModelReference{entry->manifest, *file, entry->manifest.sha256, ManifestOrigin::catalog};
}

}  // namespace

std::string manifest_path(const std::string& model_path) {
  fs::path path(model_path);
  if (!path.has_filename()) path = path.parent_path();
  return (path.parent_path() / (path.stem().string() + manifest_suffix)).string();
}

core::Result<Manifest> read_manifest(const std::string& path) {
  const auto file = core::read_file(path, core::limits::json_bytes_max);
  if (!file) return file.error().context("the manifest");
  auto manifest = parse_manifest(file->text());
  if (!manifest) return manifest.error().context(path);
  return manifest;
}

core::Result<ModelReference> inspect_model(const std::string& path, const CatalogPlaces& places,
                                           const core::Context& context) {
  auto digest = model_digest(path);
  if (!digest) return digest.error();
  auto catalog = Catalog::open(places, context);
  if (!catalog) return catalog.error();
  if (const CatalogEntry* entry = catalog->find_digest(*digest)) {
    return ModelReference{entry->manifest, path, *digest, ManifestOrigin::catalog};
  }
  auto runtime = runtime_for(path, context);
  if (!runtime) return runtime.error();
  auto shape = (*runtime)->inspect(path);
  if (!shape) return shape.error();
  auto manifest = propose_manifest(path, *shape);
  if (!manifest) return manifest.error().context(path);
  manifest->sha256 = *digest;
  return ModelReference{*manifest, path, *digest, ManifestOrigin::proposed};
}

core::Result<ModelReference> resolve_model(const std::string& reference,
                                           const CatalogPlaces& places,
                                           const core::Context& context, const Progress& progress) {
  std::error_code failed;
  if (reference.empty()) return Error{Code::bad_input, "the name of the model is empty"};
  if (!fs::exists(reference, failed)) {
    const bool name = reference.find('/') == std::string::npos;
    if (name) return from_catalog(reference, places, context, progress);
    return Error{Code::not_found, "there is no model file " + core::printable(reference, 200)};
  }
  if (!fs::is_directory(reference, failed)) {
    if (auto good = check_model_file(reference); !good) return good.error();
  }
  const auto file = find_model_file(reference);
  if (!file) return file.error();
  return file->manifest ? with_manifest(*file) : inspect_model(reference, places, context);
}

}  // namespace fovea::infer
