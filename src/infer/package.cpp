#include "infer/package.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/base64.h"
#include "core/file.h"
#include "core/limits.h"
#include "infer/digest.h"
#include "infer/model_file.h"

namespace fovea::infer {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

namespace {

constexpr std::string_view secret_word = "fovea-ed25519-secret ";
constexpr std::string_view public_word = "fovea-ed25519-public ";
constexpr std::string_view manifest_end = ".manifest.json";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <typename Bytes>
std::string to_base64(const Bytes& bytes) {
  return core::base64_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// `bytes` of base64 behind a word, up to the end of the line.
core::Result<std::string> read_key(const fs::path& path, std::string_view word, size_t bytes) {
  const auto file = core::read_file(path, core::limits::json_bytes_max);
  if (!file) return file.error();
  std::string_view text = file->text();
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  auto key = text.starts_with(word) ? core::base64_decode(text.substr(word.size())) : std::string();
  if (!key || key->size() != bytes) {
    return Error{Code::bad_input, fmt::format("{} holds no key as 'fovea model key' writes it ({})",
                                              path.string(), word.substr(0, word.size() - 1))};
  }
  return key;
}

core::Status write_text(const fs::path& path, const std::string& text, mode_t mode) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) {
    const Code code = errno == EEXIST ? Code::exists : Code::io;
    return Error{code, fmt::format("{}: {}", path.string(), std::strerror(errno))};
  }
  const bool written = ::write(file, text.data(), text.size()) == ssize_t(text.size());
  if (::close(file) == 0 && written) return {};
  ::unlink(path.c_str());
  return Error{Code::io, path.string() + " could not be written"};
}

core::Result<fs::path> find_manifest(const std::string& folder) {
  std::error_code failed;
  if (!fs::is_directory(folder, failed)) return Error{Code::not_found, folder + " is no folder"};
  const auto found = manifest_in(folder);
  if (!found) return found.error();
  if (!found->empty()) return fs::path(*found);
  return Error{Code::not_found, folder + " is no package: it holds no manifest (*.manifest.json)"};
}

// One digest of two files says nothing of where the first ends.
Error two_files(const fs::path& model) {
  return {Code::unsupported, model.string() +
                                 " (OpenVINO's IR) has its numbers in a second file; "
                                 "only models of one file are packaged: take the "
                                 "ONNX or TFLite it was made of"};
}

// The model's file against its manifest.
core::Status check_file(const fs::path& manifest_file, std::string_view text) {
  const auto manifest = parse_manifest(text);
  if (!manifest) return manifest.error().context(manifest_file.string());
  const fs::path model = manifest_file.parent_path() / manifest->file;
  if (model.extension() == ".xml") return two_files(model);
  if (manifest->sha256.empty()) {
    return Error{Code::bad_input, manifest_file.string() +
                                      " does not hold the sha256 of its file, so it vouches for "
                                      "nothing; 'fovea model package' writes one that does"};
  }
  const auto digest = model_digest(model.string());
  if (!digest) return digest.error();
  if (manifest->sha256 == *digest) return {};
  return Error{Code::denied, fmt::format("{} is not the file that its manifest names: its sha256 "
                                         "is {}",
                                         model.string(), *digest)};
}

fs::path signature_of(const fs::path& manifest) { return manifest.string() + ".sig"; }

core::Status take_file(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::create_directories(to.parent_path(), failed);
  if (!failed) fs::copy_file(from, to, failed);
  if (!failed) return {};
  return Error{Code::io, fmt::format("copying {}: {}", from.string(), failed.message())};
}

core::Status fill(const ModelReference& model, const fs::path& folder) {
  Manifest manifest = model.manifest;
  const fs::path from = model.path;
  manifest.file = manifest.name + from.extension().string();
  manifest.sha256 = model.digest;
  const auto parts = model_parts(from);
  if (!parts) return parts.error();
  if (auto copied = take_file(from, folder / manifest.file); !copied) return copied;
  for (const auto& part : *parts) {
    if (part == manifest.file || part.ends_with(manifest_end)) {
      return Error{Code::unsupported,
                   fmt::format("{} keeps numbers in '{}', which is the name of another file of the "
                               "package; choose another --name",
                               model.path, part)};
    }
    if (auto copied = take_file(from.parent_path() / part, folder / part); !copied) return copied;
  }
  const auto digest = model_digest(folder / manifest.file);
  if (!digest) return digest.error();
  if (*digest != model.digest) {
    return Error{Code::busy, model.path + " changed while it was copied; try again"};
  }
  return write_text(folder / (manifest.name + std::string(manifest_end)), to_json(manifest), 0644);
}

}  // namespace

