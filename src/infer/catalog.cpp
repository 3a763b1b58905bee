#include "infer/catalog.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "core/file.h"
#include "core/ids.h"
#include "core/json_reader.h"
#include "infer/catalog_data.h"
#include "infer/digest.h"
#include "infer/embedded_models.h"
#include "net/http_client.h"

namespace fovea::infer {

namespace fs = std::filesystem;
using core::Code;
using core::Error;
using core::Json;
using core::JsonReader;

namespace {

constexpr size_t models_max = 1000;
constexpr size_t url_length_max = 2000;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// Of the user, or of the service (systemd.exec(5), CacheDirectory=); empty: there is none. A folder
// for all, such as /tmp, would let anybody lay out models there.
fs::path user_cache() {
  if (const auto folder = environment("XDG_CACHE_HOME"); !folder.empty()) {
    return fs::path(folder) / "fovea";
  }
  if (const auto folders = environment("CACHE_DIRECTORY"); !folders.empty()) {
    return folders.substr(0, folders.find(':'));
  }
  const auto home = environment("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".cache" / "fovea";
}

std::string in_user_cache(const char* name) {
  const auto cache = user_cache();
  return cache.empty() ? "" : (cache / name).string();
}

bool is_fetchable(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://") || url.starts_with("file://");
}

core::Result<CatalogEntry> read_entry(const Json& item, size_t index) {
  JsonReader reader(item, fmt::format("models[{}].", index));
  CatalogEntry entry;
  const Json& manifest = reader.object("manifest");
  const Json& urls = reader.list("urls");
  entry.bytes = uint64_t(reader.optional_number("bytes", 0, 1e12).value_or(0));
  for (const Json& url : urls) {
    const std::string* text = url.text();
    if (!text || text->size() > url_length_max || !is_fetchable(*text)) {
      reader.fail("urls", "must be texts that start with https://, http:// or file://");
      break;
    }
    entry.urls.push_back(*text);
  }
  if (entry.urls.empty()) reader.fail("urls", "must hold at least one");
  if (auto done = reader.finish(); !done) return done.error();
  auto parsed = parse_manifest(manifest.dump());
  if (!parsed) return parsed.error().context(fmt::format("models[{}].manifest", index));
  entry.manifest = std::move(*parsed);
  if (entry.manifest.sha256.empty()) {
    return Error{Code::bad_input,
                 fmt::format("models[{}].manifest.sha256: is missing; what is downloaded must be "
                             "checked",
                             index)};
  }
  return entry;
}

Error no_cache(const CatalogEntry& entry) {
  return {Code::bad_input,
          fmt::format("the model '{}' has no folder to lie in: set HOME or XDG_CACHE_HOME",
                      entry.manifest.name)};
}

}  // namespace

CatalogPlaces default_places(const std::string& mirror) {
  CatalogPlaces places;
  places.cache_dir = in_user_cache("models");
  if (!mirror.empty()) places.mirrors.push_back(mirror);
  if (auto folder = environment("FOVEA_MODELS"); !folder.empty()) places.mirrors.push_back(folder);
  if (auto folder = environment("FOVEA_DATA"); !folder.empty()) {
    places.mirrors.push_back((fs::path(folder) / "models").string());
  }
  return places;
}

std::string default_compile_cache_dir() { return in_user_cache("compiled"); }

core::Result<std::vector<CatalogEntry>> parse_catalog(std::string_view text) {
  auto parsed = core::parse_json_object(text);
  if (!parsed) return parsed.error();
  JsonReader reader(*parsed);
  const Json& models = reader.list("models", models_max);
  if (auto done = reader.finish(); !done) return done.error();
  std::vector<CatalogEntry> entries;
  std::set<std::string> names;
  for (const Json& item : models) {
    auto entry = read_entry(item, entries.size());
    if (!entry) return entry.error();
    if (!names.insert(entry->manifest.name).second) {
      return Error{Code::bad_input, fmt::format("models[{}]: the name '{}' is taken",
                                                entries.size(), entry->manifest.name)};
    }
    entries.push_back(std::move(*entry));
  }
  return entries;
}

core::Status verify_file(const std::string& path, const std::string& sha256) {
  auto digest = model_digest(path);
  if (!digest) return digest.error();
  if (*digest == sha256) return {};
  return Error{Code::bad_input,
               fmt::format("{} is not the file that is expected: its sha256 is {}, it should be {}",
                           path, *digest, sha256)};
}

Catalog::Catalog(std::vector<CatalogEntry> entries, CatalogPlaces places, core::Context context)
    : entries_(std::move(entries)), places_(std::move(places)), context_(std::move(context)) {}

core::Result<std::vector<CatalogEntry>> embedded_entries(std::span<const EmbeddedFile> files) {
  std::vector<CatalogEntry> entries;
  for (const auto& file : files) {
    if (!file.name.ends_with(".manifest.json")) continue;
    auto manifest =
        parse_manifest({reinterpret_cast<const char*>(file.data.data()), file.data.size()});
    if (!manifest) return manifest.error().context(std::string(file.name));
    const auto model = std::find_if(files.begin(), files.end(), [&](const EmbeddedFile& other) {
      return other.name == manifest->file;
    });
    if (model == files.end() || manifest->sha256.empty()) {
      return Error{Code::internal, std::string(file.name) + ": its file or sha256 is missing"};
    }
    entries.push_back({*std::move(manifest), {}, model->data.size(), model->data});
  }
  return entries;
}

core::Result<Catalog> Catalog::open(CatalogPlaces places, const core::Context& context) {
  auto entries = parse_catalog(catalog_json);
  if (!entries) return Error{Code::internal, "the embedded catalog: " + entries.error().message};
  auto shipped = embedded_entries(embedded_models());
  if (!shipped) return Error{Code::internal, "the embedded models: " + shipped.error().message};
  entries->insert(entries->begin(), shipped->begin(), shipped->end());
  return Catalog(std::move(*entries), std::move(places), context.named("models"));
}

const CatalogEntry* Catalog::find(const std::string& name) const {
  for (const auto& entry : entries_) {
    if (entry.manifest.name == name) return &entry;
  }
  return nullptr;
}

const CatalogEntry* Catalog::find_digest(const std::string& sha256) const {
  for (const auto& entry : entries_) {
    if (entry.manifest.sha256 == sha256) return &entry;
  }
  return nullptr;
}

std::string Catalog::locate(const CatalogEntry& entry) const {
  std::vector<std::string> folders = places_.mirrors;
  if (!places_.cache_dir.empty()) folders.insert(folders.begin(), places_.cache_dir);
  for (const auto& folder : folders) {
    const fs::path file = fs::path(folder) / entry.manifest.file;
    std::error_code failed;
    if (fs::exists(file, failed)) return file.string();
  }
  return "";
}

bool Catalog::at_hand(const CatalogEntry& entry) const {
  return !entry.embedded.empty() || !locate(entry).empty();
}

core::Result<std::string> Catalog::get(const CatalogEntry& entry, const Progress& progress) const {
  std::error_code failed;
  const fs::path cached = fs::path(places_.cache_dir) / entry.manifest.file;
  if (!places_.cache_dir.empty() && fs::exists(cached, failed)) {
    auto verified = verify_file(cached.string(), entry.manifest.sha256);
    if (verified) return cached.string();
    context_.log.warning("{}; fetching it again", verified.error().message);
    context_.metrics
        .counter("fovea_model_files_damaged_total", "Model files in the cache with a wrong sha256")
        .add();
  }
  Error refused{Code::not_found, ""};
  for (const auto& mirror : places_.mirrors) {
    const fs::path file = fs::path(mirror) / entry.manifest.file;
    if (!fs::exists(file, failed)) continue;
    auto verified = verify_file(file.string(), entry.manifest.sha256);
    if (verified) return file.string();
    context_.log.warning("{}", verified.error().message);
    refused = verified.error();
  }
  if (!entry.embedded.empty()) return unpack(entry);
  auto fetched = fetch(entry, progress);
  if (fetched || refused.message.empty()) return fetched;
  // The file at hand is wrong, which says more than a network that is away.
  return Error{refused.code, refused.message + "; " + fetched.error().message};
}

// Engines read files.
core::Result<std::string> Catalog::unpack(const CatalogEntry& entry) const {
  if (places_.cache_dir.empty()) return no_cache(entry);
  std::error_code failed;
  fs::create_directories(places_.cache_dir, failed);
  const std::string file = (fs::path(places_.cache_dir) / entry.manifest.file).string();
  if (auto written = core::replace_file(file, entry.embedded); !written) {
    return written.error().context("unpacking the model '" + entry.manifest.name + "'");
  }
  if (auto verified = verify_file(file, entry.manifest.sha256); !verified) return verified.error();
  return file;
}

core::Result<std::string> Catalog::fetch(const CatalogEntry& entry,
                                         const Progress& progress) const {
  if (places_.cache_dir.empty()) return no_cache(entry);
  std::error_code failed;
  fs::create_directories(places_.cache_dir, failed);
  if (failed) {
    return Error{Code::io, "making the folder " + places_.cache_dir + ": " + failed.message()};
  }
  const fs::path file = fs::path(places_.cache_dir) / entry.manifest.file;
  const fs::path incoming = file.string() + fmt::format(".{}.incoming", getpid());
  net::FetchOptions options;
  options.limit = std::chrono::minutes(10);
  options.progress = progress;
  Error last{Code::not_found, "no source"};
  for (const auto& url : entry.urls) {
    context_.log.debug("fetching {}", url);
    auto status = net::fetch_file(url, incoming.string(), options);
    if (status) {
      status = verify_file(incoming.string(), entry.manifest.sha256);
      if (!status) fs::remove(incoming, failed);
    }
    if (!status) {
      last = status.error().context("fetching " + url);
      context_.log.warning("{}", last.message);
      continue;
    }
    fs::rename(incoming, file, failed);
    if (failed) return Error{Code::io, "writing " + file.string() + ": " + failed.message()};
    return file.string();
  }
  return Error{last.code,
               fmt::format("the model '{}' could not be had: {} (--mirror DIR or FOVEA_MODELS "
                           "names a folder that holds {})",
                           entry.manifest.name, last.message, entry.manifest.file)};
}

}  // namespace fovea::infer
