#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/log_options.h"
#include "cli/model_package_command.h"
#include "cli/progress_bar.h"
#include "core/ids.h"
#include "core/json.h"
#include "core/metrics.h"
#include "infer/catalog.h"
#include "infer/digest.h"
#include "infer/model_reference.h"
#include "infer/package.h"

namespace fovea::cli {
namespace {

using core::Json;

struct ModelCommandOptions {
  std::string mirror;
  std::vector<std::string> names;
  std::string file;
  std::string key;
  bool json = false;
  LogOptions log;
};
using Shared = std::shared_ptr<ModelCommandOptions>;

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea: {}\n", error.message);
  return exit_status(error);
}

void print(const Json& document) { std::cout << document.dump(2) << "\n"; }

Json entry_json(const infer::CatalogEntry& entry, const std::string& file) {
  Json item{{"name", entry.manifest.name},
            {"version", entry.manifest.version},
            {"task", infer::to_string(entry.manifest.task)},
            {"licence", entry.manifest.licence},
            {"bytes", entry.bytes},
            {"sha256", entry.manifest.sha256},
            {"urls", entry.urls}};
  item["file"] = file.empty() ? Json(nullptr) : Json(file);
  return item;
}

std::string place_of(const infer::CatalogEntry& entry, const std::string& file) {
  if (!file.empty()) return file;
  return entry.embedded.empty() ? "not here yet" : "in the program";
}

int list(const ModelCommandOptions& options, const infer::Catalog& catalog) {
  Json all = Json::array();
  for (const auto& entry : catalog.entries()) {
    const std::string file = catalog.locate(entry);
    all.push_back(entry_json(entry, file));
    if (options.json) continue;
    fmt::print("{:<16} {:<15} {:>6.1f} MB  {:<12} {}\n", entry.manifest.name,
               infer::to_string(entry.manifest.task), double(entry.bytes) / 1e6,
               entry.manifest.licence, place_of(entry, file));
  }
  if (options.json) print({{"models", all}});
  return exit_done;
}

// The entries that the arguments name; all when there are none.
core::Result<std::vector<const infer::CatalogEntry*>> chosen(const ModelCommandOptions& options,
                                                             const infer::Catalog& catalog) {
  std::vector<const infer::CatalogEntry*> entries;
  std::vector<std::string> known;
  for (const auto& entry : catalog.entries()) {
    known.push_back(entry.manifest.name);
    if (options.names.empty()) entries.push_back(&entry);
  }
  for (const auto& name : options.names) {
    const auto* entry = catalog.find(name);
    if (!entry) {
      return core::Error{core::Code::not_found,
                         fmt::format("the catalog has no model '{}', only {}",
                                     core::printable(name), fmt::join(known, ", "))};
    }
    entries.push_back(entry);
  }
  return entries;
}

int get(const ModelCommandOptions& options, const infer::Catalog& catalog) {
  auto entries = chosen(options, catalog);
  if (!entries) return fail(entries.error());
  Json all = Json::array();
  for (const auto* entry : *entries) {
    ProgressBar bar(entry->manifest.name + " KiB");
    auto file = catalog.get(*entry, [&](size_t received, size_t total) {
      bar.show(received >> 10, (total > 0 ? total : entry->bytes) >> 10);
    });
    bar.clear();
    if (!file) return fail(file.error());
    all.push_back(entry_json(*entry, *file));
    if (!options.json) fmt::print("{}\n", *file);
  }
  if (options.json) print({{"models", all}});
  return exit_done;
}

struct Check {
  std::string name;
  std::string file;
  std::string expected;
  bool has_manifest = true;
};

// Catalog names are looked up; files are held against their manifest (or the catalog).
core::Result<std::vector<Check>> checks(const ModelCommandOptions& options,
                                        const infer::Catalog& catalog) {
  std::vector<Check> all;
  std::vector<std::string> names = options.names;
  if (names.empty()) {
    for (const auto& entry : catalog.entries()) {
      if (!catalog.locate(entry).empty()) names.push_back(entry.manifest.name);
    }
  }
  for (const auto& name : names) {
    if (const auto* entry = catalog.find(name)) {
      const std::string file = catalog.locate(*entry);
      if (file.empty() && !entry->embedded.empty()) continue;  // as whole as the program
      if (file.empty()) {
        return core::Error{core::Code::not_found,
                           fmt::format("'{}' is not on this machine; 'fovea model get {}' fetches "
                                       "it",
                                       name, name)};
      }
      all.push_back({name, file, entry->manifest.sha256});
      continue;
    }
    const auto found = infer::find_model_file(name);
    if (!found) return found.error();
    const auto& manifest = found->manifest;
    all.push_back({name, found->path, manifest ? manifest->sha256 : "", manifest.has_value()});
  }
  return all;
}

int verify(const ModelCommandOptions& options, const infer::Catalog& catalog) {
  auto all = checks(options, catalog);
  if (!all) return fail(all.error());
  Json report = Json::array();
  int status = exit_done;
  for (const auto& check : *all) {
    auto digest = infer::model_digest(check.file);
    if (!digest) return fail(digest.error());
    const auto* known = catalog.find_digest(*digest);
    // Without a manifest a file is right when it is one of the catalog.
    const bool right = check.expected.empty() ? known != nullptr : *digest == check.expected;
    if (!right) status = exit_usage;
    report.push_back({{"name", check.name},
                      {"file", check.file},
                      {"sha256", *digest},
                      {"expected", check.expected},
                      {"ok", right}});
    if (!right) {
      fmt::print(stderr, "fovea: {}: its sha256 is {}, {}\n", check.file, *digest,
                 !check.expected.empty() ? "it should be " + check.expected
                 : check.has_manifest
                     ? "which is none of the catalog (and its manifest has no sha256)"
                     : "which is none of the catalog (and there is no manifest)");
    } else if (!options.json) {
      fmt::print("{}: ok ({})\n", check.name, check.file);
    }
  }
  if (options.json) print({{"models", report}});
  return status;
}

int inspect(const ModelCommandOptions& options, const core::Context& context) {
  auto found = infer::inspect_model(options.file, infer::default_places(options.mirror), context);
  if (!found) return fail(found.error());
  fmt::print(stderr, "{}; save it as {} to change it\n",
             found->origin == infer::ManifestOrigin::catalog
                 ? "this file is the catalog's '" + found->manifest.name + "'"
                 : "this is a proposal from the file's inputs and outputs",
             infer::manifest_path(options.file));
  std::cout << infer::to_json(found->manifest);
  return exit_done;
}

int verify_signed(const ModelCommandOptions& options) {
  if (options.names.empty()) {
    return fail({core::Code::bad_input, "--key needs the packages to check: folders"});
  }
  Json report = Json::array();
  int status = exit_done;
  for (const auto& folder : options.names) {
    const auto good = infer::verify_package(folder, options.key);
    report.push_back({{"name", folder}, {"ok", bool(good)}});
    if (!good) {
      fmt::print(stderr, "fovea: {}\n", good.error().message);
      status = exit_usage;
    } else if (!options.json) {
      fmt::print("{}: ok, signed by {}\n", folder, options.key);
    }
  }
  if (options.json) print({{"models", report}});
  return status;
}

using WithCatalog = int (*)(const ModelCommandOptions&, const infer::Catalog&);

int with_catalog(const ModelCommandOptions& options, WithCatalog body) {
  core::SystemClock clock;
  const auto metrics = core::make_metrics();
  const core::Context context{options.log.make_log("model"), clock, *metrics};
  auto catalog = infer::Catalog::open(infer::default_places(options.mirror), context);
  if (!catalog) return fail(catalog.error());
  return body(options, *catalog);
}

App declare_one(App app, const Shared& options, const char* name, const char* summary) {
  App sub = app.add_subcommand(name, summary);
  sub.add_option("--mirror", options->mirror,
                 "folder with files of the catalog, looked into before anything is fetched (also: "
                 "the environment's FOVEA_MODELS)");
  sub.add_flag("--json", options->json, "print one JSON document");
  options->log.declare(sub);
  return sub;
}

constexpr const char* footer =
    "\nModels are cached in the user's cache folder and checked by sha256 whenever they are used.\n"
    "A manifest (<stem>.manifest.json beside a model file) says what a model is and how it is "
    "fed;\n"
    "docs/models.md describes every key.\n\n"
    "Examples:\n"
    "  fovea model list\n"
    "  fovea model get deeplab-dm05\n"
    "  fovea model verify --json\n"
    "  fovea model inspect net.onnx > net.manifest.json\n"
    "  fovea model package net.onnx --output yard-3 --name yard --version 3\n"
    "  fovea model key signer\n"
    "  fovea model sign yard-3 --key signer\n"
    "  fovea model verify yard-3 --key signer.pub\n";

}  // namespace

