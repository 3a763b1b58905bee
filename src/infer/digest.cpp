#include "infer/digest.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "infer/model_file.h"

namespace fovea::infer {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

namespace {

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }

  void add(const void* bytes, size_t size) {
    crypto_hash_sha256_update(&state_, static_cast<const unsigned char*>(bytes), size);
  }

  core::Status add_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> block(256 * 1024);
    while (file) {
      file.read(block.data(), std::streamsize(block.size()));
      add(block.data(), size_t(file.gcount()));
    }
    if (!file.eof()) return Error{Code::io, "reading " + path.string() + " failed"};
    return {};
  }

  std::string hex() {
    unsigned char sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&state_, sum);
    std::string text;
    for (const unsigned char byte : sum) text += fmt::format("{:02x}", byte);
    return text;
  }

 private:
  crypto_hash_sha256_state state_;
};

core::Result<std::string> folder_digest(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (auto it = fs::recursive_directory_iterator(folder, failed);
       !failed && it != fs::recursive_directory_iterator(); it.increment(failed)) {
    if (it->is_regular_file()) files.push_back(fs::relative(it->path(), folder));
  }
  if (failed) return Error{Code::io, "reading " + folder.string() + ": " + failed.message()};
  std::sort(files.begin(), files.end());
  Sha256 sum;
  for (const auto& file : files) {
    if (file.string().ends_with(".manifest.json")) continue;
    sum.add(file.c_str(), file.string().size() + 1);
    if (auto added = sum.add_file(folder / file); !added) return added.error();
  }
  return sum.hex();
}

core::Result<std::string> file_digest(const fs::path& file) {
  Sha256 sum;
  if (auto added = sum.add_file(file); !added) return added.error();
  return sum.hex();
}

// A list of digests: no byte can move from one file to another unseen.
core::Result<std::string> digest_of_parts(const fs::path& model,
                                          const std::vector<std::string>& parts) {
  const auto own = file_digest(model);
  if (!own) return own.error();
  std::string lines = *own + "\n";
  for (const auto& part : parts) {
    const auto digest = file_digest(model.parent_path() / part);
    if (!digest) return digest.error();
    lines += *digest + "  " + part + "\n";
  }
  Sha256 sum;
  sum.add(lines.data(), lines.size());
  return sum.hex();
}

}  // namespace

core::Result<std::string> model_digest(const std::string& path) {
  std::error_code failed;
  if (fs::is_directory(path, failed)) return folder_digest(path);
  if (auto good = check_model_file(path); !good) return good.error();
  const auto parts = model_parts(path);
  if (!parts) return parts.error();
  if (!parts->empty()) return digest_of_parts(path, *parts);
  Sha256 sum;
  if (auto added = sum.add_file(path); !added) return added.error();
  const fs::path weights = fs::path(path).replace_extension(".bin");
  if (fs::path(path).extension() == ".xml" && fs::exists(weights, failed)) {
    if (auto added = sum.add_file(weights); !added) return added.error();
  }
  return sum.hex();
}

}  // namespace fovea::infer
