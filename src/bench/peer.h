#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/arrivals.h"
#include "bench/measured_process.h"
#include "bench/picture_folder.h"
#include "core/context.h"

namespace fovea::bench {

// How the same job is done without Fovea: bench/peers/pipeline.py, in processes of its own.
struct PeerOptions {
  std::filesystem::path python;  // of an environment with what the peer imports
  std::filesystem::path script;
  std::string model_file;
  int threads = 0;        // of the engine; 0: all cores
  std::string precision;  // empty: what the engine prefers
};

// bench/peers/NAME of the sources that this program was built in. Errors: not_found (it was
// installed).
core::Result<std::filesystem::path> find_peer_script(const std::string& name);

// That of the pipeline, with its packages in .venv. Errors: not_found.
core::Result<PeerOptions> find_peer();

// What the peer did and used.
struct PeerRound {
  double fps = 0;
  double outside_ms = 0;  // CPU per frame of all but the engine's calls, cameras included
  double codec_ms = 0;    // of which decoding and encoding
  std::vector<Arrival> arrivals;
};

struct PeerPlan {
  std::string bus_url;
  std::string cache;  // folder for the compiled graph
  core::Size picture;
  int cameras = 2;
  double fps = 15;
  std::chrono::duration<double> duration{};
};

// Starts the peer, waits until its results come, measures and ends it. `listener` hears the site
// that the peer calls itself, `peer_site`.
// Errors: closed (it has ended; the message has its last words), timeout, unsupported.
core::Result<PeerRound> run_peer_round(const PeerOptions& options, const PeerPlan& plan,
                                       const PictureFolder& folder, ResultListener& listener,
                                       const core::Context& context);

inline constexpr const char* peer_site = "peer";

}  // namespace fovea::bench
