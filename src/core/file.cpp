#include "core/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace fovea::core {

namespace {

namespace fs = std::filesystem;

Error failure(const std::string& path, const std::string& doing, int number) {
  return {Code::io, fmt::format("{} cannot be {}: {}", path, doing, std::strerror(number))};
}

// All of it, as one call may write less. Returns errno.
int write_all(int file, std::span<const uint8_t> content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    content = content.subspan(size_t(written));
  }
  return ::fsync(file) == 0 ? 0 : errno;
}

}  // namespace

Result<Buffer> read_file(const std::string& path, size_t bytes_max) {
  std::error_code failed;
  const auto kind = fs::status(path, failed).type();
  if (kind == fs::file_type::not_found) return Error{Code::not_found, path + " is not there"};
  if (kind == fs::file_type::directory) return Error{Code::bad_input, path + " is a folder"};
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = file.tellg();
  if (!file || size < 0) return failure(path, "read", errno);
  if (uintmax_t(size) > bytes_max) {
    return Error{Code::bad_input,
                 fmt::format("{} has {} bytes; the limit is {}", path, uintmax_t(size), bytes_max)};
  }
  Bytes bytes(static_cast<size_t>(size));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), size);
  if (!file) return failure(path, "read", errno);
  return Buffer(std::move(bytes));
}

Status replace_file(const std::string& path, std::span<const uint8_t> content) {
  const std::string unfinished = fmt::format("{}.{}.unfinished", path, ::getpid());
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return failure(path, "written", errno);
  int number = write_all(file, content);
  if (::close(file) != 0 && number == 0) number = errno;
  if (number == 0 && ::rename(unfinished.c_str(), path.c_str()) != 0) number = errno;
  if (number == 0) return {};
  ::unlink(unfinished.c_str());
  return failure(path, "written", number);
}

Status replace_file(const std::string& path, std::string_view content) {
  return replace_file(path, {reinterpret_cast<const uint8_t*>(content.data()), content.size()});
}

}  // namespace fovea::core