core::Result<std::string> package_model(const ModelReference& model, const std::string& output) {
  const std::string folder = output.substr(0, output.find_last_not_of('/') + 1);
  std::error_code failed;
  if (fs::exists(folder, failed)) {
    return Error{Code::exists, folder + " is there already; choose another folder"};
  }
  if (fs::is_directory(model.path, failed)) {
    return Error{Code::unsupported, model.path +
                                        " is a folder (a SavedModel); make it an ONNX or "
                                        "TFLite file first"};
  }
  if (fs::path(model.path).extension() == ".xml") return two_files(model.path);
  const std::string unfinished = fmt::format("{}.{}.unfinished", folder, ::getpid());
  fs::create_directories(unfinished, failed);
  if (failed) return Error{Code::io, fmt::format("making {}: {}", unfinished, failed.message())};
  auto done = fill(model, unfinished);
  if (done) {
    fs::rename(unfinished, folder, failed);
    if (failed) done = Error{Code::io, fmt::format("making {}: {}", folder, failed.message())};
  }
  if (!done) {
    fs::remove_all(unfinished, failed);
    return done.error();
  }
  return (fs::path(folder) / (model.manifest.name + std::string(manifest_end))).string();
}

core::Status make_signing_key(const std::string& file) {
  if (sodium_init() < 0) return Error{Code::internal, "libsodium does not start"};
  std::error_code failed;
  if (fs::exists(file + ".pub", failed)) {
    return Error{Code::exists, file + ".pub is there already; choose another name"};
  }
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
  crypto_sign_keypair(open.data(), secret.data());
  const std::string secret_line = std::string(secret_word) + to_base64(secret) + "\n";
  const std::string public_line = std::string(public_word) + to_base64(open) + "\n";
  sodium_memzero(secret.data(), secret.size());
  if (auto written = write_text(file, secret_line, 0600); !written) return written;
  return write_text(file + ".pub", public_line, 0644);
}

core::Status sign_package(const std::string& folder, const std::string& key_file) {
  const auto manifest = find_manifest(folder);
  if (!manifest) return manifest.error();
  const auto file = core::read_file(*manifest, core::limits::json_bytes_max);
  if (!file) return file.error();
  const std::string_view text = file->text();
  if (auto whole = check_file(*manifest, text); !whole) return whole;
  auto key = read_key(key_file, secret_word, crypto_sign_SECRETKEYBYTES);
  if (!key) return key.error();
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr, bytes_of(text), text.size(), bytes_of(*key));
  sodium_memzero(key->data(), key->size());
  std::error_code ignored;
  fs::remove(signature_of(*manifest), ignored);  // of an earlier manifest or key
  return write_text(signature_of(*manifest), to_base64(signature) + "\n", 0644);
}

core::Status verify_package(const std::string& folder, const std::string& public_key_file) {
  const auto manifest = find_manifest(folder);
  if (!manifest) return manifest.error();
  const auto file = core::read_file(*manifest, core::limits::json_bytes_max);
  if (!file) return file.error();
  const std::string_view text = file->text();
  const auto key = read_key(public_key_file, public_word, crypto_sign_PUBLICKEYBYTES);
  if (!key) return key.error();
  if (std::error_code failed; !fs::exists(signature_of(*manifest), failed)) {
    return Error{Code::not_found, folder + " is not signed"};
  }
  const auto signature = read_key(signature_of(*manifest), "", crypto_sign_BYTES);
  if (!signature || crypto_sign_verify_detached(bytes_of(*signature), bytes_of(text), text.size(),
                                                bytes_of(*key)) != 0) {
    return Error{Code::denied, fmt::format("the signature of {} is not of the key {}, or the "
                                           "manifest was changed after it was signed",
                                           folder, public_key_file)};
  }
  return check_file(*manifest, text);
}

}  // namespace fovea::infer
