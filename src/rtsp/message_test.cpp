#include "rtsp/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rtsp/limits.h"
#include "rtsp/packet_fixture.h"

namespace fovea::rtsp {
namespace {

using core::Code;
using ::testing::HasSubstr;

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Whatever it is, in words.
std::string words_of(const Message& message) {
  if (const auto* response = std::get_if<Response>(&message)) {
    return std::to_string(response->status) + " " + response->reason + "|" + response->body;
  }
  if (const auto* request = std::get_if<Request>(&message)) return "request " + request->method;
  const auto& found = std::get<Packet>(message);
  return "packet " + std::to_string(found.channel) + " " + std::to_string(found.bytes.size());
}

// Everything in `text`, brought in pieces; the last entry is the error, if there is one.
std::vector<std::string> read_all(const std::string& text, size_t piece, bool playing = false) {
  MessageReader reader;
  if (playing) reader.expect_packets(0, 1);
  std::vector<std::string> found;
  for (size_t at = 0; at < text.size(); at += piece) {
    reader.push(bytes_of(text.substr(at, piece)));
    while (true) {
      auto message = reader.next();
      if (!message) {
        EXPECT_EQ(message.error().code, Code::bad_input);
        found.push_back(message.error().message);
        return found;
      }
      if (!*message) break;
      found.push_back(words_of(**message));
    }
  }
  return found;
}

TEST(RtspMessages, AreCutInPiecesOfEverySize) {
  const std::string text =
      "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 4\r\n\r\nv=0\n" + packet(0, rtp) +
      "\r\nRTSP/1.0 454 Session Not Found\ncseq: 2\n\n" + packet(1, rtp) + packet(7, "") +
      "OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n" + packet(0, std::string(65535, 'x'));
  for (const size_t piece : {size_t(1), size_t(3), size_t(100), text.size()}) {
    EXPECT_THAT(
        read_all(text, piece),
        ::testing::ElementsAre("200 OK|v=0\n", "packet 0 12", "454 Session Not Found|",
                               "packet 1 12", "packet 7 0", "request OPTIONS", "packet 0 65535"));
  }
}

TEST(RtspMessages, HeadersInAnyCaseAndOverSeveralLines) {
  MessageReader reader;
  reader.push(
      bytes_of("RTSP/1.0 401 Unauthorized\r\nwww-AUTHENTICATE:  Digest realm=\"a\",\r\n"
               "  nonce=\"b\"  \r\nno colon\r\n\r\n"));
  auto message = reader.next();
  ASSERT_TRUE(message && *message);
  const auto& headers = std::get<Response>(**message).headers;
  ASSERT_TRUE(headers.find("WWW-Authenticate"));
  EXPECT_EQ(*headers.find("WWW-Authenticate"), "Digest realm=\"a\", nonce=\"b\"");
  EXPECT_FALSE(headers.find("WWW"));
}

TEST(RtspMessages, WhatIsTooMuchIsRefusedBeforeItIsKept) {
  std::string many = "RTSP/1.0 200 OK\r\n";
  for (size_t i = 0; i <= limits::headers_max; ++i) many += "X: y\r\n";
  const std::tuple<std::string, const char*> cases[] = {
      {"RTSP/1.0 200 OK\r\nContent-Length: 2147483648\r\n\r\n", "2147483648 bytes"},
      {"RTSP/1.0 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n", "9999 bytes"},
      {"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n", "not a number"},
      {"RTSP/1.0 200 OK\r\nX: " + std::string(limits::head_bytes_max, 'y'), "headers without end"},
      {many + "\r\n", "more than 64 headers"},
      {"RTSP/1.0 200 OK\r\nX: a\rSet: b\r\n\r\n", "control characters"},
      {"RTSP/1.0 OK\r\n\r\n", "without a status"},
      {"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP"},
      {"\x16\x03\x01", "not RTSP"},
  };
  for (const auto& [text, words] : cases) {
    for (const size_t piece : {size_t(1), text.size()}) {
      const auto found = read_all(text, piece);
      ASSERT_EQ(found.size(), 1u) << words;
      EXPECT_THAT(found[0], HasSubstr(words));
    }
  }
}

TEST(RtspMessages, JunkBetweenPacketsIsSkippedForAWhile) {
  const std::string junk = "0$\x05 7$";  // a mark, but of no channel of ours
  EXPECT_THAT(
      read_all(packet(0, rtp) + junk + packet(0, rtp) + junk + "RTSP/1.0 200 OK\r\n\r\n", 1, true),
      ::testing::ElementsAre("packet 0 12", "packet 0 12", "200 OK|"));
  EXPECT_THAT(read_all(std::string(limits::junk_bytes_max + 2, 'j'), 1000, true),
              ::testing::ElementsAre(HasSubstr("nothing but")));
  // Never in a row is never too much.
  std::string endless;
  for (int i = 0; i < 100; ++i) endless += std::string(1000, 'j') + packet(1, rtp);
  EXPECT_EQ(read_all(endless, 4096, true).size(), 100u);
}

}  // namespace
}  // namespace fovea::rtsp
