#include "infer/model_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "core/file.h"
#include "core/ids.h"
#include "infer/onnx_external.h"

namespace fovea::infer {

namespace fs = std::filesystem;
using core::Code;
using core::Error;

namespace {

constexpr size_t parts_max = 100'000;

core::Status check_plain(const fs::path& path) {
  std::error_code failed;
  const auto status = fs::status(path, failed);
  if (status.type() == fs::file_type::not_found) {
    return Error{Code::not_found, "there is no file " + path.string()};
  }
  if (status.type() != fs::file_type::regular) {
    return Error{Code::bad_input,
                 path.string() + " is not a plain file; a model is one, or a folder"};
  }
  const uint64_t bytes = fs::file_size(path, failed);
  if (failed) return Error{Code::io, "reading " + path.string() + ": " + failed.message()};
  if (bytes <= model_bytes_max) return {};
  return Error{Code::bad_input, fmt::format("{} is larger than any model ({} GiB)", path.string(),
                                            model_bytes_max >> 30)};
}

// The first bytes without what may stand before a page's first tag, in lower case.
std::string beginning(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(512, '\0');
  file.read(text.data(), std::streamsize(text.size()));
  text.resize(size_t(file.gcount()));
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  text.erase(0, text.find_first_not_of(" \t\r\n"));
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = char(letter - 'A' + 'a');
  }
  return text;
}

// Links followed. The engine takes no others, and says that the file is damaged.
bool stays_in(const fs::path& folder, const fs::path& inside) {
  std::error_code failed;
  const fs::path home = fs::canonical(folder.empty() ? "." : folder, failed);
  if (failed) return false;
  const fs::path real = fs::canonical(home / inside, failed);
  return !failed &&
         std::mismatch(home.begin(), home.end(), real.begin(), real.end()).first == home.end();
}

}  // namespace

core::Status check_model_file(const std::string& path) {
  if (auto plain = check_plain(path); !plain) return plain;
  const std::string begin = beginning(path);
  if (begin.starts_with("<!doctype html") || begin.starts_with("<html")) {
    return Error{Code::bad_input,
                 path + " is a web page, not a model; was the download signed in?"};
  }
  if (begin.starts_with("version https://git-lfs")) {
    return Error{Code::bad_input,
                 path + " is a pointer of Git LFS, not the model; 'git lfs pull' fetches it"};
  }
  return {};
}

core::Result<std::vector<std::string>> model_parts(const std::string& path) {
  if (core::lower_extension(path) != ".onnx") return std::vector<std::string>();
  std::ifstream file(path, std::ios::binary);
  auto parts = read_external_data(file);
  if (parts.size() > parts_max) {
    return Error{Code::bad_input, path + " consists of more files than a model can have"};
  }
  for (const auto& part : parts) {
    const fs::path inside(part);
    const bool leaves = inside.empty() || inside.is_absolute() ||
                        std::find(inside.begin(), inside.end(), "..") != inside.end();
    if (leaves) {
      return Error{Code::bad_input,
                   fmt::format("{} keeps its numbers in '{}', which is not in its own folder; "
                               "export it again with them beside it, or in one file",
                               path, core::printable(part, 200))};
    }
    if (auto good = check_plain(fs::path(path).parent_path() / inside); !good) {
      return good.error().context(path + " keeps its numbers in a second file");
    }
    if (!stays_in(fs::path(path).parent_path(), inside)) {
      return Error{Code::bad_input,
                   fmt::format("{} keeps its numbers in '{}', which is a link to another folder; "
                               "put the file itself there (cp -L)",
                               path, core::printable(part, 200))};
    }
  }
  return parts;
}

}  // namespace fovea::infer
