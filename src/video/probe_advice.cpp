#include "video/probe_advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/url_credentials.h"
#include "video/host_check.h"

namespace fovea::video {

namespace {

using core::Code;
using Failure = SourceProbe::Failure;

std::string scheme_of(const std::string& spec) {
  const std::string scheme = spec.substr(0, spec.find(':'));
  return scheme == "rtsps" ? "rtsp" : scheme;
}

bool has_credentials(const std::string& url) { return masked_spec(url) != url; }

std::string path_of(const std::string& url) {
  const size_t authority = url.find("://") + 3;
  const size_t at = core::end_of_credentials(url, authority);
  const size_t slash = url.find('/', at == std::string::npos ? authority : at);
  return slash == std::string::npos ? "/" : url.substr(slash);
}

// Errors as the sources give them.
Trouble trouble_of(const std::string& scheme, Code code) {
  switch (code) {
    case Code::denied: return Trouble::denied;
    case Code::not_found: return scheme == "rtsp" ? Trouble::unknown_path : Trouble::not_found;
    case Code::timeout: return Trouble::silent;
    case Code::bad_input: return Trouble::no_video;
    case Code::unsupported: return scheme == "v4l2" ? Trouble::no_video : Trouble::codec;
    case Code::busy: return Trouble::busy;
    case Code::closed: return Trouble::ended;
    case Code::io: return scheme == "exec" ? Trouble::ended : Trouble::failed;
    default: return Trouble::failed;
  }
}

// What the source itself says to do stands behind a semicolon.
void take_advice(Failure& failure, const std::string& otherwise) {
  const size_t end = failure.problem.find("; ");
  failure.advice = end == std::string::npos ? otherwise : failure.problem.substr(end + 2);
  failure.problem.resize(std::min(end, failure.problem.size()));
  if (failure.advice[0] >= 'a' && failure.advice[0] <= 'z') failure.advice[0] &= ~0x20;
}

Failure explain_rtsp(const std::string& url, Failure failure) {
  const auto where = host_of(url);
  const std::string camera = where && !core::hides_host(url) ? where->host : "the camera";
  switch (failure.trouble) {
    case Trouble::denied:
      if (has_credentials(url)) {
        failure.problem = camera + " refuses the user or the password";
        failure.advice =
            "Check both; signs such as @ : / # in a password are written %40 %3A %2F %23. Many "
            "cameras refuse everybody for some minutes after several wrong passwords, and some "
            "have users of their own for RTSP or ONVIF";
      } else {
        failure.problem = camera + " asks for a user and a password";
        failure.advice = "Write them into the URL: rtsp://USER:PASSWORD@HOST/PATH";
      }
      break;
    case Trouble::unknown_path:
      failure.problem = fmt::format("{} has no stream {}", camera, path_of(url));
      failure.advice =
          "The path is in the camera's manual, or in its settings under RTSP or ONVIF. Often it is "
          "/Streaming/Channels/101 (Hikvision), /cam/realmonitor?channel=1&subtype=0 (Dahua), "
          "/h264Preview_01_main (Reolink), /stream1 (TP-Link), /axis-media/media.amp (Axis)";
      break;
    case Trouble::silent:
      failure.problem = camera + " takes the connection, but " + failure.problem;
      failure.advice =
          "Set the key frame interval (often 'I frame interval' or GOP) to 2 s in the camera's "
          "settings; try its second stream, restart it, and see whether other programs use up the "
          "connections that it allows";
      break;
    case Trouble::no_video:
      take_advice(failure,
                  "Check the port (a camera's page is at 80 or 443, RTSP mostly at 554 or 8554) "
                  "and the path");
      break;
    case Trouble::codec:
      failure.advice =
          "In the camera's settings (video, encoding) switch this stream to H.264, or use its "
          "second stream";
      break;
    default: failure.advice = "Try again; if it stays so, restart the camera"; break;
  }
  return failure;
}

std::string exec_advice(Trouble trouble) {
  switch (trouble) {
    case Trouble::not_found:
      return "Install the program, or check how it is written ('rpicam-vid' is called "
             "'libcamera-vid' on older systems)";
    case Trouble::denied: return "Make the program executable (chmod +x) for this user";
    case Trouble::no_video:
      return "What it writes has to be the video alone, from the first byte on";
    case Trouble::silent:
      return "Run the command by hand and see whether it writes anything; some need an option "
             "such as '-o -' or '--flush'";
    default: return "Run the command by hand; it has to go on until it is stopped";
  }
}

std::string v4l2_advice(Trouble trouble) {
  switch (trouble) {
    case Trouble::not_found: return "A camera that is plugged in anew may get another number";
    case Trouble::denied: return "Run 'sudo usermod -aG video $USER' once, then sign in again";
    case Trouble::busy:
      return "End the other program that uses it ('fuser /dev/video*' names it); a camera serves "
             "one at a time";
    case Trouble::silent: return "Plug it out and in again, if it can be without a hub";
    default: return "A camera often has two devices: try the one before or behind";
  }
}

std::string advice_for(const std::string& scheme, Trouble trouble) {
  if (scheme == "exec") return exec_advice(trouble);
  if (scheme == "v4l2") return v4l2_advice(trouble);
  if (scheme == "folder") {
    return trouble == Trouble::not_found ? "Check the path"
                                         : "Put pictures (*.jpg, *.jpeg, *.png) into it";
  }
  if (scheme == "file" && trouble != Trouble::not_found) {
    return "Play it in another program; 'ffmpeg -i OLD new.mp4' makes most videos readable";
  }
  return scheme == "synthetic" ? "Write it as synthetic:SEED, such as synthetic:1"
                               : "Check the path";
}

}  // namespace

const char* to_string(Trouble trouble) {
  switch (trouble) {
    case Trouble::spec: return "spec";
    case Trouble::not_found: return "not_found";
    case Trouble::host_unknown: return "host_unknown";
    case Trouble::unreachable: return "unreachable";
    case Trouble::refused: return "refused";
    case Trouble::denied: return "denied";
    case Trouble::unknown_path: return "unknown_path";
    case Trouble::no_video: return "no_video";
    case Trouble::codec: return "codec";
    case Trouble::silent: return "silent";
    case Trouble::busy: return "busy";
    case Trouble::ended: return "ended";
    case Trouble::failed: return "failed";
  }
  return "failed";
}

Failure explain_spec(const std::string& spec, const core::Error& error) {
  std::string advice = "An IP camera is written rtsp://USER:PASSWORD@HOST/PATH";
  if (spec.starts_with("/dev/video")) advice = "A USB camera is written v4l2:" + spec;
  if (spec.starts_with("http://") || spec.starts_with("https://")) {
    advice = "A camera that sends MJPEG over HTTP is read by a command: 'exec:curl -sN URL'";
  }
  return {Trouble::spec, Code::bad_input, error.message, advice};
}

Failure explain_host(const core::Error& error) {
  switch (error.code) {
    case Code::not_found:
      return {Trouble::host_unknown, Code::bad_input, error.message,
              "Check the spelling, or write the camera's IP address"};
    case Code::closed:
      return {Trouble::refused, Code::io, error.message,
              "Check the port (mostly 554 or 8554), and that RTSP is switched on in the camera's "
              "settings"};
    case Code::timeout:
      return {Trouble::unreachable, Code::timeout, error.message,
              "Check the address, that the camera has power and is in this network, and that no "
              "firewall lies between"};
    default: return {Trouble::failed, error.code, error.message, "Check the network"};
  }
}

Failure explain(const std::string& spec, const core::Error& error) {
  const std::string scheme = scheme_of(spec);
  Failure failure{trouble_of(scheme, error.code), error.code, error.message, ""};
  if (scheme == "rtsp") return explain_rtsp(spec, std::move(failure));
  failure.advice = advice_for(scheme, failure.trouble);
  return failure;
}

std::vector<std::string> hints_for(const SourceProbe& probe) {
  std::vector<std::string> hints;
  const bool passes = probe.codec == "jpeg" || probe.codec == "mjpeg" || probe.codec == "h264";
  const bool compressed = probe.codec != "raw" && probe.codec != "png";
  const bool remote = scheme_of(probe.source) == "rtsp";
  if (remote && compressed && !passes) {
    hints.push_back(fmt::format(
        "{} is decoded and encoded again here for every picture, which costs processor time; "
        "switch this stream to H.264 in the camera's settings (video, encoding)",
        probe.codec == "hevc" ? "H.265 (HEVC)" : probe.codec));
  }
  if (remote && probe.size.width * probe.size.height > 1920 * 1080) {
    hints.push_back(fmt::format(
        "{}x{} is more than a model looks at; the camera's second stream is smaller and costs less",
        probe.size.width, probe.size.height));
  }
  if (probe.fps > 0 && probe.fps_stated > 0 && probe.fps < 0.7 * probe.fps_stated) {
    hints.push_back(fmt::format(
        "{:.3g} pictures a second came of the {:.3g} that it announces; the network or this "
        "machine may be too slow for it",
        probe.fps, probe.fps_stated));
  }
  return hints;
}

}  // namespace fovea::video
