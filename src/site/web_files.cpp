#include "site/web_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/ids.h"
#include "net/gzip.h"

namespace fovea::site {

namespace {

constexpr std::string_view prefix = "web/";
constexpr size_t file_bytes_max = 64u << 20;

// FNV-1a: tells versions of a file apart, nothing more.
std::string etag_of(std::span<const uint8_t> data) {
  uint64_t hash = 14695981039346656037u;
  for (const uint8_t byte : data) hash = (hash ^ byte) * 1099511628211u;
  return fmt::format("\"{:016x}\"", hash);
}

bool is_page(const std::string& path) {
  if (path == "/" || path == "/system" || path == "/index.html") return true;
  constexpr std::string_view device = "/d/";
  return path.starts_with(device) && core::is_name(std::string_view(path).substr(device.size()));
}

bool compresses(std::string_view type) {
  return type.starts_with("text/") || type.starts_with("application/json") ||
         type.starts_with("image/svg");
}

net::Response response_of(const std::string& name) {
  net::Response response;
  response.content_type = content_type_of(name);
  response.headers["cache-control"] =
      name.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  response.headers["content-security-policy"] = page_policy;
  return response;
}

net::Response no_page() {
  net::Response response = net::problem(
      404, "No page",
      "this build of Fovea has no page: run 'npm ci && npm run build' in web/ and build again, or "
      "give a built page by --web-dir; the API is at /api/v1/openapi.json");
  return response;
}

net::Response nothing_at(const std::string& path) {
  return net::problem(404, "Not found",
                      fmt::format("there is nothing at {}", core::printable(path)));
}

std::string file_of(const std::string& path) {
  if (path == "/signin") return "signin.html";
  return is_page(path) ? "index.html" : path.substr(1);
}

}  // namespace

const char* content_type_of(std::string_view name) {
  const size_t dot = name.rfind('.');
  const std::string_view extension = dot == std::string_view::npos ? "" : name.substr(dot + 1);
  if (extension == "html") return "text/html; charset=utf-8";
  if (extension == "js" || extension == "mjs") return "text/javascript; charset=utf-8";
  if (extension == "css") return "text/css; charset=utf-8";
  if (extension == "svg") return "image/svg+xml";
  if (extension == "json" || extension == "map") return "application/json";
  if (extension == "webmanifest") return "application/manifest+json";
  if (extension == "png") return "image/png";
  if (extension == "ico") return "image/x-icon";
  if (extension == "woff2") return "font/woff2";
  if (extension == "wasm") return "application/wasm";
  if (extension == "txt") return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

WebFiles::WebFiles(std::span<const EmbeddedFile> files, std::string folder)
    : folder_(std::move(folder)) {
  if (!folder_.empty()) return;
  for (const auto& file : files) {
    if (!file.name.starts_with(prefix)) continue;
    assets_[std::string(file.name.substr(prefix.size()))] = {file.data, etag_of(file.data), {}};
  }
}

net::Response WebFiles::get(const net::Request& request) {
  const std::string name = file_of(request.path);
  if (!folder_.empty()) return from_folder(name);
  if (name.ends_with(".html") && !assets_.contains("index.html")) return no_page();
  if (!assets_.contains(name)) return nothing_at(request.path);
  const auto accepted = request.headers.find("accept-encoding");
  return from_program(name, accepted != request.headers.end() &&
                                accepted->second.find("gzip") != std::string::npos);
}

net::Response WebFiles::from_program(const std::string& name, bool accepts_gzip) {
  Asset& asset = assets_.at(name);
  net::Response response = response_of(name);
  response.headers["etag"] = asset.etag;
  response.body = core::Buffer(nullptr, asset.data);  // lives as long as the program
  if (!compresses(response.content_type)) return response;
  response.headers["vary"] = "Accept-Encoding";
  if (!std::exchange(asset.tried, true)) {
    auto compressed = net::gzip(asset.data, 9);
    if (compressed.size() < asset.data.size()) asset.compressed = std::move(compressed);
  }
  if (accepts_gzip && !asset.compressed.empty()) {
    response.headers["content-encoding"] = "gzip";
    response.body = asset.compressed;
  }
  return response;
}

// The path was checked by the server: it cannot climb. Links inside the folder are followed.
net::Response WebFiles::from_folder(const std::string& name) const {
  const auto path = std::filesystem::path(folder_) / name;
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || !std::filesystem::is_regular_file(path, error) || size > file_bytes_max) {
    return nothing_at("/" + name);
  }
  std::ifstream file(path, std::ios::binary);
  core::Bytes data(size);
  if (!file.read(reinterpret_cast<char*>(data.data()), std::streamsize(size))) {
    return net::problem(500, "Internal error", "the file cannot be read");
  }
  net::Response response = response_of(name);
  response.headers["etag"] = etag_of(data);
  response.headers["cache-control"] = "no-cache";
  response.body = std::move(data);
  return response;
}

}  // namespace fovea::site
