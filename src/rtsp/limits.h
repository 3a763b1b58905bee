#pragma once

#include <chrono>
#include <cstddef>

// What a camera may send, refused before anything is allocated. Real ones need a tenth of it.
namespace fovea::rtsp::limits {

using namespace std::chrono_literals;

// A response's or request's first line with its headers, and how many of them.
inline constexpr size_t head_bytes_max = 16u << 10;
inline constexpr size_t headers_max = 64;

// The description of a stream (SDP): a few KiB; the parameters that are passed on to a decoder.
inline constexpr size_t body_bytes_max = 128u << 10;
inline constexpr size_t media_max = 32;
inline constexpr size_t format_bytes_max = 8u << 10;

// RTP in RTSP has 16 bits for its length.
inline constexpr size_t packet_bytes_max = 0xffff;

// What is no RTSP between packets, skipped before the connection is given up.
inline constexpr size_t junk_bytes_max = 64u << 10;

// Ways to sign in that one response may offer, parameters of one, bytes of a parameter.
inline constexpr size_t challenges_max = 8;
inline constexpr size_t challenge_parameters_max = 16;
inline constexpr size_t challenge_value_bytes_max = 1024;

// Redirections within one camera; a second one is unusual already.
inline constexpr int redirects_max = 2;

// The session is kept alive at half its time limit, within these bounds.
inline constexpr auto keep_alive_first = 1s;
inline constexpr auto keep_alive_last = 30s;

// A camera is told that we leave, but not waited for.
inline constexpr auto farewell_max = 200ms;

}  // namespace fovea::rtsp::limits
