#pragma once

#include "bench/peer.h"
#include "bench/pipeline.h"

namespace fovea::bench {

// Fovea against what a competent user would write (peer.h), in turns over one real NATS server:
// the same pictures, network, engine, threads and rates; two cameras at 15 fps, gating off.
//   CPU per frame outside the engine's calls: of everything (cameras, site, HTTP server; not of
//   the measuring subscriber), and without decoding and encoding
//   age of the results at the same kind of subscriber, inference included
// Errors: bad_input, unsupported (no nats-server), closed (the peer has ended), timeout.
core::Result<Report> run_comparison(const PipelineOptions& options, const PeerOptions& peer,
                                    const Progress& progress, const core::Context& context);

}  // namespace fovea::bench
