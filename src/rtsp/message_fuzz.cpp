#include <algorithm>
#include <cstdint>

#include "core/assert.h"
#include "rtsp/auth.h"
#include "rtsp/limits.h"
#include "rtsp/message.h"

// The first byte chooses the size of the pieces and whether packets are expected. Whatever comes,
// what is made of it stays within the limits, and no challenge becomes a header of ours.
namespace {

void check(const fovea::rtsp::Headers& headers) {
  FOVEA_ASSERT(headers.all.size() <= fovea::rtsp::limits::headers_max);
  for (const auto& [name, value] : headers.all) {
    FOVEA_ASSERT((name + value).find_first_of("\r\n") == std::string::npos);
  }
}

void sign_in(const fovea::rtsp::Response& response) {
  fovea::rtsp::Authenticator authenticator(fovea::rtsp::Credentials{"u", "p"});
  if (!authenticator.take(response)) return;
  const auto answer = authenticator.authorization("PLAY", "rtsp://cam/x");
  FOVEA_ASSERT(answer && answer->find_first_of("\r\n") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fovea::rtsp;
  if (size == 0) return 0;
  const size_t piece = 1 + (data[0] & 127) * 8;
  MessageReader reader;
  if ((data[0] & 128) != 0) reader.expect_packets(0, 1);
  for (size_t at = 1; at < size; at += piece) {
    reader.push({data + at, std::min(piece, size - at)});
    while (true) {
      auto message = reader.next();
      if (!message) return 0;
      if (!*message) break;
      if (const auto* response = std::get_if<Response>(&**message)) {
        check(response->headers);
        FOVEA_ASSERT(response->body.size() <= limits::body_bytes_max);
        sign_in(*response);
      } else if (const auto* request = std::get_if<Request>(&**message)) {
        check(request->headers);
      } else {
        FOVEA_ASSERT(std::get<Packet>(**message).bytes.size() <= limits::packet_bytes_max);
      }
    }
  }
  return 0;
}
