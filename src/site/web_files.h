#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>

#include "core/result.h"
#include "net/http_server.h"
#include "site/embedded_files.h"

namespace fovea::site {

// The page: the files of web/dist inside the program, or of a folder (`--web-dir`, for
// development). "/", "/system" and "/d/<device>" are all index.html, "/signin" is the
// page for those who are not signed in, which loads from signin/ only; a build without the page
// says so there. Files with a hash in their name (assets/) may be kept by the browser for ever, the
// rest is asked again each time. Threads: the server's I/O thread.
class WebFiles {
 public:
  // Of `files` those below "web/". `folder` empty: serve these.
  WebFiles(std::span<const EmbeddedFile> files, std::string folder);

  net::Response get(const net::Request& request);

 private:
  struct Asset {
    std::span<const uint8_t> data;
    std::string etag;
    core::Buffer compressed;  // made when first asked for; empty: not smaller
    bool tried = false;
  };

  net::Response from_program(const std::string& name, bool accepts_gzip);
  net::Response from_folder(const std::string& name) const;

  const std::string folder_;
  std::map<std::string, Asset> assets_;  // "index.html", "assets/index-abc.js"
};

const char* content_type_of(std::string_view file_name);

// What the page may load and whom it may talk to: itself only, and nothing written into it.
inline constexpr const char* page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'";

}  // namespace fovea::site