std::function<int()> declare_model(App app) {
  auto options = std::make_shared<ModelCommandOptions>();
  app.require_subcommand();
  App lists = declare_one(app, options, "list", "the models that Fovea knows by name");
  App gets = declare_one(app, options, "get", "fetch models into the cache");
  gets.add_option("NAME", options->names, "names of the catalog; none: all");
  App verifies = declare_one(app, options, "verify", "check the sha256 of models");
  verifies.add_option("NAME|FILE|DIR", options->names,
                      "names of the catalog, model files or packages; none: all that are here; "
                      "with --key: packages");
  verifies.add_option("--key", options->key,
                      "the signer's public key: are these packages whole and signed by it?");
  App inspects =
      declare_one(app, options, "inspect", "propose a manifest for a model file and print it");
  inspects.add_option("FILE", options->file, "model file or SavedModel folder").required();
  app.footer(footer);
  return [options, lists, gets, verifies, inspects, packages = declare_model_packages(app)] {
    if (const int status = packages(); status >= 0) return status;
    if (lists.parsed()) return with_catalog(*options, list);
    if (gets.parsed()) return with_catalog(*options, get);
    if (verifies.parsed()) {
      return options->key.empty() ? with_catalog(*options, verify) : verify_signed(*options);
    }
    FOVEA_ASSERT(inspects.parsed());
    core::SystemClock clock;
    const auto metrics = core::make_metrics();
    return inspect(*options, {options->log.make_log("model"), clock, *metrics});
  };
}

}  // namespace fovea::cli
