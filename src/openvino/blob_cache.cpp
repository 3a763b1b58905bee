#include "openvino/blob_cache.h"

#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace fovea::openvino {

namespace fs = std::filesystem;

namespace {

constexpr char magic[] = "fovea-compiled-1\n";
constexpr const char* suffix = ".compiled";
constexpr size_t sum_bytes = crypto_generichash_BYTES;

std::string checksum(std::string_view text) {
  std::string sum(sum_bytes, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(sum.data()), sum.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  return sum;
}

// "KEY.compiled.PID-N" whose process is gone. Where processes of several machines or containers
// share the folder, a number says little, but nobody writes a model for an hour.
bool is_leftover(const std::string& name, fs::file_time_type::duration age) {
  const size_t end = name.rfind(std::string(suffix) + ".");
  if (end == std::string::npos) return false;
  const std::string writer = name.substr(end + std::string_view(suffix).size() + 1);
  pid_t process = 0;
  const char* last = writer.data() + writer.size();
  const auto [stopped, wrong] = std::from_chars(writer.data(), last, process);
  if (wrong != std::errc() || stopped == last || *stopped != '-' || process <= 0) return false;
  const bool runs = ::kill(process, 0) == 0 || errno != ESRCH;
  return !runs || age > std::chrono::hours(1);
}

}  // namespace

BlobCache::BlobCache(std::string folder, core::Context context)
    : folder_(std::move(folder)), context_(std::move(context)) {}

void BlobCache::complain(const std::string& message) const {
  context_.log.warning("{}", message);
  context_.metrics
      .counter("fovea_compile_cache_errors_total", "Trouble with the cache of compiled models")
      .add();
}

std::optional<std::string> BlobCache::load(const std::string& key) const {
  if (folder_.empty()) return {};
  const fs::path file = fs::path(folder_) / (key + suffix);
  std::error_code failed;
  const auto size = fs::file_size(file, failed);
  if (failed) return {};
  std::string content(size, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(content.data(), std::streamsize(size));
  constexpr size_t head = sizeof(magic) - 1 + sum_bytes;
  const bool whole = stream && size >= head && content.starts_with(magic) &&
                     content.substr(sizeof(magic) - 1, sum_bytes) ==
                         checksum(std::string_view(content).substr(head));
  if (!whole) {
    complain("the compiled model " + file.string() + " is damaged; compiling again");
    return {};
  }
  fs::last_write_time(file, fs::file_time_type::clock::now(), failed);  // for prune()
  content.erase(0, head);
  return content;
}

void BlobCache::store(const std::string& key, const std::string& payload) const {
  if (folder_.empty()) return;
  static std::atomic<unsigned> writes{0};
  std::error_code failed;
  fs::create_directories(folder_, failed);
  const fs::path file = fs::path(folder_) / (key + suffix);
  const fs::path incoming = file.string() + fmt::format(".{}-{}", getpid(), writes++);
  {
    std::ofstream stream(incoming, std::ios::binary);
    stream << magic << checksum(payload) << payload;
    stream.close();
    if (!stream) failed = std::make_error_code(std::errc::io_error);
  }
  if (!failed) fs::rename(incoming, file, failed);
  if (failed) {
    complain("keeping the compiled model in " + folder_ + " failed: " + failed.message());
    fs::remove(incoming, failed);
    return;
  }
  prune();
}

void BlobCache::prune() const {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code failed;
  const auto now = fs::file_time_type::clock::now();
  for (auto it = fs::directory_iterator(folder_, failed); !failed && it != fs::directory_iterator();
       it.increment(failed)) {
    if (it->path().extension() == suffix) {
      files.emplace_back(it->last_write_time(failed), it->path());
    } else if (is_leftover(it->path().filename(), now - it->last_write_time(failed))) {
      std::error_code gone;
      fs::remove(it->path(), gone);
    }
  }
  if (files.size() <= files_max) return;
  std::sort(files.begin(), files.end());
  for (size_t old = 0; old < files.size() - files_max; ++old) fs::remove(files[old].second, failed);
}

std::string cache_key(const std::string& text) {
  std::string key;
  for (const char byte : checksum(text)) key += fmt::format("{:02x}", uint8_t(byte));
  return key;
}

std::string cpu_features() {
  std::ifstream file("/proc/cpuinfo");
  std::string features;
  for (std::string line; std::getline(file, line) && !line.empty();) {
    for (const char* name : {"model name", "flags", "Features", "CPU part"}) {
      if (line.starts_with(name)) features += line + "\n";
    }
  }
  return features;
}

}  // namespace fovea::openvino
