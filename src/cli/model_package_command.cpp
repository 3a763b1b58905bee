#include "cli/model_package_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/exit_status.h"
#include "cli/log_options.h"
#include "core/metrics.h"
#include "infer/package.h"

namespace fovea::cli {
namespace {

struct Options {
  std::string model;
  std::string output;
  std::string name;
  std::string version;
  std::string licence;
  std::string training_data;
  std::string folder;
  std::string key;
  LogOptions log;
};

int fail(const core::Error& error) {
  fmt::print(stderr, "fovea: {}\n", error.message);
  return exit_status(error);
}

int finish(const core::Status& done, const std::string& words) {
  if (!done) return fail(done.error());
  fmt::print("{}\n", words);
  return exit_done;
}

int package(const Options& options) {
  core::SystemClock clock;
  const auto metrics = core::make_metrics();
  const core::Context context{options.log.make_log("model"), clock, *metrics};
  auto found = infer::resolve_model(options.model, infer::default_places(""), context);
  if (!found) return fail(found.error());
  infer::Manifest& manifest = found->manifest;
  const auto set = [](std::string& member, const std::string& given) {
    if (!given.empty()) member = given;
  };
  set(manifest.name, options.name);
  set(manifest.version, options.version);
  set(manifest.licence, options.licence);
  set(manifest.training_data, options.training_data);
  // What was given must be what a manifest may say.
  if (auto good = infer::parse_manifest(infer::to_json(manifest)); !good) return fail(good.error());
  const auto made = infer::package_model(*found, options.output);
  if (!made) return fail(made.error());
  fmt::print("{}\n", *made);
  return exit_done;
}

}  // namespace

std::function<int()> declare_model_packages(App model) {
  auto options = std::make_shared<Options>();
  App packages = model.add_subcommand(
      "package", "make a folder of a model: its file, its manifest, its sha256");
  packages.add_option("MODEL", options->model, "model file, folder, manifest or catalog name")
      .required();
  packages.add_option("-o,--output", options->output, "the folder, which must not be there yet")
      .required();
  packages.add_option("--name", options->name, "instead of the manifest's");
  packages.add_option("--version", options->version, "instead of the manifest's");
  packages.add_option("--licence", options->licence, "instead of the manifest's");
  packages.add_option("--training-data", options->training_data, "in words");
  options->log.declare(packages);
  App keys = model.add_subcommand("key", "make a pair of keys to sign packages with");
  keys.add_option("FILE", options->key, "the secret key; FILE.pub is the one to give away")
      .required();
  App signs = model.add_subcommand("sign", "sign a package");
  signs.add_option("DIR", options->folder, "the package").required();
  signs.add_option("--key", options->key, "the secret key").required();
  return [=] {
    if (packages.parsed()) return package(*options);
    if (keys.parsed()) {
      return finish(infer::make_signing_key(options->key),
                    fmt::format("{} (keep it secret) and {}.pub", options->key, options->key));
    }
    if (signs.parsed()) {
      return finish(infer::sign_package(options->folder, options->key),
                    options->folder + " is signed");
    }
    return -1;
  };
}

}  // namespace fovea::cli
