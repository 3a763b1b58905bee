#include "net/response_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "net/gzip.h"

namespace fovea::net {

namespace {

// Below this a compressed answer is hardly smaller than its own packet.
constexpr size_t gzip_bytes_min = 1024;
// Compressing happens on the I/O thread: about 10 ms for this much text.
constexpr size_t gzip_bytes_max = 1u << 20;

bool is_text(std::string_view content_type) {
  return content_type.starts_with("text/") || content_type.starts_with("application/json") ||
         content_type.starts_with("application/problem+json") ||
         content_type.starts_with("application/javascript") ||
         content_type.starts_with("image/svg");
}

bool lists_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    const size_t start = item.find_first_not_of(" \t");
    if (start == std::string_view::npos) continue;
    item.remove_prefix(start);
    const std::string_view name = item.substr(0, item.find_first_of("; \t"));
    const std::string_view rest = item.substr(name.size());
    const bool refused =
        rest.find("q=0") != std::string_view::npos && rest.find("q=0.") == std::string_view::npos;
    if (name == token && !refused) return true;
  }
  return false;
}

bool has(const Response& response, const std::string& name) {
  return response.headers.contains(name);
}

std::string http_date(core::Timestamp now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(now));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

std::string_view safe(std::string_view value) {
  const auto end = std::find_if(value.begin(), value.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\t') || c == 0x7f;
  });
  return value.substr(0, size_t(end - value.begin()));
}

std::string find_header(const std::map<std::string, std::string>& headers, const char* name) {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

}  // namespace

const char* reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 201: return "Created";
    case 204: return "No Content";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 421: return "Misdirected Request";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Status";
  }
}

AnswerContext answer_context(const std::string& method,
                             const std::map<std::string, std::string>& headers, bool keep_alive) {
  AnswerContext context;
  context.head_only = method == "HEAD";
  context.keep_alive = keep_alive;
  context.accepts_gzip = lists_token(find_header(headers, "accept-encoding"), "gzip");
  context.if_none_match = find_header(headers, "if-none-match");
  return context;
}

Response prepared(Response response, const AnswerContext& context) {
  const auto etag = response.headers.find("etag");
  if (response.status == 200 && etag != response.headers.end() &&
      (context.if_none_match == "*" || lists_token(context.if_none_match, etag->second))) {
    response.status = 304;
    response.body = {};
    return response;
  }
  if (!is_text(response.content_type) || has(response, "content-encoding")) return response;
  if (response.body.size() < gzip_bytes_min || response.body.size() > gzip_bytes_max) {
    return response;
  }
  response.headers["vary"] = "Accept-Encoding";
  if (!context.accepts_gzip) return response;
  auto compressed = gzip(response.body.span(), 1);
  if (compressed.empty() || compressed.size() >= response.body.size()) return response;
  response.body = std::move(compressed);
  response.headers["content-encoding"] = "gzip";
  return response;
}

std::string response_head(const Response& response, const AnswerContext& context, Framing framing,
                          core::Timestamp now) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nServer: fovea\r\nDate: {}\r\n", response.status,
                                 reason_phrase(response.status), http_date(now));
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(safe(name)).append(": ").append(safe(value)).append("\r\n");
  };
  if (!response.body.empty() || framing != Framing::length) {
    add("Content-Type", response.content_type);
  }
  for (const auto& [name, value] : response.headers) add(name, value);
  add("X-Content-Type-Options", "nosniff");
  add("X-Frame-Options", "SAMEORIGIN");
  add("Cross-Origin-Opener-Policy", "same-origin");
  add("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
  // What is no page may load nothing, wherever it is shown.
  if (!has(response, "content-security-policy")) {
    add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
  }
  add("Referrer-Policy", "no-referrer");
  // An <img> of a stranger's page carries no Origin; this makes browsers refuse it the bytes.
  add("Cross-Origin-Resource-Policy", "same-site");
  if (!has(response, "cache-control")) add("Cache-Control", "no-store");
  const bool bodyless = response.status == 204 || response.status == 304;
  if (framing == Framing::chunked) {
    add("Transfer-Encoding", "chunked");
  } else if (framing == Framing::length && !bodyless) {
    add("Content-Length", std::to_string(response.body.size()));
  }
  add("Connection", context.keep_alive ? "keep-alive" : "close");
  head += "\r\n";
  return head;
}

}  // namespace fovea::net
