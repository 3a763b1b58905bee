#include "core/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>

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
  return 0;
}

// A new file beside `path`; `name` becomes its name. Below 0: errno says why not.
int open_beside(const std::string& path, unsigned mode, std::string& name) {
  constexpr int tries_max = 100;
  std::random_device chance;
  int file = -1;
  for (int i = 0; i < tries_max; ++i) {
    name = fmt::format("{}.{:08x}{:08x}.unfinished", path, chance(), chance());
    file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (file >= 0 || errno != EEXIST) break;
  }
  return file;
}

Status write_device(const std::string& path, std::span<const uint8_t> content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return failure(path, "written", errno);
  int number = write_all(file, content);
  if (::close(file) != 0 && number == 0) number = errno;
  return number == 0 ? Status() : failure(path, "written", number);
}

// A pipe whose other end nobody writes to would be read for ever. ETIMEDOUT: nothing came.
int await_bytes(int file, std::chrono::milliseconds patience) {
  pollfd wanted{file, POLLIN, 0};
  while (true) {
    const int ready = ::poll(&wanted, 1, int(patience.count()));
    if (ready > 0) return 0;
    if (ready == 0) return ETIMEDOUT;
    if (errno != EINTR) return errno;
  }
}

// Up to the end, or one byte more than `most`: a pipe does not say how much there is. Returns
// errno.
int read_all(int file, size_t most, std::chrono::milliseconds patience, Bytes& bytes) {
  constexpr size_t piece = 1 << 16;
  size_t count = 0;
  if (struct stat facts{}; ::fstat(file, &facts) == 0 && facts.st_size > 0) {
    bytes.resize(std::min(size_t(facts.st_size), most) + 1);
  }
  while (count <= most) {
    if (const int number = await_bytes(file, patience); number != 0) return number;
    if (count == bytes.size()) bytes.resize(std::min(std::max(piece, 2 * count), most + 1));
    const ssize_t got = ::read(file, bytes.data() + count, bytes.size() - count);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    count += size_t(got);
  }
  bytes.resize(count);
  return 0;
}

}  // namespace

std::string lower_extension(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  for (char& letter : extension) {
    if (letter >= 'A' && letter <= 'Z') letter = char(letter - 'A' + 'a');
  }
  return extension;
}

Result<Buffer> read_file(const std::string& path, size_t bytes_max,
                         std::chrono::milliseconds pipe_patience) {
  std::error_code failed;
  const auto kind = fs::status(path, failed).type();
  if (kind == fs::file_type::not_found) return Error{Code::not_found, path + " is not there"};
  if (kind == fs::file_type::directory) return Error{Code::bad_input, path + " is a folder"};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return failure(path, "read", errno);
  Bytes bytes;
  const int number = read_all(file, bytes_max, pipe_patience, bytes);
  ::close(file);
  if (number == ETIMEDOUT) {
    return Error{Code::timeout, path +
                                    " is a pipe through which nothing comes; is the program still "
                                    "running that writes to it?"};
  }
  if (number != 0) return failure(path, "read", number);
  if (bytes.size() > bytes_max) {
    return Error{Code::bad_input,
                 fmt::format("{} is larger than the limit of {} bytes", path, bytes_max)};
  }
  return Buffer(std::move(bytes));
}

Status replace_file(const std::string& path, std::span<const uint8_t> content,
                    const ReplaceOptions& options) {
  const bool device = path.starts_with("/dev/") && !path.starts_with("/dev/shm/");
  if (device) return write_device(path, content);
  std::string unfinished;
  const int file = open_beside(path, options.mode, unfinished);
  if (file < 0) return failure(path, "written", errno);
  int number = write_all(file, content);
  if (number == 0 && options.lasts && ::fsync(file) != 0) number = errno;
  if (::close(file) != 0 && number == 0) number = errno;
  if (number == 0 && ::rename(unfinished.c_str(), path.c_str()) != 0) number = errno;
  if (number == 0) return {};
  ::unlink(unfinished.c_str());
  return failure(path, "written", number);
}

Status replace_file(const std::string& path, std::string_view content,
                    const ReplaceOptions& options) {
  return replace_file(path, {reinterpret_cast<const uint8_t*>(content.data()), content.size()},
                      options);
}

}  // namespace fovea::core
