
#include "core/json.h"
#include "net/http_server.h"

namespace fovea::net {

namespace {

struct Meaning {
  int status;
  const char* title;
};

Meaning meaning(core::Code code) {
  switch (code) {
    case core::Code::bad_input: return {400, "The request is wrong"};
    case core::Code::not_found: return {404, "Not found"};
    case core::Code::exists: return {409, "It exists already"};
    case core::Code::denied: return {403, "Not allowed"};
    case core::Code::timeout: return {504, "No answer in time"};
    case core::Code::busy: return {503, "Busy"};
    case core::Code::closed: return {503, "Closed"};
    case core::Code::unsupported: return {501, "Not supported here"};
    case core::Code::io: return {502, "Input or output failed"};
    case core::Code::internal: return {500, "Internal error"};
  }
  return {500, "Internal error"};
}

}  // namespace

Response problem(int status, const std::string& title, const std::string& detail) {
  const core::Json document = {
      {"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}};
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = core::Buffer(document.dump());
  return response;
}

Response problem(const core::Error& error) {
  const Meaning words = meaning(error.code);
  return problem(words.status, words.title, error.message);
}

Response json_response(std::string json, int status) {
  Response response;
  response.status = status;
  response.body = core::Buffer(std::move(json));
  return response;
}

}  // namespace fovea::net
