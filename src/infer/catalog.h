#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/context.h"
#include "core/embedded_file.h"
#include "core/result.h"
#include "infer/manifest.h"

namespace fovea::infer {

// One known model: its manifest (with sha256) and where its file comes from.
struct CatalogEntry {
  Manifest manifest;
  std::vector<std::string> urls;  // tried in this order; empty: it is embedded
  uint64_t bytes = 0;
  std::span<const uint8_t> embedded;  // the file itself, where it ships with the program
};

struct CatalogPlaces {
  std::string cache_dir;             // of downloaded models
  std::vector<std::string> mirrors;  // folders that hold files of the catalog's names
};

// The user's cache folder ($XDG_CACHE_HOME/fovea/models or ~/.cache/fovea/models) or the service's
// ($CACHE_DIRECTORY/models); empty where there is none of them: then nothing is unpacked or
// fetched. Mirrors are `mirror` where given, then $FOVEA_MODELS, then $FOVEA_DATA/models.
CatalogPlaces default_places(const std::string& mirror = "");

// The folder of compiled models beside it ($XDG_CACHE_HOME/fovea/compiled); empty: none are kept.
std::string default_compile_cache_dir();

// Strict, as parse_manifest(): {"models": [{"manifest": {...}, "urls": [...], "bytes": N}]}. Every
// entry needs a sha256 and a url (http, https or file); names are unique. Errors: bad_input.
core::Result<std::vector<CatalogEntry>> parse_catalog(std::string_view json);

// The packages that ship with the program (embedded_models.h). Errors: internal (not whole),
// bad_input.
core::Result<std::vector<CatalogEntry>> embedded_entries(std::span<const core::EmbeddedFile> files);

// Bytes received and expected (0: unknown).
using Progress = std::function<void(size_t received, size_t total)>;

// The models Fovea knows by name (models/catalog.json and the packages in models/, all embedded),
// and where their files are. Threads: any; two processes may get the same model at once.
class Catalog {
 public:
  // `entries` must come from parse_catalog().
  Catalog(std::vector<CatalogEntry> entries, CatalogPlaces places, core::Context context);

  // The embedded catalog. Errors: internal (a build with a broken catalog).
  static core::Result<Catalog> open(CatalogPlaces places, const core::Context& context);

  const std::vector<CatalogEntry>& entries() const { return entries_; }
  const CatalogEntry* find(const std::string& name) const;
  const CatalogEntry* find_digest(const std::string& sha256) const;

  // Where the model's file is now, in the cache or a mirror; empty if nowhere. Not verified.
  std::string locate(const CatalogEntry& entry) const;
  // Whether get() needs no network.
  bool at_hand(const CatalogEntry& entry) const;

  // The file, with its sha256 checked: from the cache, a mirror (used where it is), the program or
  // fetched (both into the cache). A damaged cache file is fetched again; what came with another
  // sha256 is not kept. Errors: bad_input (wrong sha256; both sums), io, not_found, timeout (no
  // source has it).
  core::Result<std::string> get(const CatalogEntry& entry, const Progress& progress = {}) const;

 private:
  core::Result<std::string> unpack(const CatalogEntry& entry) const;
  core::Result<std::string> fetch(const CatalogEntry& entry, const Progress& progress) const;

  std::vector<CatalogEntry> entries_;
  CatalogPlaces places_;
  core::Context context_;
};

// Errors: bad_input with both sums if the file's digest is not `sha256`; those of model_digest().
core::Status verify_file(const std::string& path, const std::string& sha256);

}  // namespace fovea::infer
