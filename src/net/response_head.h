#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "net/http_server.h"

namespace fovea::net {

const char* reason_phrase(int status);

// What of a request decides how its answer travels.
struct AnswerContext {
  bool head_only = false;  // HEAD
  bool keep_alive = true;
  bool accepts_gzip = false;
  std::string if_none_match;
};
AnswerContext answer_context(const std::string& method,
                             const std::map<std::string, std::string>& headers, bool keep_alive);

// Turns a 200 into a 304 where the client has it, compresses where it pays.
Response prepared(Response response, const AnswerContext& context);

enum class Framing { length, chunked, until_close };

// The head as bytes, with the empty line. Header values are cut at the first control character, so
// that nothing can smuggle a header.
std::string response_head(const Response& response, const AnswerContext& context, Framing framing,
                          core::Timestamp now);

}  // namespace fovea::net
